/** The line through points that are noisy in both coordinates, in closed form; knows no law. */
import { ShapeError } from "../../base/errors.ts";
import { isConstant } from "./line.ts";
import { mean } from "./moments.ts";
import { bartlettCovariance, neweyWestLag } from "./newey-west.ts";

/** Noise of the two coordinates of one point, up to a common factor: only the ratios matter. */
export interface NoiseMatrix {
  /** Variance of the noise of x. */
  readonly x: number;
  /** Variance of the noise of y. */
  readonly y: number;
  /** Covariance of the two: not zero where one batch is behind both. */
  readonly covariance: number;
}

/** Noise whose y variance is `ratio` times its x variance, without correlation: the δ of textbooks. */
export function noiseOfRatio(ratio: number): NoiseMatrix {
  return { x: 1, y: ratio, covariance: 0 };
}

/** A line fitted by errors in variables. Covariances are of (intercept, slope), [2 × 2], row-major. */
export interface DemingFit {
  readonly intercept: number;
  readonly slope: number;
  /** Sandwich covariance for independent rows, noise matrix taken as known. */
  readonly covariance: Float64Array;
  /** The same with Bartlett weights, for rows with short memory. */
  readonly neweyWest: Float64Array;
}

interface Moments {
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
}

/** Squared misfit along the noise at a slope: vᵀSv / vᵀNv with v = (slope, −1). */
function misfit(slope: number, s: Moments, noise: NoiseMatrix): number {
  return (
    (s.xx * slope ** 2 - 2 * s.xy * slope + s.yy) /
    (noise.x * slope ** 2 - 2 * noise.covariance * slope + noise.y)
  );
}

/**
 * Slope that minimises {@link misfit}: a root of its derivative, which is quadratic in the slope.
 *
 * The two roots are the slopes of the generalised eigenvectors of S q = λ N q; the smaller λ is the line.
 */
function bestSlope(s: Moments, noise: NoiseMatrix): number | undefined {
  const quadratic = s.xy * noise.x - s.xx * noise.covariance;
  const linear = s.xx * noise.y - s.yy * noise.x;
  const constant = s.yy * noise.covariance - s.xy * noise.y;
  const root = Math.sqrt(Math.max(linear ** 2 - 4 * quadratic * constant, 0));
  // Of the two textbook forms of each root, the one without cancellation.
  const stable = -(linear + (linear < 0 ? -root : root)) / 2;
  const candidates = [stable / quadratic, constant / stable].filter(Number.isFinite);
  let best: number | undefined;
  for (const slope of candidates) {
    if (best === undefined || misfit(slope, s, noise) < misfit(best, s, noise)) best = slope;
  }
  // A vertical line, v = (1, 0), has no slope; it is the answer where it fits better than every root.
  const isVertical = best === undefined || s.xx / noise.x < misfit(best, s, noise);
  return isVertical ? undefined : best;
}

/**
 * Fits a line by errors in variables.
 *
 * The standard errors come from the estimating equation Σ h_i = 0 with
 * h_i = dx_i e_i + κ e_i², e_i = dy_i − β dx_i, κ = (β v_x − c) / (β² v_x − 2βc + v_y).
 *
 * **Gotchas** The noise matrix is taken as known: an error in it is not in the standard error.
 *
 * @param x - [n].
 * @param y - [n].
 * @param noise - variances ≥ 0, not both 0, |covariance| ≤ their geometric mean.
 * @returns undefined for n < 3, for constant x, and where the best line is vertical.
 * @throws {@link ShapeError} if x and y differ in length.
 * @see Fuller, Measurement Error Models (1987), section 1.3.
 */
export function fitDeming(
  x: Float64Array,
  y: Float64Array,
  noise: NoiseMatrix,
): DemingFit | undefined {
  const n = x.length;
  if (y.length !== n) {
    throw new ShapeError("line-length", `x and y must have one length, got ${n} and ${y.length}`);
  }
  if (n < 3 || isConstant(x)) return undefined;
  const meanX = mean(x);
  const meanY = mean(y);
  const s = { xx: 0, xy: 0, yy: 0 };
  for (let i = 0; i < n; i += 1) {
    s.xx += (x[i]! - meanX) ** 2;
    s.xy += (x[i]! - meanX) * (y[i]! - meanY);
    s.yy += (y[i]! - meanY) ** 2;
  }
  const slope = bestSlope(s, noise);
  if (slope === undefined) return undefined;

  const spread = noise.x * slope ** 2 - 2 * noise.covariance * slope + noise.y;
  const lean = (noise.x * slope - noise.covariance) / spread; // κ
  const leanSlope = noise.x / spread - 2 * lean ** 2; // dκ/dβ
  let sensitivity = 0; // Σ dh_i/dβ
  const scores = new Float64Array(2 * n); // [n × 2]: influence of each row on mean y and on the slope
  for (let i = 0; i < n; i += 1) {
    const dx = x[i]! - meanX;
    const e = y[i]! - meanY - slope * dx;
    scores[2 * i] = e / n;
    scores[2 * i + 1] = dx * e + lean * e ** 2;
    sensitivity += -(dx ** 2) - 2 * lean * e * dx + leanSlope * e ** 2;
  }
  for (let i = 0; i < n; i += 1) {
    const onSlope = -scores[2 * i + 1]! / sensitivity;
    scores[2 * i + 1] = onSlope;
    scores[2 * i]! -= meanX * onSlope; // intercept = mean y − slope mean x
  }
  const correction = n / (n - 2);
  return {
    intercept: meanY - slope * meanX,
    slope,
    covariance: bartlettCovariance(scores, 2, 0).map((value) => value * correction),
    neweyWest: bartlettCovariance(scores, 2, neweyWestLag(n)).map((value) => value * correction),
  };
}
