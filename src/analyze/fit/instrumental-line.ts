/** A straight line through points whose x is noisy, by two-stage least squares; knows no law and no neighbours. */
import { isConstant } from "./line.ts";
import { centred, dot, mean } from "./moments.ts";
import { bartlettCovariance, neweyWestLag } from "./newey-west.ts";
import { blockNoise, sandwichVariance, type BlockNoise } from "./sandwich.ts";

/** Two-stage least-squares line y = meanY + slope (x − meanX), with what its intervals need. */
export interface InstrumentalLine {
  readonly slope: number;
  readonly meanX: number;
  readonly meanY: number;
  /** [n]; the error of the slope is Σ weightᵢ · noiseᵢ. */
  readonly weights: Float64Array;
  /** [n], y minus the line. */
  readonly residuals: Float64Array;
  readonly noise: BlockNoise;
  /**
   * Strength of the first stage (x on the instrument), signed: below {@link IDENTIFYING_F} the slope is not identified, and a negative
   * first stage, where x moves against its instrument, can never pass.
   */
  readonly firstStageF: number;
}

/** A first stage weaker than this identifies nothing: the rule of thumb of Staiger and Stock (1997). */
export const IDENTIFYING_F = 10;

/** A line has two fitted numbers. */
const LINE_PARAMETERS = 2;

/** Signed F of the regression of x on z; both centred. 0 where z does not vary. */
function firstStageStrength(x: Float64Array, z: Float64Array): number {
  const zz = dot(z, z);
  if (!(zz > 0)) return 0;
  const slope = dot(z, x) / zz;
  const residuals = x.map((value, i) => value - slope * z[i]!);
  // What the neighbours miss is curvature at the ends of the run more than noise: a local size would take it for noise
  // just where the trend is.
  const variance = sandwichVariance(
    blockNoise(residuals, LINE_PARAMETERS, "overall"),
    z.map((value) => value / zz),
  );
  return variance > 0 ? (slope * Math.abs(slope)) / variance : Math.sign(slope) * Number.MAX_VALUE;
}

/**
 * Slope Σ(z − z̄)(y − ȳ) / Σ(z − z̄)(x − x̄): noise of x that z does not share does not bias it.
 *
 * @param x - [n], n ≥ 4, in order of step.
 * @param y - [n].
 * @param z - [n], the instrument.
 * @returns undefined if x or z does not vary, or the instrument says nothing about x (their covariance is 0).
 */
export function instrumentalLine(
  x: Float64Array,
  y: Float64Array,
  z: Float64Array,
): InstrumentalLine | undefined {
  if (isConstant(x) || isConstant(z)) return undefined;
  const meanX = mean(x);
  const meanY = mean(y);
  const deviationX = x.map((value) => value - meanX);
  const deviationZ = centred(z);
  const shared = dot(deviationZ, deviationX);
  if (shared === 0 || !Number.isFinite(shared)) return undefined;
  const weights = deviationZ.map((value) => value / shared);
  const slope = dot(
    weights,
    y.map((value) => value - meanY),
  );
  const residuals = y.map((value, i) => value - meanY - slope * deviationX[i]!);
  return {
    slope,
    meanX,
    meanY,
    weights,
    residuals,
    noise: blockNoise(residuals, LINE_PARAMETERS),
    firstStageF: firstStageStrength(deviationX, deviationZ),
  };
}

/** Variance of the slope. */
export function slopeVariance(line: InstrumentalLine): number {
  return sandwichVariance(line.noise, line.weights);
}

/** Value of the line at x, and the variance of that value. */
export function valueAt(line: InstrumentalLine, x: number): { value: number; variance: number } {
  return {
    value: line.meanY + line.slope * (x - line.meanX),
    variance: sandwichVariance(line.noise, weightsAt(line, x)),
  };
}

/** [n]; the error of the line's value at x is the sum of these times the noise of each row. */
export function weightsAt({ weights, meanX }: InstrumentalLine, x: number): Float64Array {
  return weights.map((weight) => 1 / weights.length + (x - meanX) * weight);
}

/** Newey-West standard error of what has these weights: the customary one, beside the sandwich over blocks. */
export function neweyWestError({ residuals }: InstrumentalLine, weights: Float64Array): number {
  const n = residuals.length;
  const scores = weights.map((weight, i) => weight * residuals[i]!);
  const [variance = 0] = bartlettCovariance(scores, 1, neweyWestLag(n));
  return Math.sqrt((variance * n) / (n - LINE_PARAMETERS));
}
