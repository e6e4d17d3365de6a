/** Ranges of axes: what the data need plus air, and limits for what would dwarf them; knows no mark. */

export type Range = readonly [number, number];

/** Air on both sides of the data, as a share of their range. */
const PADDING = 0.05;
/** Intervals may widen an axis to this many times the range of the data; beyond it they are cut. */
const MAX_STRETCH = 1;

/** Smallest and largest finite value of all lists; [0, 1] if there is none. */
export function extent(...lists: ReadonlyArray<Iterable<number>>): Range {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const list of lists) {
    for (const value of list) {
      if (!Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return low <= high ? [low, high] : [0, 1];
}

/** An axis around `data` that also shows `extras` (curves, intervals) unless they would dwarf the data. */
export function domainOf(
  data: Range,
  ...extras: ReadonlyArray<Iterable<number>>
): [number, number] {
  const span = widthOf(data);
  const [low, high] = extent(data, ...extras);
  const from = Math.max(low, data[0] - MAX_STRETCH * span);
  const to = Math.min(high, data[1] + MAX_STRETCH * span);
  const air = PADDING * (to - from === 0 ? span : to - from);
  return [from - air, to + air];
}

/** The nearest value inside a range: what lies beyond an axis is drawn at its end. */
export function clampTo(value: number, [low, high]: Range): number {
  return Math.min(high, Math.max(low, value));
}

/** Whether a value lies on an axis. */
export function isInside(value: number, [low, high]: Range): boolean {
  return value >= low && value <= high;
}

/** Width of a range; where it is a single point, a width that makes an axis around it. */
function widthOf([low, high]: Range): number {
  return high > low ? high - low : Math.abs(low) || 1;
}
