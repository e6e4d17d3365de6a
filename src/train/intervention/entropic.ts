/** EntroPIC: a proportional-integral controller that keeps entropy at a target through the likely tokens. */
import type { OptionsOf } from "../../config/intervention-config.ts";
import { tf } from "../../engine/tfjs.ts";
import { ratioOf } from "../loss/ratio.ts";
import type { AdjustmentTensors, Control, ControlState, ScopeTokens } from "./intervention.ts";

/**
 * α = clip(K_i Σ e + K_p e, −1, 1) with e = H − target; the sum is over the steps before.
 *
 * **Details** K_p 1, K_i 0.01, as in the code; target 0.2 here, 0.1 there. Deviation: the code adds up errors
 * mini-batch by mini-batch, the lab step by step.
 *
 * @see arXiv:2511.15248; yk7333/EntroPIC, `dp_actor.py`
 */
export function controlEntropic(
  state: ControlState,
  entropy: number,
  { target, proportional, integral }: OptionsOf<"entropic">,
): Control {
  const sum = state["error"] ?? 0;
  const error = entropy - target;
  const coefficient = Math.min(Math.max(integral * sum + proportional * error, -1), 1);
  return { state: { error: sum + error }, coefficient };
}

/** Chooses the likely tokens: π > `threshold`. */
export function selectLikely(
  { logProb }: ScopeTokens,
  { threshold }: OptionsOf<"entropic">,
): Uint8Array {
  return Uint8Array.from(logProb, (value) => (Math.exp(value) > threshold ? 1 : 0));
}

/**
 * Adds −α r |A| at the chosen tokens: while entropy is too high likely tokens become likelier, whatever their reward,
 * and the other way round.
 *
 * **Details** Deviations: the code takes the mean of this term over the chosen tokens, here it is a part of the mean
 * over all of them, smaller by the share that is chosen; which tokens are likely is settled before the update, and the
 * threshold of 0.9 is ours.
 *
 * @see arXiv:2511.15248; yk7333/EntroPIC, `core_algos.py`
 */
export function adjustEntropic(tokenLoss: tf.Tensor2D, tensors: AdjustmentTensors): tf.Tensor2D {
  const { selected, advantage, coefficient } = tensors;
  const size = tf.mul(selected, tf.abs(advantage)); // [B, T]
  return tf.sub(tokenLoss, tf.mul(tf.mul(size, coefficient!), ratioOf(tensors)));
}
