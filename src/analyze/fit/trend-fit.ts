/** How much of the reward's trend a fitted curve explains, noise left out; knows no law. */
import { dot, variance } from "./moments.ts";
import { differenceVariance } from "./noise.ts";
import { blockMeans } from "./sandwich.ts";

/**
 * 1 − (misfit of the trend) / (variance of the trend), both on block means and less the noise that white batch noise
 * leaves in a block mean.
 *
 * **When to use** Beside R², which a noisy reward makes small however good the law is.
 *
 * @param residuals - [n], reward minus the curve.
 * @param reward - [n].
 * @param bounds - [B + 1], the blocks.
 * @returns at most 1; undefined if the reward has no trend above its noise.
 */
export function trendR2(
  residuals: Float64Array,
  reward: Float64Array,
  bounds: Int32Array,
): number | undefined {
  const blocks = bounds.length - 1;
  const noiseShare = blocks / residuals.length; // variance of a block mean over that of one step, white noise
  const means = blockMeans(residuals, bounds);
  const misfit = dot(means, means) / (blocks - 2) - differenceVariance(residuals) * noiseShare;
  const trend = variance(blockMeans(reward, bounds), 1) - differenceVariance(reward) * noiseShare;
  return trend > 0 ? 1 - Math.max(0, misfit) / trend : undefined;
}
