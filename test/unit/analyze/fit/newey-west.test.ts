import { describe, expect, test } from "vitest";
import {
  bartlettCovariance,
  neweyWestCovariance,
  neweyWestLag,
} from "../../../../src/analyze/fit/newey-west.ts";

describe("Newey–West", () => {
  test("the lag grows with the two-ninths power of n", () => {
    expect([10, 100, 300, 500].map(neweyWestLag)).toEqual([2, 4, 5, 5]);
  });

  test("at lag 0 it is White's sum of squares", () => {
    expect([...bartlettCovariance(Float64Array.of(1, -2, 3), 1, 0)]).toEqual([14]);
  });

  test("neighbours count with Bartlett's weight, both ways", () => {
    // 14 + 2 · 1/2 · (1·-2 + -2·3)
    expect([...bartlettCovariance(Float64Array.of(1, -2, 3), 1, 1)]).toEqual([6]);
  });

  test("scores of two parameters give a symmetric matrix that is not negative", () => {
    const scores = Float64Array.from({ length: 40 }, (_, i) => Math.sin(1.7 * i ** 1.3));
    const [xx = 0, xy = 0, yx = 0, yy = 0] = bartlettCovariance(scores, 2, 4);
    expect(xy).toBeCloseTo(yx, 14);
    expect(xx * yy - xy * yx).toBeGreaterThan(0);
  });

  test("a lag longer than the series is no harm", () => {
    expect(bartlettCovariance(Float64Array.of(1, 2), 1, 50)[0]).toBeGreaterThan(0);
  });

  test("the error of a mean of white residuals is that of the textbook", () => {
    const residuals = Float64Array.of(1, -1, 1, -1);
    const [variance] = neweyWestCovariance(
      new Float64Array(4).fill(1),
      residuals,
      Float64Array.of(1 / 4),
      0,
    );
    expect(variance).toBeCloseTo(4 / 3 / 4, 14); // s² / n
  });
});
