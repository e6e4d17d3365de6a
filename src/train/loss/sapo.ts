/** SAPO: a smooth gate on the ratio in place of a clip. */
import type { OptionsOf } from "../../config/loss-config.ts";
import { tf } from "../../engine/tfjs.ts";
import { indicator, neverClipped, ratioOf } from "./ratio.ts";
import type { Surrogate, TokenTensors } from "./surrogate.ts";

/**
 * −A f(r), f(r) = 4/τ sigmoid(τ (r − 1)), with τ by the sign of the advantage: f' is 1 at r = 1 and fades on both sides.
 *
 * @see arXiv:2511.20347
 */
export function sapo(
  tokens: TokenTensors,
  { temperaturePositive, temperatureNegative }: OptionsOf<"sapo">,
): Surrogate {
  const { advantage } = tokens;
  const positive = indicator([advantage], ([advantage_]) => tf.greater(advantage_, 0));
  const tau = tf.add(
    tf.mul(positive, temperaturePositive),
    tf.mul(tf.sub(1, positive), temperatureNegative),
  ); // [B, T]
  const gate = tf.div(tf.mul(tf.sigmoid(tf.mul(tau, tf.sub(ratioOf(tokens), 1))), 4), tau);
  return { tokenLoss: tf.neg(tf.mul(advantage, gate)), clipped: neverClipped(tokens) };
}
