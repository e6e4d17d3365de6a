/** Local means for charts over steps, of series that may have gaps; knows no finding. */

const WINDOW = 11;
/** A mean is over at most this share of the run. */
const LARGEST_SHARE = 0.2;

/** Rows a mean: 11, or the odd number that a fifth of a short run allows. */
export function smoothingWindow(rows: number): number {
  const count = Math.min(WINDOW, Math.floor(LARGEST_SHARE * rows));
  return count % 2 === 1 ? count : Math.max(1, count - 1);
}

/**
 * Centred means over `window` rows, of those that have a value; NaN where none has.
 *
 * @param values - [n], NaN where there is none.
 * @param window - odd.
 * @returns [n]; near the ends over the rows there are on both sides.
 */
export function meansWithGaps(values: Float64Array, window: number): Float64Array {
  const half = (window - 1) / 2;
  return values.map((_, row) => {
    const reach = Math.min(half, row, values.length - 1 - row);
    const near = values.subarray(row - reach, row + reach + 1).filter(Number.isFinite);
    return near.reduce((sum, value) => sum + value, 0) / near.length;
  });
}
