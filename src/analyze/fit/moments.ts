/** Means, variances and quantiles of a series; knows nothing of what the numbers mean. */

/** Arithmetic mean; NaN for an empty series. */
export function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** A new series with the mean taken off. */
export function centred(values: Float64Array): Float64Array {
  const centre = mean(values);
  return values.map((value) => value - centre);
}

/** Sum of products of two series of one length. */
export function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < left.length; i += 1) sum += left[i]! * right[i]!;
  return sum;
}

/**
 * Mean squared deviation from the mean.
 *
 * @param lostDegrees - subtracted from the count in the divisor: 0 for the biased variance, 1 for the sample variance.
 */
export function variance(values: Float64Array, lostDegrees = 0): number {
  const deviations = centred(values);
  return dot(deviations, deviations) / (values.length - lostDegrees);
}

/**
 * Quantile by linear interpolation between order statistics (type 7, as in numpy and R).
 *
 * @param values - [n], n ≥ 1, finite, in any order.
 * @param share - in [0, 1].
 */
export function quantile(values: Float64Array, share: number): number {
  const sorted = values.toSorted();
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN;
  return low + (position - below) * (high - low);
}

/** Middle value; the mean of the middle two for an even count. */
export function median(values: Float64Array): number {
  return quantile(values, 0.5);
}
