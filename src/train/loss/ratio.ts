/** What surrogates share: ratios of probabilities, and bounds at which they are held. */
import { withoutGradient } from "../../engine/op/differentiable.ts";
import { tf } from "../../engine/tfjs.ts";
import type { TokenTensors } from "./surrogate.ts";

/** Log-ratios beyond this, in nats, are held here: e^20 is far outside any bound, and e^89 is no float32. */
export const LOG_RATIO_LIMIT = 20;

/** log π − log π_old, held within ±20; [B, T]. */
export function logRatio({ logProb, oldLogProb }: TokenTensors): tf.Tensor2D {
  return tf.clipByValue(tf.sub(logProb, oldLogProb), -LOG_RATIO_LIMIT, LOG_RATIO_LIMIT);
}

/** r = π / π_old; [B, T]. */
export function ratioOf(tokens: TokenTensors): tf.Tensor2D {
  return tf.exp(logRatio(tokens));
}

/** 1 where a condition on tensors holds, 0 elsewhere. No gradient goes through it: tfjs has none for comparisons. */
export function indicator<const I extends readonly tf.Tensor[]>(
  inputs: I,
  condition: (inputs: I) => tf.Tensor,
): tf.Tensor2D {
  return withoutGradient(inputs, (given) => tf.cast(condition(given), "float32")) as tf.Tensor2D;
}

/** Nothing is held: zeros. */
export function neverClipped({ logProb }: TokenTensors): tf.Tensor2D {
  return tf.zerosLike(logProb);
}

/** How far a ratio may go from 1. */
export interface RatioBounds {
  readonly clipLow: number;
  readonly clipHigh: number;
  /** Largest ratio that counts where the advantage is negative. */
  readonly dualClip?: number | null;
}

/** 1 where A > 0 and the ratio is above its upper bound, and where A < 0 and it is below its lower one; [B, T] each. */
export function boundIndicators(
  ratio: tf.Tensor2D,
  advantage: tf.Tensor2D,
  { clipLow, clipHigh }: RatioBounds,
): { readonly above: tf.Tensor2D; readonly below: tf.Tensor2D } {
  const [lowest, highest] = [1 - clipLow, 1 + clipHigh];
  const above = indicator([ratio, advantage], ([ratio_, advantage_]) =>
    tf.logicalAnd(tf.greater(advantage_, 0), tf.greater(ratio_, highest)),
  );
  const below = indicator([ratio, advantage], ([ratio_, advantage_]) =>
    tf.logicalAnd(tf.less(advantage_, 0), tf.less(ratio_, lowest)),
  );
  return { above, below };
}

/**
 * PPO's pessimistic ratio: held at 1 + clipHigh where the advantage is positive, at 1 − clipLow where it is negative,
 * and there at `dualClip` from above. −A times it is max(−A r, −A clip(r)), with no gradient where it is held.
 *
 * @param ratio - [B, T], any ratio.
 * @returns the ratio and which bound holds it, [B, T] each.
 * @see arXiv:1707.06347; dual clip arXiv:1912.09729
 */
export function pessimisticRatio(
  ratio: tf.Tensor2D,
  advantage: tf.Tensor2D,
  bounds: RatioBounds,
): { readonly ratio: tf.Tensor2D; readonly clipped: tf.Tensor2D } {
  const { clipLow, clipHigh, dualClip = null } = bounds;
  const { above, below } = boundIndicators(ratio, advantage, bounds);
  const held = tf.add(above, below);
  const bound = tf.add(tf.mul(above, 1 + clipHigh), tf.mul(below, 1 - clipLow));
  const clip = {
    ratio: tf.add<tf.Tensor2D>(tf.mul(ratio, tf.sub(1, held)), bound),
    clipped: tf.sub<tf.Tensor2D>(above, below),
  };
  return dualClip === null ? clip : heldFromAbove(clip, advantage, dualClip);
}

/** Holds a ratio at `limit` where the advantage is negative, as dual clip does. */
function heldFromAbove(
  { ratio, clipped }: { readonly ratio: tf.Tensor2D; readonly clipped: tf.Tensor2D },
  advantage: tf.Tensor2D,
  limit: number,
): { readonly ratio: tf.Tensor2D; readonly clipped: tf.Tensor2D } {
  const beyond = indicator([ratio, advantage], ([ratio_, advantage_]) =>
    tf.logicalAnd(tf.less(advantage_, 0), tf.greater(ratio_, limit)),
  );
  const free = tf.mul(ratio, tf.sub(1, beyond));
  return { ratio: tf.add(free, tf.mul(beyond, limit)), clipped: tf.add(clipped, beyond) };
}
