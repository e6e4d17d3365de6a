/** Statistics of a step against values that numpy gives. */
import { describe, expect, test } from "vitest";
import { deviation, quantiles, sequenceMean } from "../../../../src/train/run/statistics.ts";

describe("statistics of a step", () => {
  test("quantiles are numpy's", () => {
    // numpy.quantile([3, 1, 4, 1, 5, 9, 2, 6], [0.5, 0.98, 0.998, 1])
    const [p50, p98, p998, max] = quantiles(
      Float64Array.of(3, 1, 4, 1, 5, 9, 2, 6),
      [0.5, 0.98, 0.998, 1],
    );
    expect(p50).toBe(3.5);
    expect(p98).toBeCloseTo(8.58, 12);
    expect(p998).toBeCloseTo(8.958, 12);
    expect(max).toBe(9);
  });

  test("the mean over sequences weighs short ones as much as long ones", () => {
    const places = {
      count: 4,
      place: Int32Array.of(0, 5, 6, 7),
      sequence: Int32Array.of(0, 1, 1, 1),
      position: Int32Array.of(0, 0, 1, 2),
    };
    const entropy = Float64Array.of(1, 4, 5, 6);
    expect(sequenceMean(places, entropy, Int32Array.of(1, 3))).toBe((1 + 5) / 2);
  });

  test("the standard deviation has divisor n − 1, and is 0 of one value", () => {
    expect(deviation([1, 2, 3, 4])).toBeCloseTo(Math.sqrt(5 / 3), 12);
    expect(deviation([7])).toBe(0);
  });
});
