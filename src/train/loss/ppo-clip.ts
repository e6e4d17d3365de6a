/** PPO's clipped surrogate, with bounds of their own on both sides and a dual clip. */
import type { OptionsOf } from "../../config/loss-config.ts";
import { tf } from "../../engine/tfjs.ts";
import { pessimisticRatio, ratioOf } from "./ratio.ts";
import type { Surrogate, TokenTensors } from "./surrogate.ts";

/**
 * max(−A r, −A clip(r, 1 − clipLow, 1 + clipHigh)), and where A < 0 no more than −A dualClip.
 *
 * @see arXiv:1707.06347; dual clip arXiv:1912.09729; clip-higher arXiv:2503.14476
 */
export function ppoClip(tokens: TokenTensors, options: OptionsOf<"ppo-clip">): Surrogate {
  const { ratio, clipped } = pessimisticRatio(ratioOf(tokens), tokens.advantage, options);
  return { tokenLoss: tf.neg(tf.mul(tokens.advantage, ratio)), clipped };
}
