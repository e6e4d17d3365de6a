/** Chooses the rows to draw when there are more than pixels can show, keeping the extremes; knows no mark. */

/** More than a point a pixel column of a panel. */
export const MAX_ROWS = 500;

/**
 * Row numbers to draw, in order: all of them, or of each stretch of the run the rows with the smallest and the largest
 * value of every series.
 *
 * @param length - number of rows.
 * @param series - [length] each; what is drawn.
 * @param maxRows - about how many rows to keep at most.
 */
export function thinRows(
  length: number,
  series: readonly Float64Array[],
  maxRows: number,
): number[] {
  if (length <= maxRows) return Array.from({ length }, (_, row) => row);
  const perStretch = Math.ceil((length * 2 * series.length) / maxRows);
  const kept = new Set<number>([0, length - 1]);
  for (let start = 0; start < length; start += perStretch) {
    const end = Math.min(length, start + perStretch);
    for (const values of series) {
      const [lowest, highest] = extremes(values, start, end);
      kept.add(lowest).add(highest);
    }
  }
  return [...kept].toSorted((a, b) => a - b);
}

/** For a subtitle: what was left out, or nothing. */
export function thinningNote(drawn: number, length: number): string {
  return drawn === length ? "" : `; ${drawn} of ${length} points drawn, extremes kept`;
}

function extremes(values: Float64Array, start: number, end: number): [number, number] {
  let lowest = start;
  let highest = start;
  for (let row = start + 1; row < end; row += 1) {
    if ((values[row] ?? 0) < (values[lowest] ?? 0)) lowest = row;
    if ((values[row] ?? 0) > (values[highest] ?? 0)) highest = row;
  }
  return [lowest, highest];
}
