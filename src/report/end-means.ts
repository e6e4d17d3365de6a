/** Where a series began and where it ended, with the noise of single steps averaged out; knows no law. */

/** Share of the rows at either end. */
const END_SHARE = 0.1;

/** Means of the first and of the last tenth of the rows, at least one row each. `values` must not be empty. */
export function endMeans(values: Float64Array): [number, number] {
  const count = Math.max(1, Math.floor(END_SHARE * values.length));
  const mean = (part: Float64Array): number =>
    part.reduce((sum, value) => sum + value, 0) / part.length;
  return [mean(values.subarray(0, count)), mean(values.subarray(values.length - count))];
}
