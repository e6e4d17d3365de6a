/** Centred moving mean that keeps every row; knows nothing of steps or of entropy. */

/**
 * Mean over the rows within `(window − 1) / 2` of each row; near the ends the window shrinks on both sides alike, so
 * that a straight line stays a straight line and the first and last rows stay as they are.
 *
 * @param values - [n].
 * @param window - odd number of rows, ≥ 1.
 * @returns [n].
 */
export function localMean(values: Float64Array, window: number): Float64Array {
  const n = values.length;
  const half = (window - 1) / 2;
  const out = new Float64Array(n);
  for (let i = 0; i < n; i += 1) {
    const reach = Math.min(half, i, n - 1 - i);
    let sum = 0;
    for (let j = i - reach; j <= i + reach; j += 1) sum += values[j]!;
    out[i] = sum / (2 * reach + 1);
  }
  return out;
}
