/** GMPO: the geometric mean of the response's ratios, each held pessimistically in log space. */
import type { OptionsOf } from "../../config/loss-config.ts";
import { stopGradient } from "../../engine/op/differentiable.ts";
import { tf } from "../../engine/tfjs.ts";
import { indicator, logRatio } from "./ratio.ts";
import { sequenceMean } from "./sequence-mean.ts";
import type { Surrogate, TokenTensors } from "./surrogate.ts";

/**
 * −Ā exp(mean x), where x is the log-ratio, held at clipHigh where A > 0 and at −clipLow where A < 0, and Ā the
 * response's mean advantage.
 *
 * **Details** Written token by token: each has the response's value and its own part of the gradient,
 * −Ā sg(exp(mean x)) (1 + x_t − sg(x_t)), so that an intervention can take out one token. Their mean over the response
 * has the value and the gradient of the formula above.
 *
 * @see arXiv:2507.20673
 */
export function gmpo(tokens: TokenTensors, { clipLow, clipHigh }: OptionsOf<"gmpo">): Surrogate {
  const { advantage, mask } = tokens;
  const x = logRatio(tokens); // [B, T]
  const above = indicator([x, advantage], ([x_, advantage_]) =>
    tf.logicalAnd(tf.greater(advantage_, 0), tf.greater(x_, clipHigh)),
  );
  const below = indicator([x, advantage], ([x_, advantage_]) =>
    tf.logicalAnd(tf.less(advantage_, 0), tf.less(x_, -clipLow)),
  );
  const free = indicator([above, below, advantage], ([above_, below_, advantage_]) =>
    // A token whose advantage is 0 has no part in the mean, as in verl.
    tf.logicalAnd(tf.equal(tf.add(above_, below_), 0), tf.notEqual(advantage_, 0)),
  );
  const bound = tf.sub(tf.mul(above, clipHigh), tf.mul(below, clipLow));
  const held: tf.Tensor2D = tf.add(tf.mul(x, free), bound);
  const ratio = stopGradient(tf.exp(sequenceMean(held, mask))); // [B, 1]
  const weight = tf.mul(sequenceMean(advantage, mask), ratio); // [B, 1]
  const own = tf.add(tf.sub(held, stopGradient(held)), 1); // [B, T], 1 with the token's gradient
  return { tokenLoss: tf.neg(tf.mul(weight, own)), clipped: tf.sub(above, below) };
}
