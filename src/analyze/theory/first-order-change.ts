/** The first-order change of a state's entropy under any change of its logits; knows no advantage. */
import { covarianceUnder } from "./covariance-under.ts";
import type { SoftmaxState } from "./softmax-state.ts";

/**
 * −Cov_p(log p, dz), nats: the directional derivative of entropy along dz.
 *
 * **Details** It holds for any dz, whatever made it: parameters that states share, an optimizer's metric, clipping. The
 * error against the exact change is O(|dz|²). Adding a constant to dz changes nothing.
 *
 * @param step - [K], dz.
 * @see arXiv:2505.22617, Lemma 1
 */
export function firstOrderChange({ p, logP }: SoftmaxState, step: Float64Array): number {
  return -covarianceUnder(p, logP, step);
}

/**
 * The discriminator S_a = p_a (log p_a + H) of each action, [K], nats: −dH/dz_a, the loss of entropy by the rise of one
 * logit alone. Above 0 where p_a > e^−H. Its sum over the actions is 0, its mean under p is not.
 *
 * @see arXiv:2602.03392
 */
export function discriminators({ p, logP, entropy }: SoftmaxState): Float64Array {
  return p.map((pk, k) => pk * (logP[k]! + entropy));
}
