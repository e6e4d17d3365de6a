/** The whole protocol for one run, from three columns to a verdict; knows no log, no file and no chart. */
import { ceilingBand, type CeilingBand } from "./ceiling-band.ts";
import { cleanSeries, type CleanSeries } from "./clean-series.ts";
import { contradictions } from "./contradictions.ts";
import { detrendedSlope, TREND_SIZES, type DetrendedSlope } from "./detrended.ts";
import { fitByNeighbours, type NeighbourFit, type NeighbourOptions } from "./fit-by-neighbours.ts";
import { forecastReward, type Forecast } from "./forecast.ts";
import {
  detrendedGate,
  fitGate,
  identifiedGate,
  lengthGate,
  regimeGate,
  slopeGate,
  spreadGate,
  stableGate,
  undisturbedGate,
} from "./gates.ts";
import { neighbourMean } from "./instrument.ts";
import { jointNoise, type JointNoise } from "./noise.ts";
import { prefixRows } from "./prefix.ts";
import { lawReasons } from "./reasons.ts";
import type { DegenerateFit } from "./result.ts";
import { decideVerdict, type Gate, type Verdict } from "./verdict.ts";

/** Options of {@link analyzeEntropyLaw}. */
export interface AnalysisOptions extends NeighbourOptions {
  /** Whether learning rate, data or entropy control changed in mid-run. Such a run is never `yes`. Default false. */
  readonly knownIntervention?: boolean;
}

/** Everything the protocol says about one run. */
export interface EntropyLawAnalysis {
  /** The rows that were used. */
  readonly series: CleanSeries;
  readonly fit: NeighbourFit | DegenerateFit;
  readonly verdict: Verdict;
  readonly ceilingBand: CeilingBand | undefined;
  /** Noise of e^H (x) and reward (y); undefined where the fit is degenerate. */
  readonly noise: JointNoise | undefined;
  /** The slope beyond three smooth trends of step. */
  readonly detrended: readonly DetrendedSlope[];
  /** Backtest from the first 36 % of the run; undefined where the fit is degenerate. */
  readonly prefix: Forecast | undefined;
}

/** The share of a run from which the paper foretells the rest. */
const PREFIX_SHARE = 0.36;
/** A spline trend of ten functions needs at least this many rows under it. */
const MIN_DETREND_ROWS = 50;

function withoutFit(series: CleanSeries, fit: DegenerateFit): EntropyLawAnalysis {
  const verdict: Verdict = {
    holds: "no",
    kind: "not-identified",
    sentence: `not identified: ${fit.explanation}; that is not evidence against the law`,
    reasons: [fit.explanation],
    gates: [lengthGate(fit.n)],
  };
  return {
    series,
    fit,
    verdict,
    ceilingBand: undefined,
    noise: undefined,
    detrended: [],
    prefix: undefined,
  };
}

function detrendedSlopes(x: Float64Array, reward: Float64Array): DetrendedSlope[] {
  if (x.length < MIN_DETREND_ROWS) return [];
  return TREND_SIZES.map((functions) => detrendedSlope(x, reward, functions)).filter(
    (slope) => slope !== undefined,
  );
}

function allGates(
  fit: NeighbourFit,
  { entropy, reward }: CleanSeries,
  detrended: readonly DetrendedSlope[],
): Gate[] {
  const a = fit.parameters["a"]!;
  const x = entropy.map(Math.exp);
  return [
    lengthGate(fit.n),
    regimeGate(entropy),
    identifiedGate(fit.line),
    slopeGate(a),
    fitGate(fit.line, reward),
    stableGate(x, reward, neighbourMean(x, fit.neighbourhood), a),
    detrendedGate(detrended, a),
    spreadGate(detrended, a),
  ];
}

/**
 * Fits R = b − a e^H to one run and says whether the law holds there.
 *
 * **Details** Cleaning, noise, the instrumental fit with its intervals, the band of the ceiling over rival forms, the
 * slope beyond smooth trends, a backtest, and a verdict from gates that are all printed.
 *
 * @param step - [n], in any order; of repeated steps the last row counts.
 * @param entropy - [n], nats; rows that are not finite are dropped.
 * @param reward - [n].
 * @throws {@link ShapeError} if the three differ in length.
 */
export function analyzeEntropyLaw(
  step: Float64Array,
  entropy: Float64Array,
  reward: Float64Array,
  options: AnalysisOptions = {},
): EntropyLawAnalysis {
  const series = cleanSeries(step, entropy, reward);
  const fit = fitByNeighbours(series.entropy, series.reward, options);
  if (fit.status === "degenerate") return withoutFit(series, fit);
  const x = series.entropy.map(Math.exp);
  const detrended = detrendedSlopes(x, series.reward);
  const gates = allGates(fit, series, detrended);
  if (options.knownIntervention === true) gates.push(undisturbedGate());
  const band = ceilingBand(series.entropy, series.reward, fit.neighbourhood);
  const prefix = forecastReward(series.entropy, series.reward, {
    fittedRows: prefixRows(fit.n, PREFIX_SHARE),
  });
  return {
    series,
    fit,
    verdict: decideVerdict({
      gates,
      a: fit.parameters["a"],
      detrended,
      contradictions: contradictions(fit, gates, series.entropy, series.reward),
      reasons: lawReasons(fit, series, { prefix, band }),
    }),
    ceilingBand: band,
    noise: jointNoise(x, series.reward),
    detrended,
    prefix,
  };
}
