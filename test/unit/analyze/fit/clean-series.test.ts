import { describe, expect, test } from "vitest";
import { cleanSeries } from "../../../../src/analyze/fit/clean-series.ts";
import { ShapeError } from "../../../../src/base/errors.ts";

const of = (...values: number[]): Float64Array => Float64Array.from(values);

describe("cleanSeries", () => {
  test("the last row of a repeated step is kept and the steps are sorted", () => {
    const clean = cleanSeries(of(3, 1, 2, 1), of(0.3, 0.1, 0.2, 0.15), of(3, 1, 2, 1.5));
    expect([...clean.step]).toEqual([1, 2, 3]);
    expect([...clean.entropy]).toEqual([0.15, 0.2, 0.3]);
    expect([...clean.reward]).toEqual([1.5, 2, 3]);
    expect(clean.repeatedRows).toBe(1);
  });

  test("a row with any number that is not finite is dropped and counted", () => {
    const clean = cleanSeries(
      of(0, 1, 2, Number.NaN),
      of(1, Infinity, 1, 1),
      of(1, 1, Number.NaN, 1),
    );
    expect([...clean.step]).toEqual([0]);
    expect(clean.droppedRows).toBe(3);
  });

  test("a later row that is not finite does not replace an earlier one of its step", () => {
    const clean = cleanSeries(of(0, 0), of(0.4, Number.NaN), of(1, 1));
    expect([...clean.entropy]).toEqual([0.4]);
    expect(clean.repeatedRows).toBe(0);
  });

  test("uneven steps are reported, fractional ones a float apart are not", () => {
    const values = of(1, 1, 1, 1);
    expect(cleanSeries(of(0.1, 0.2, 0.3, 0.4), values, values).evenlySpaced).toBe(true);
    expect(cleanSeries(of(0, 10, 20, 25), values, values).evenlySpaced).toBe(false);
  });

  test("series of different lengths are refused with their lengths", () => {
    expect(() => cleanSeries(of(1, 2), of(1), of(1, 2))).toThrow(ShapeError);
    expect(() => cleanSeries(of(1, 2), of(1), of(1, 2))).toThrow(/got 2, 1 and 2/);
  });
});
