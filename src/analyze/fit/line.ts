/** The least-squares line y = intercept + slope x in closed form, with its full covariance; knows no law. */
import { ShapeError } from "../../base/errors.ts";
import { mean } from "./moments.ts";

/** A fitted line. Variances assume white residuals of one variance. */
export interface LineFit {
  readonly n: number;
  readonly intercept: number;
  readonly slope: number;
  readonly meanX: number;
  readonly meanY: number;
  /** Sum of squared deviations of x from its mean. */
  readonly sumOfSquaresX: number;
  readonly rss: number;
  /** RSS / (n − 2). */
  readonly residualVariance: number;
  readonly interceptVariance: number;
  readonly slopeVariance: number;
  /** Covariance of intercept and slope. */
  readonly covariance: number;
}

// Values that differ by rounding alone are spread by at most a few units in the last place.
const ROUNDING = 8 * Number.EPSILON;

/** Whether the values are one number up to rounding. An empty series counts as constant. */
export function isConstant(values: Float64Array): boolean {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return !(high - low > ROUNDING * Math.max(Math.abs(low), Math.abs(high)));
}

/**
 * Fits a line through points.
 *
 * Sums are taken about the means, so that a small spread of x on a large mean costs no digits.
 *
 * @param x - [n].
 * @param y - [n].
 * @returns undefined for n < 3 or where x is constant: such points determine no line with an error.
 * @throws {@link ShapeError} if the two differ in length.
 */
export function fitLine(x: Float64Array, y: Float64Array): LineFit | undefined {
  const n = x.length;
  if (y.length !== n) {
    throw new ShapeError("line-length", `x and y must have one length, got ${n} and ${y.length}`);
  }
  if (n < 3 || isConstant(x)) return undefined;
  const meanX = mean(x);
  const meanY = mean(y);
  let sxx = 0;
  let sxy = 0;
  for (let i = 0; i < n; i += 1) {
    sxx += (x[i]! - meanX) ** 2;
    sxy += (x[i]! - meanX) * (y[i]! - meanY);
  }
  const slope = sxy / sxx;
  let rss = 0;
  for (let i = 0; i < n; i += 1) rss += (y[i]! - meanY - slope * (x[i]! - meanX)) ** 2;
  const residualVariance = rss / (n - 2);
  const slopeVariance = residualVariance / sxx;
  return {
    n,
    intercept: meanY - slope * meanX,
    slope,
    meanX,
    meanY,
    sumOfSquaresX: sxx,
    rss,
    residualVariance,
    interceptVariance: residualVariance / n + meanX ** 2 * slopeVariance,
    slopeVariance,
    covariance: -meanX * slopeVariance,
  };
}
