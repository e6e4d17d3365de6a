/** The fitted law as a curve with its confidence band, from spent entropy to the highest seen; draws nothing. */
import type { SolvedFit } from "../fit/result.ts";

/** Fitted curve with its pointwise 95 % confidence band, from H = 0 to the largest entropy. */
export interface LawCurve {
  readonly entropy: Float64Array;
  readonly reward: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

const POINTS = 81;

/**
 * Pointwise 95 % band of R(H) = b - a e^H, with the covariance of a and b in it.
 *
 * @param fit - a fit of the entropy law.
 * @param entropy - [n], nats; the curve ends at its maximum.
 */
export function lawCurve(fit: SolvedFit, entropy: Float64Array): LawCurve {
  const a = fit.parameters["a"]!;
  const b = fit.parameters["b"]!;
  const [varianceA = 0, covariance = 0, , varianceB = 0] = fit.covariance;
  // The t quantile of the fit's own degrees of freedom.
  const quantile = a.se > 0 ? (a.ci95[1] - a.value) / a.se : 0;
  const top = entropy.reduce((most, value) => Math.max(most, value), 0);
  const curve = {
    entropy: Float64Array.from({ length: POINTS }, (_, i) => (top * i) / (POINTS - 1)),
    reward: new Float64Array(POINTS),
    low: new Float64Array(POINTS),
    high: new Float64Array(POINTS),
  };
  for (const [i, H] of curve.entropy.entries()) {
    const x = Math.exp(H);
    const reward = b.value - a.value * x;
    const variance = varianceB + x * x * varianceA - 2 * x * covariance;
    const half = quantile * Math.sqrt(Math.max(variance, 0));
    curve.reward[i] = reward;
    curve.low[i] = reward - half;
    curve.high[i] = reward + half;
  }
  return curve;
}
