/** Entropy-discriminator clipping: tokens that would move entropy far leave the loss. */
import type { OptionsOf } from "../../config/intervention-config.ts";
import type { WeighedTokens } from "./intervention.ts";
import { meanOf, varianceOf } from "./moments.ts";

/**
 * 0 where |S − mean S| > band · std S, 1 elsewhere, with S = π (H + log π): a rise of the token's logit by ε changes
 * entropy by −ε S.
 *
 * **Details** Mean and standard deviation (divisor n) are over the scope: the paper's Clip_B. "-style": that tokens are
 * dropped by a two-sided band and its half width of 2 are ours, the paper's thresholds are not known. Dropped tokens still
 * count in the mean. H is at temperature 1, π at the temperature of the rollout.
 *
 * @see arXiv:2602.03392
 */
export function weighByDiscriminator(
  { logProb, entropy }: WeighedTokens,
  { band }: OptionsOf<"discriminator">,
): Float64Array {
  const score = logProb.map((value, at) => Math.exp(value) * (entropy[at]! + value));
  const mean = meanOf(score);
  const deviation = Math.sqrt(varianceOf(score));
  return score.map((value) => (Math.abs(value - mean) > band * deviation ? 0 : 1));
}
