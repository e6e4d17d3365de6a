/** GSPO: PPO's clip on one ratio for the whole response, the geometric mean of its tokens' ratios. */
import type { OptionsOf } from "../../config/loss-config.ts";
import { stopGradient } from "../../engine/op/differentiable.ts";
import { tf } from "../../engine/tfjs.ts";
import { LOG_RATIO_LIMIT, pessimisticRatio } from "./ratio.ts";
import { sequenceMean } from "./sequence-mean.ts";
import type { Surrogate, TokenTensors } from "./surrogate.ts";

/** verl's upper limit of the response's log-ratio, in nats. */
const LARGEST_LOG_RATIO = 10;

/**
 * PPO's clip of s_t = sg(s) π_t / sg(π_t), s = exp(mean over the response's tokens of log r): the value of s at every
 * token, and each token's own gradient.
 *
 * @see arXiv:2507.18071
 */
export function gspo(tokens: TokenTensors, options: OptionsOf<"gspo">): Surrogate {
  const { logProb, oldLogProb, advantage, mask } = tokens;
  const mean = stopGradient(sequenceMean(tf.sub(logProb, oldLogProb), mask)); // [B, 1]
  const own = tf.sub(logProb, stopGradient(logProb)); // 0, with gradient 1
  const logS: tf.Tensor2D = tf.clipByValue(tf.add(own, mean), -LOG_RATIO_LIMIT, LARGEST_LOG_RATIO);
  const { ratio, clipped } = pessimisticRatio(tf.exp(logS), advantage, options);
  return { tokenLoss: tf.neg(tf.mul(advantage, ratio)), clipped };
}
