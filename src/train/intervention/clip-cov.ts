/** Clip-Cov: a random few of the tokens whose covariance lies in a band leave the loss. */
import type { OptionsOf } from "../../config/intervention-config.ts";
import { tf } from "../../engine/tfjs.ts";
import { chooseAmong, shareOf } from "./choose-tokens.ts";
import type { AdjustmentTensors, ChoiceOrder, ScopeTokens } from "./intervention.ts";
import { tokenCovariance } from "./token-covariance.ts";

/**
 * Chooses max(⌊share n⌋, 1) tokens at random among those with low < covariance < high that the surrogate has not
 * clipped already.
 *
 * **Gotchas** A band that holds fewer tokens is chosen whole.
 *
 * @see arXiv:2505.22617, Clip-Cov; verl's `clip_cov`
 */
export function selectClipCov(
  { logProb, advantage, clipped }: ScopeTokens,
  { share, low, high }: OptionsOf<"clip-cov">,
  order: ChoiceOrder,
): Uint8Array {
  const covariance = tokenCovariance(logProb, advantage);
  const isCandidate = (at: number): boolean =>
    low < covariance[at]! && covariance[at]! < high && clipped[at] === 0;
  return chooseAmong(logProb.length, isCandidate, shareOf(share, logProb.length), order);
}

/**
 * The chosen tokens' losses times 0: value and gradient vanish, while the tokens still count in the mean.
 *
 * @see verl's `clip_cov`; Listing 1 of the paper detaches them instead: same gradient, another loss value
 */
export function adjustClipCov(
  tokenLoss: tf.Tensor2D,
  { selected }: AdjustmentTensors,
): tf.Tensor2D {
  return tf.mul(tokenLoss, tf.sub(1, selected));
}
