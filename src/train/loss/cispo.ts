/** CISPO: the policy gradient, weighted by a clipped ratio that has no gradient itself. */
import type { OptionsOf } from "../../config/loss-config.ts";
import { stopGradient } from "../../engine/op/differentiable.ts";
import { tf } from "../../engine/tfjs.ts";
import { indicator, ratioOf } from "./ratio.ts";
import type { Surrogate, TokenTensors } from "./surrogate.ts";

/**
 * −sg(clip(r, 1 − clipLow, 1 + clipHigh)) A log π.
 *
 * **Gotchas** A token that `clipped` marks still has a gradient here: its weight is held, not its loss.
 *
 * @see arXiv:2506.13585
 */
export function cispo(tokens: TokenTensors, { clipLow, clipHigh }: OptionsOf<"cispo">): Surrogate {
  const [lowest, highest] = [1 - clipLow, 1 + clipHigh];
  const ratio = stopGradient(ratioOf(tokens)); // [B, T]
  const weight = tf.clipByValue(ratio, lowest, highest);
  const above = indicator([ratio], ([ratio_]) => tf.greater(ratio_, highest));
  const below = indicator([ratio], ([ratio_]) => tf.less(ratio_, lowest));
  return {
    tokenLoss: tf.neg(tf.mul(tf.mul(weight, tokens.advantage), tokens.logProb)),
    clipped: tf.sub(above, below),
  };
}
