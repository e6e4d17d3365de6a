/** Starting points for a law that is a line in some share of x: a grid over the share's shape; knows no law by name. */
import { fitLine } from "./line.ts";

/** One point of the grid with the line that belongs to it. */
interface GridPoint {
  readonly intercept: number;
  readonly slope: number;
  readonly exponent: number;
  readonly midpoint: number;
}

/** How y = intercept + slope × share(exponent, midpoint, x) is searched. */
export interface SeparableLaw {
  readonly exponents: readonly number[];
  readonly midpoints: readonly number[];
  readonly share: (exponent: number, midpoint: number, x: number) => number;
  /** The law's own parameters. */
  readonly parameters: (point: GridPoint) => readonly number[];
}

/** Best points kept; the sum of squares of a noisy curve seldom has more valleys than that. */
const KEPT = 3;

/**
 * Tries every shape on the grid, with the line through it in closed form.
 *
 * Only the shape has to be searched: given it, the other two parameters are linear. Of the grid's points those lower
 * than all their neighbours are kept, so that each valley gets one start.
 *
 * @param x - [n].
 * @param y - [n].
 * @returns starts in order of their sum of squares; none where no shape gives a share that varies.
 */
export function separableStarts(
  x: Float64Array,
  y: Float64Array,
  law: SeparableLaw,
): ReadonlyArray<readonly number[]> {
  const { exponents, midpoints } = law;
  const width = midpoints.length;
  const rss = new Float64Array(exponents.length * width).fill(Number.POSITIVE_INFINITY);
  const points: Array<GridPoint | undefined> = [];
  for (const exponent of exponents) {
    for (const midpoint of midpoints) {
      const line = fitLine(
        x.map((value) => law.share(exponent, midpoint, value)),
        y,
      );
      if (line !== undefined && Number.isFinite(line.rss)) rss[points.length] = line.rss;
      points.push(line && { intercept: line.intercept, slope: line.slope, exponent, midpoint });
    }
  }
  return Array.from(rss.keys())
    .filter((cell) => isValley(rss, cell, width))
    .toSorted((left, right) => rss[left]! - rss[right]!)
    .slice(0, KEPT)
    .flatMap((cell) => {
      const point = points[cell];
      return point === undefined ? [] : [law.parameters(point)];
    });
}

/** Whether no neighbour on the grid is lower. */
function isValley(rss: Float64Array, cell: number, width: number): boolean {
  const row = Math.floor(cell / width);
  const column = cell % width;
  const height = rss.length / width;
  for (let i = Math.max(row - 1, 0); i <= Math.min(row + 1, height - 1); i += 1) {
    for (let j = Math.max(column - 1, 0); j <= Math.min(column + 1, width - 1); j += 1) {
      if (rss[i * width + j]! < rss[cell]!) return false;
    }
  }
  return Number.isFinite(rss[cell]);
}
