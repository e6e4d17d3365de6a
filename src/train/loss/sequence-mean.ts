/** Means over the valid tokens of each sequence, inside programs. */
import { tf } from "../../engine/tfjs.ts";

/** Mean of `values` [B, T] where `mask` is 1, [B, 1]; 0 for a sequence without a token. */
export function sequenceMean(values: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor2D {
  // 1 / max(count, 1): counts are data, so that no gradient is taken of the maximum
  const counts = tf.maximum(tf.sum(mask, 1, true), 1);
  return tf.div(tf.sum(tf.mul(values, mask), 1, true), counts);
}
