import { describe, expect, test } from "vitest";
import { fitPrefix } from "../../../../src/analyze/fit/prefix-fit.ts";
import { prefixRows } from "../../../../src/analyze/fit/prefix.ts";

const x = Float64Array.from({ length: 40 }, (_, i) => 1 + Math.exp(-i / 15));
const y = x.map((value) => 2 - 0.7 * value);

describe("a fit of a prefix", () => {
  test("predicts the rest without error where the law holds", () => {
    const prefix = fitPrefix(x, y, 12);
    expect(prefix?.predicted).toBe(28);
    expect(prefix?.rmse).toBeLessThan(1e-13);
    expect(prefix?.finalError).toBeCloseTo(0, 13);
  });

  test("never sees what comes after it", () => {
    const changed = y.map((value, i) => (i < 12 ? value : value + 5));
    expect(fitPrefix(x, changed, 12)?.forecast).toEqual(fitPrefix(x, y, 12)?.forecast);
    expect(fitPrefix(x, changed, 12)?.finalError).toBeCloseTo(5, 12); // observed minus predicted
  });

  test("has the mean of its last tenth for a baseline, of one point if it is short", () => {
    expect(fitPrefix(x, y, 30)?.baseline).toBeCloseTo((y[27]! + y[28]! + y[29]!) / 3, 14);
    expect(fitPrefix(x, y, 5)?.baseline).toBe(y[4]);
  });

  test("is not made where x is constant in the prefix", () => {
    expect(
      fitPrefix(
        x.map((value, i) => (i < 8 ? 1.5 : value)),
        y,
        8,
      ),
    ).toBeUndefined();
  });

  test.each([2, 40, 10.5])("refuses %d of 40 points", (fitted) => {
    expect(() => fitPrefix(x, y, fitted)).toThrow(/at least 3 points/);
  });

  test("a share of the points is rounded up", () => {
    expect([prefixRows(290, 0.15), prefixRows(200, 0.5)]).toEqual([44, 100]);
  });
});
