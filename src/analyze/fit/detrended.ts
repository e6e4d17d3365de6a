/** Does reward follow entropy beyond any smooth trend of step? Knows no verdict. */
import { neighbourMean, type Neighbourhood } from "./instrument.ts";
import { instrumentalLine, slopeVariance } from "./instrumental-line.ts";
import { dot } from "./moments.ts";
import type { Estimate } from "./result.ts";
import { blockBounds, blockSums, estimateWith } from "./sandwich.ts";
import { orthonormalColumns, projectOff, splineBasis } from "./spline-basis.ts";

/** The slope of the law after one spline trend is taken out of entropy, its instrument and reward. */
export interface DetrendedSlope {
  /** How many cubic B-splines the trend had. */
  readonly functions: number;
  /** a of R = b − a e^H, from the departures from the trend alone. */
  readonly a: Estimate;
  readonly firstStageF: number;
  /** [6]; a without each sixth of the run. */
  readonly withoutPart: Float64Array;
  /** Largest share of the evidence, Σ z x, that one sixth of the run holds. */
  readonly largestShare: number;
}

/** Trends from barely bent to nearly as fast as the blocks of the sandwich. */
export const TREND_SIZES = [6, 8, 10] as const;
/**
 * Close neighbours: departures from a trend do not last long. A gap of 1 would let noise with a memory of .3, shared by
 * entropy and reward of one batch, pass for such a departure in a long run (docs/experiments.md).
 */
const CLOSE_NEIGHBOURHOOD: Neighbourhood = { reach: 5, gap: 2 };
const PARTS = 6;
/** A smaller share of the variance of x than this, left after the trend, is rounding. */
const ROUNDING_SHARE = 1e-20;

/**
 * Slope of reward on e^H off a spline trend.
 *
 * @param x - [n], e^H in order of step, n ≥ 50.
 * @param reward - [n].
 * @param functions - number of splines, one of {@link TREND_SIZES}.
 * @returns undefined if nothing is left of x or of its instrument.
 */
export function detrendedSlope(
  x: Float64Array,
  reward: Float64Array,
  functions: number,
): DetrendedSlope | undefined {
  const basis = orthonormalColumns(splineBasis(x.length, functions));
  const instrument = projectOff(neighbourMean(x, CLOSE_NEIGHBOURHOOD), basis);
  const regressor = projectOff(x, basis);
  if (dot(regressor, regressor) <= ROUNDING_SHARE * dot(x, x)) return undefined;
  const response = projectOff(reward, basis);
  const line = instrumentalLine(regressor, response, instrument);
  if (line === undefined) return undefined;
  const bounds = blockBounds(x.length, PARTS);
  const strength = blockSums(
    instrument.map((z, i) => z * regressor[i]!),
    bounds,
  );
  const moment = blockSums(
    instrument.map((z, i) => z * response[i]!),
    bounds,
  );
  const allStrength = strength.reduce((sum, value) => sum + value, 0);
  const allMoment = moment.reduce((sum, value) => sum + value, 0);
  return {
    functions,
    a: estimateWith(-line.slope, slopeVariance(line), line.noise.dof),
    firstStageF: line.firstStageF,
    withoutPart: strength.map(
      (value, part) => -(allMoment - moment[part]!) / (allStrength - value),
    ),
    largestShare: Math.max(...strength.map((value) => value / allStrength)),
  };
}
