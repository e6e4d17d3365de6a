/** Does reward follow R = -a e^H + b along this run, and what ceiling does that promise? */
import type { Table } from "../../log/table.ts";
import { type EntropyLawAnalysis, analyzeEntropyLaw } from "../fit/analyze-entropy-law.ts";
import { bootstrapNeighbours } from "../fit/bootstrap-neighbours.ts";
import type { CeilingBand } from "../fit/ceiling-band.ts";
import { fitLaw } from "../fit/fit-law.ts";
import type { LawFit } from "../fit/result.ts";
import { smoothRun } from "../fit/smoothing.ts";
import type { Verdict } from "../fit/verdict.ts";
import type { FrameLike } from "../frame/data-frame.ts";
import { type FitRequest, fitOptions, methodOf } from "./choices.ts";
import { type LawCurve, lawCurve } from "./law-curve.ts";
import { type ColumnChoice, type LawInput, inputOfTable, windowOf } from "./law-input.ts";

export type { CeilingBand } from "../fit/ceiling-band.ts";
export type { Gate, Verdict } from "../fit/verdict.ts";
export type { LawCurve } from "./law-curve.ts";

/** The points a finding is about, after window and smoothing; `raw*` are all the points of the log. */
interface LawSeries {
  readonly step: Float64Array;
  readonly entropy: Float64Array;
  readonly reward: Float64Array;
  readonly rawStep: Float64Array;
  readonly rawEntropy: Float64Array;
  readonly rawReward: Float64Array;
}

/** Options a fit was made with, repeated in every output. */
export interface FitChoices {
  readonly entropyColumn: string;
  readonly rewardColumn: string;
  /** Column of progress, for laws whose x is progress. */
  readonly xColumn: string | undefined;
  /** Centred moving mean over this many steps; 1 means none. */
  readonly smooth: number;
  /** First and last step used, inclusive; undefined: all. */
  readonly window: readonly [number, number] | undefined;
  readonly bootstrap: number;
  /** Parameters held at a value. */
  readonly fixed?: Readonly<Record<string, number>> | undefined;
}

/** Everything that is said about the entropy law of one log. */
export interface EntropyLawFinding {
  readonly question: "entropy-law";
  readonly log: string;
  readonly choices: FitChoices;
  readonly fit: LawFit;
  readonly verdict: Verdict;
  readonly ceilingBand: CeilingBand | undefined;
  /** The same law by other methods, printed beside the default so that disagreement shows. */
  readonly crossChecks: ReadonlyArray<{ readonly label: string; readonly fit: LawFit }>;
  readonly series: LawSeries;
  /** Undefined where the fit is degenerate. */
  readonly curve: LawCurve | undefined;
  readonly warnings: readonly string[];
}

/** Steps a mean of the smoothed cross-check, as in the paper's own plots. */
const CROSS_CHECK_WINDOW = 11;
/** Two methods that differ by more than this share of a, and by more than so many standard errors, disagree. */
const TOLERATED_SHARE = 0.25;
const TOLERATED_ERRORS = 2;
/** Below this many points a smoothed series has too few independent ones. */
const MIN_SMOOTHED = 3 * CROSS_CHECK_WINDOW;

/**
 * Fits R = -a e^H + b to a table or a danfojs DataFrame, with intervals, a verdict and the ceiling.
 *
 * @throws DataError if a column is not there or holds text; ConfigError for options that contradict each other.
 * @see arXiv:2505.22617, Eq. 6.
 */
export function fitEntropyLaw(
  data: Table | FrameLike,
  options: ColumnChoice & FitRequest,
): EntropyLawFinding {
  return findEntropyLaw(inputOfTable(data, options), options);
}

/**
 * {@link fitEntropyLaw} on series already taken from a log.
 *
 * The verdict and the ceiling band always come from the unsmoothed steps of the window, whatever the method.
 */
export function findEntropyLaw(input: LawInput, request: FitRequest): EntropyLawFinding {
  const method = methodOf(request);
  const { smooth = 1, bootstrap = 0, window } = request;
  const used = windowOf(input, window);
  const analysis = analyzeEntropyLaw(used.step, used.entropy, used.reward, {
    knownIntervention: request.interventionAt !== undefined,
  });
  const checks = crossChecks(analysis);
  const series = smoothRun(
    analysis.series,
    Math.max(1, Math.min(smooth, analysis.series.step.length)),
  );
  const fit =
    method === "iv"
      ? neighbourFit(analysis, request)
      : fitLaw("entropy", series.entropy, series.reward, { ...fitOptions(request), method });
  return {
    question: "entropy-law",
    log: input.log,
    choices: {
      entropyColumn: input.entropyColumn,
      rewardColumn: input.rewardColumn,
      xColumn: undefined,
      smooth,
      window,
      bootstrap,
      fixed: request.fixed,
    },
    fit,
    verdict: analysis.verdict,
    ceilingBand: analysis.ceilingBand,
    crossChecks: checks,
    series: {
      step: series.step,
      entropy: series.entropy,
      reward: series.reward,
      rawStep: input.step,
      rawEntropy: input.entropy,
      rawReward: input.reward,
    },
    curve: fit.status === "degenerate" ? undefined : lawCurve(fit, series.entropy),
    warnings: fit.status === "degenerate" ? [] : [...fit.warnings, ...doubts(analysis, checks)],
  };
}

/** The default fit, with bootstrap intervals where they are asked for. */
function neighbourFit({ fit, series }: EntropyLawAnalysis, request: FitRequest): LawFit {
  const { bootstrap = 0, seed = 0 } = request;
  if (fit.status === "degenerate" || bootstrap === 0) return fit;
  return bootstrapNeighbours(fit, series, { replicates: bootstrap, seed });
}

/** Means over so many steps that nothing but the trend is left, and what errors in both variables say. */
function crossChecks({ series }: EntropyLawAnalysis): EntropyLawFinding["crossChecks"] {
  const { step, entropy, reward } = series;
  const checks: Array<EntropyLawFinding["crossChecks"][number]> = [
    { label: "least squares", fit: fitLaw("entropy", entropy, reward, { method: "ols" }) },
  ];
  if (step.length >= MIN_SMOOTHED) {
    const smoothed = smoothRun(series, CROSS_CHECK_WINDOW);
    checks.push({
      label: `least squares, means over ${CROSS_CHECK_WINDOW} steps`,
      fit: fitLaw("entropy", smoothed.entropy, smoothed.reward, { method: "ols" }),
    });
  }
  checks.push({ label: "Deming", fit: fitLaw("entropy", entropy, reward, { method: "deming" }) });
  return checks;
}

/** What a careful reader should know before quoting the numbers. */
function doubts(
  { series, fit }: EntropyLawAnalysis,
  checks: EntropyLawFinding["crossChecks"],
): string[] {
  const found: string[] = [];
  if (!series.evenlySpaced) {
    found.push("steps are not evenly spaced; neighbours are counted in rows, as if they were");
  }
  const deming = checks.find((check) => check.fit.method === "deming")?.fit;
  if (fit.status !== "degenerate" && deming !== undefined && deming.status !== "degenerate") {
    const a = fit.parameters["a"]!;
    const other = deming.parameters["a"]!.value;
    const distance = Math.abs(other - a.value);
    if (distance > TOLERATED_SHARE * Math.abs(a.value) && distance > TOLERATED_ERRORS * a.se) {
      found.push(
        `errors in both variables (Deming) give a = ${other.toPrecision(3)} instead of ${a.value.toPrecision(3)}: the noise of entropy or reward is not what one of the two methods assumes`,
      );
    }
  }
  return found;
}
