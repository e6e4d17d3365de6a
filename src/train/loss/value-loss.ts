/** The loss of a value head, clipped as PPO clips it; knows nothing of the policy. */
import { tf } from "../../engine/tfjs.ts";
import { indicator } from "./ratio.ts";
import type { Surrogate } from "./surrogate.ts";

/** Values of the states before tokens inside a program, [B, T] each, in units of reward. */
export interface ValueTensors {
  /** What the head says now. Differentiable. */
  readonly value: tf.Tensor2D;
  /** What it said when the step was sampled. */
  readonly oldValue: tf.Tensor2D;
  /** What it should have said: `returns` of the advantages. */
  readonly target: tf.Tensor2D;
}

/**
 * ½ max((V − R)², (clip(V, V_old ± valueClip) − R)²): a value is not pulled on once it has moved by `valueClip` towards
 * its target.
 *
 * @param valueClip - in units of reward; null for no limit.
 * @returns token losses [B, T] to be aggregated as the policy's are, and where the clipped value counts: 1 above, −1 below.
 */
export function valueLoss(
  { value, oldValue, target }: ValueTensors,
  valueClip: number | null,
): Surrogate {
  const error: tf.Tensor2D = tf.sub(value, target);
  if (valueClip === null) {
    return { tokenLoss: tf.mul(tf.square(error), 0.5), clipped: tf.zerosLike(value) };
  }
  const moved = tf.sub(value, oldValue);
  // Where the value has moved too far (in the direction `sign`) and the clipped value's loss is the larger one.
  const over = (sign: 1 | -1): tf.Tensor2D =>
    indicator([moved, error], ([moved_, error_]) => {
      const excess = tf.sub(moved_, sign * valueClip); // value less clipped value
      const heldLoss = tf.square(tf.sub(error_, excess));
      return tf.logicalAnd(
        tf.greater(tf.mul(moved_, sign), valueClip),
        tf.greater(heldLoss, tf.square(error_)),
      );
    });
  const [above, below] = [over(1), over(-1)];
  const clipped: tf.Tensor2D = tf.sub(above, below);
  const held = tf.sub(tf.add(oldValue, tf.mul(clipped, valueClip)), target); // no gradient
  const holds = tf.add(above, below);
  const loss = tf.add(tf.mul(tf.square(error), tf.sub(1, holds)), tf.mul(tf.square(held), holds));
  return { tokenLoss: tf.mul(loss, 0.5), clipped };
}
