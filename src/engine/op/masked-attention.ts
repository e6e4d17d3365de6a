/** Attention composed of tfjs operations, for engines without a fused one; knows no cache. */
import { tf } from "../tfjs.ts";

/** [B, S, H·E] to [B, H, S, E]. */
export function splitHeads(x: tf.Tensor, heads: number): tf.Tensor {
  const [batch, length, width] = x.shape as [number, number, number];
  return tf.transpose(tf.reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
}

/** [B, H, S, E] to [B, S, H·E]. */
function joinHeads(x: tf.Tensor): tf.Tensor {
  const [batch, heads, length, size] = x.shape as [number, number, number, number];
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [batch, length, heads * size]);
}

/** Added to scores that must not count; exp of it is 0 and it is finite, so that no row becomes NaN. */
export const MASKED = -1e9;

/** What to add to scores: 0 where `open` is true, {@link MASKED} elsewhere. */
export function hiddenBy(open: tf.Tensor): tf.Tensor {
  return tf.mul(tf.sub(tf.cast(open, "float32"), 1), -MASKED);
}

/**
 * Softmax attention, H/G neighbouring query heads to a head of keys and values.
 *
 * @param query - [B, S, H·E].
 * @param keys - [B, G, T, E]; `values` too.
 * @param allowed - bool, broadcast to [B, H, S, T]: which keys a query sees, at least one each.
 * @returns [B, S, H·E].
 */
export function maskedAttention(
  query: tf.Tensor,
  keys: tf.Tensor,
  values: tf.Tensor,
  allowed: tf.Tensor,
  { heads, scale }: { readonly heads: number; readonly scale: number },
): tf.Tensor {
  const [batch, length] = query.shape as [number, number, number];
  const [, keyHeads, positions, size] = keys.shape as [number, number, number, number];
  // Query heads that share keys lie one below another, as rows of one product.
  const rows = (heads / keyHeads) * length;
  const grouped = tf.reshape(splitHeads(query, heads), [batch, keyHeads, rows, size]);
  const products = tf.mul(tf.matMul(grouped, keys, false, true), scale);
  const scores = tf.reshape(products, [batch, heads, length, positions]);
  const weights = tf.reshape(tf.softmax(tf.add(scores, hiddenBy(allowed))), [
    batch,
    keyHeads,
    rows,
    positions,
  ]);
  return joinHeads(tf.reshape(tf.matMul(weights, values), [batch, heads, length, size]));
}
