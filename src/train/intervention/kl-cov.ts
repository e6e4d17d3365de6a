/** KL-Cov: the tokens of highest covariance are pulled back to the policy that sampled. */
import type { OptionsOf } from "../../config/intervention-config.ts";
import { withoutGradient } from "../../engine/op/differentiable.ts";
import { tf } from "../../engine/tfjs.ts";
import { chooseLargest, shareOf } from "./choose-tokens.ts";
import type { AdjustmentTensors, ScopeTokens } from "./intervention.ts";
import { tokenCovariance } from "./token-covariance.ts";

/**
 * Chooses the max(⌊share n⌋, 1) tokens of highest covariance.
 *
 * @see arXiv:2505.22617, KL-Cov; verl's `kl_cov`
 */
export function selectKlCov(
  { logProb, advantage }: ScopeTokens,
  { share }: OptionsOf<"kl-cov">,
): Uint8Array {
  return chooseLargest(tokenCovariance(logProb, advantage), shareOf(share, logProb.length));
}

/**
 * Adds coefficient · |log π − log π_old| at the chosen tokens.
 *
 * **Gotchas** The gradient is the coefficient in size however far the policy has moved, and 0 where it has not: on the
 * first update after sampling, log π is log π_old and KL-Cov does nothing.
 *
 * @see arXiv:2505.22617, Eq. 14, whose divergence verl's `kl_cov` takes as the absolute log-ratio
 */
export function adjustKlCov(
  tokenLoss: tf.Tensor2D,
  { selected, logProb, oldLogProb }: AdjustmentTensors,
  { coefficient }: OptionsOf<"kl-cov">,
): tf.Tensor2D {
  const moved = tf.sub(logProb, oldLogProb); // [B, T]
  // |x| = sign(x) x: with the sign held fast, the gradient at 0 is 0; that of tfjs's own abs is −1 there.
  const sign = withoutGradient([moved], ([moved_]) => tf.sign(moved_));
  return tf.add(tokenLoss, tf.mul(tf.mul(selected, coefficient), tf.mul(sign, moved)));
}
