import { describe, expect, test } from "vitest";
import { separableStarts } from "../../../../src/analyze/fit/separable-starts.ts";

const x = Float64Array.from({ length: 40 }, (_, i) => i + 1);
const share = (exponent: number, midpoint: number, at: number): number =>
  1 / (1 + (midpoint / at) ** exponent);
const grid = {
  exponents: [0.5, 1, 2, 4],
  midpoints: [2, 5, 10, 20],
  share,
  parameters: (point: { intercept: number; slope: number; exponent: number; midpoint: number }) =>
    Object.values(point),
};

describe("starts of a separable law", () => {
  test("begin with the grid point from which the data were made, and its line", () => {
    const y = x.map((at) => 0.2 + 0.5 * share(2, 10, at));
    const [best] = separableStarts(x, y, grid);
    expect(best?.[0]).toBeCloseTo(0.2, 12);
    expect(best?.[1]).toBeCloseTo(0.5, 12);
    expect(best?.slice(2)).toEqual([2, 10]);
  });

  test("are few, and each the lowest of its neighbours", () => {
    const y = x.map((at) => share(4, 2, at) - share(4, 20, at)); // rises and falls: two ways to fit half of it
    const starts = separableStarts(x, y, grid);
    expect(starts.length).toBeGreaterThan(0);
    expect(starts.length).toBeLessThanOrEqual(3);
    const at = (start: readonly number[]): readonly [number, number] => [
      grid.exponents.indexOf(start[2]!),
      grid.midpoints.indexOf(start[3]!),
    ];
    for (const one of starts) {
      for (const other of starts) {
        if (one === other) continue;
        const [row, column] = at(one);
        const [otherRow, otherColumn] = at(other);
        expect(Math.max(Math.abs(row - otherRow), Math.abs(column - otherColumn))).toBeGreaterThan(
          1,
        );
      }
    }
  });

  test("do not exist where no shape varies", () => {
    expect(separableStarts(new Float64Array(10).fill(3), x.slice(0, 10), grid)).toEqual([]);
  });
});
