/** Sums and means over the tokens that count, and choices of a few of them. */
import { tf } from "../tfjs.ts";
import { withoutGradient } from "./differentiable.ts";

/** Σ of values [N] where mask [N] is 1. */
export function maskedSum(values: tf.Tensor, mask: tf.Tensor): tf.Scalar {
  return tf.sum(tf.mul(values, mask)) as tf.Scalar;
}

/**
 * Mean of values [N] where mask [N] is 1; 0 if it is nowhere.
 *
 * @param count - what to divide by instead of the mask's own sum: the whole batch's, when a part of it is summed.
 */
export function maskedMean(
  values: tf.Tensor,
  mask: tf.Tensor,
  count: tf.Tensor = tf.sum(mask),
): tf.Scalar {
  return tf.div(maskedSum(values, mask), tf.maximum(count, 1)) as tf.Scalar;
}

/**
 * Centred products of two quantities over the tokens that count: (x − mean x)(y − mean y), 0 elsewhere. Their masked
 * mean is the covariance.
 *
 * @param x - [N]; `y`, `mask` too.
 * @see arXiv:2505.22617, Eq. 10
 */
export function maskedCovariance(x: tf.Tensor, y: tf.Tensor, mask: tf.Tensor): tf.Tensor1D {
  const centred = (values: tf.Tensor): tf.Tensor => tf.sub(values, maskedMean(values, mask));
  return tf.mul(tf.mul(centred(x), centred(y)), mask) as tf.Tensor1D;
}

/** Stands below any value of a token that counts. */
const LOWEST = -3e38;

/**
 * Marks the tokens with the largest values; the earlier one of equals.
 *
 * @param values - [N].
 * @param candidates - [N], 1 where a token may be chosen.
 * @param count - scalar int32: how many to choose; fewer are chosen if there are fewer candidates.
 * @param most - upper bound of `count`, known when the program is compiled.
 * @returns [N], float32, 1 at the chosen tokens. No gradient goes through it.
 */
export function topMask(
  values: tf.Tensor,
  candidates: tf.Tensor,
  count: tf.Tensor,
  most: number,
): tf.Tensor1D {
  const limit = Math.min(most, values.size);
  return withoutGradient([values, candidates], ([values_, candidates_]) => {
    const open = tf.where(tf.greater(candidates_, 0), values_, tf.fill(values.shape, LOWEST));
    const { indices } = tf.topk(open, limit, true);
    const within = tf.cast(tf.less(tf.range(0, limit, 1, "int32"), count), "float32"); // [most]
    const chosen = tf.scatterND(tf.reshape(indices, [limit, 1]), within, values.shape as [number]);
    return tf.mul(chosen, candidates_);
  }) as tf.Tensor1D;
}

/**
 * Marks the tokens whose value lies in a band, as candidates for {@link topMask} of uniform random numbers: that chooses a
 * random few of them.
 *
 * @param values - [N].
 * @param low - number or scalar; the band includes both bounds.
 * @param mask - [N], 1 where a token counts.
 * @returns [N], float32. No gradient goes through it.
 */
export function bandMask(
  values: tf.Tensor,
  low: tf.Tensor | number,
  high: tf.Tensor | number,
  mask: tf.Tensor,
): tf.Tensor1D {
  return withoutGradient([values, mask], ([values_, mask_]) => {
    const inside = tf.logicalAnd(tf.greaterEqual(values_, low), tf.lessEqual(values_, high));
    return tf.mul(tf.cast(inside, "float32"), mask_);
  }) as tf.Tensor1D;
}
