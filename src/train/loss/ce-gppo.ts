/** CE-GPPO: PPO's clip that scales the gradients outside its bounds in place of dropping them. */
import type { OptionsOf } from "../../config/loss-config.ts";
import { stopGradient } from "../../engine/op/differentiable.ts";
import { tf } from "../../engine/tfjs.ts";
import { boundIndicators, ratioOf } from "./ratio.ts";
import type { Surrogate, TokenTensors } from "./surrogate.ts";

/**
 * −A r within the bounds; −betaHigh (1 + clipHigh) A r / sg(r) where A > 0 and r is above them, and
 * −betaLow (1 − clipLow) A r / sg(r) where A < 0 and r is below.
 *
 * **Details** Beyond the upper bound unlikely tokens rise, which expands entropy; beyond the lower one they fall, which
 * contracts it. betaLow 0.75 as for the paper's 7B models, 0.5 for its 1.5B; betaHigh 1. There is no dual clip.
 *
 * **Gotchas** A token that `clipped` marks still has a gradient here, of β (1 ± clip) A. With both β at 0 the gradient is
 * that of `ppo-clip` without a dual clip, the loss is not.
 *
 * @see arXiv:2509.20712; Kwai-Klear/CE-GPPO
 */
export function ceGppo(tokens: TokenTensors, options: OptionsOf<"ce-gppo">): Surrogate {
  const { clipLow, clipHigh, betaLow, betaHigh } = options;
  const { logProb, advantage } = tokens;
  const ratio = ratioOf(tokens); // [B, T]
  const { above, below } = boundIndicators(ratio, advantage, options);
  const scale = tf.add(
    tf.mul(above, betaHigh * (1 + clipHigh)),
    tf.mul(below, betaLow * (1 - clipLow)),
  );
  // r / sg(r): 1, with the gradient of log π; also where the log-ratio is held.
  const one = tf.exp(tf.sub(logProb, stopGradient(logProb)));
  const free = tf.mul(ratio, tf.sub(1, tf.add(above, below)));
  const held = tf.add(free, tf.mul(scale, one));
  return { tokenLoss: tf.neg(tf.mul(advantage, held)), clipped: tf.sub(above, below) };
}
