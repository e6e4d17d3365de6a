/** Mean and standard deviation over the tokens of a scope; knows nothing of what the numbers mean. */

/** Arithmetic mean; NaN for no tokens. */
export function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Variance with divisor n. */
export function varianceOf(values: Float64Array): number {
  const mean = meanOf(values);
  return meanOf(values.map((value) => (value - mean) ** 2));
}
