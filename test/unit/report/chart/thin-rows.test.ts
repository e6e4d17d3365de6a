import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { thinRows, thinningNote } from "../../../../src/report/chart/thin-rows.ts";

describe("thinRows", () => {
  test("keeps every row that fits", () => {
    expect(thinRows(3, [Float64Array.of(1, 2, 3)], 3)).toEqual([0, 1, 2]);
  });

  test("keeps the ends and the extremes of every series, in order, and about as many as asked for", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ noNaN: true }), fc.double({ noNaN: true })), {
          minLength: 30,
          maxLength: 300,
        }),
        (rows) => {
          const series = [0, 1].map((k) => Float64Array.from(rows, (row) => row[k]!));
          const kept = thinRows(rows.length, series, 24);
          expect(kept).toEqual([...new Set(kept)].toSorted((a, b) => a - b));
          expect(kept.length).toBeLessThanOrEqual(24 + 6);
          expect([kept[0], kept.at(-1)]).toEqual([0, rows.length - 1]);
          for (const values of series) {
            const drawn = kept.map((row) => values[row]!);
            expect(Math.max(...drawn)).toBe(Math.max(...values));
            expect(Math.min(...drawn)).toBe(Math.min(...values));
          }
        },
      ),
    );
  });

  test("leaving points out is said, leaving none out is not", () => {
    expect(thinningNote(10, 10)).toBe("");
    expect(thinningNote(10, 20)).toContain("10 of 20 points");
  });
});
