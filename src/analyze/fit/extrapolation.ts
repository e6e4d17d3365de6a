/** One fitted form carried to later entropies, with the variance of what it says; knows no band and no baseline. */
import { transformEntropy } from "./entropy-form.ts";
import type { FormLine } from "./form-lines.ts";
import { localMean } from "./local-mean.ts";
import { dot } from "./moments.ts";
import { differenceVariance } from "./noise.ts";
import { blockSums, varianceOfBlockSums } from "./sandwich.ts";

/** What a form says of the later steps. */
export interface Extrapolation {
  /** [n later], expected reward. */
  readonly mean: Float64Array;
  /** [n later], variance of observed minus expected, both smoothed. */
  readonly variance: Float64Array;
}

/** Variance of a `window`-step mean of what the fit leaves over: noise and what the form misses. */
function residualVariance({ line }: FormLine, window: number): number {
  const smooth = localMean(line.residuals, window);
  const blocks = line.noise.effectiveBlocks;
  const seen = (dot(smooth, smooth) / smooth.length) * (blocks / Math.max(blocks - 2, 1));
  return Math.max(seen, differenceVariance(line.residuals) / window);
}

/**
 * Carries a form to later steps, given their entropy.
 *
 * @param fitted - the form, fitted on the prefix.
 * @param entropy - [n later], nats, measured.
 * @param window - odd number of steps over which both sides are averaged.
 */
export function extrapolate(
  fitted: FormLine,
  entropy: Float64Array,
  window: number,
): Extrapolation {
  const { form, line } = fitted;
  const regressor = localMean(transformEntropy(form, entropy), window);
  const rest = residualVariance(fitted, window);
  // The error of the line at T is Σ (1/m + (T − T̄) wᵢ) uᵢ: block sums of its weights are linear in T.
  const { bounds } = line.noise;
  const slopeSums = blockSums(line.weights, bounds);
  const levelSums = slopeSums.map((_, k) => (bounds[k + 1]! - bounds[k]!) / line.weights.length);
  return {
    mean: regressor.map((value) => line.meanY + line.slope * (value - line.meanX)),
    variance: regressor.map((value) => {
      const distance = value - line.meanX;
      const sums = slopeSums.map((slopeSum, k) => levelSums[k]! + distance * slopeSum);
      return varianceOfBlockSums(line.noise, sums) + rest;
    }),
  };
}
