import { describe, expect, test } from "vitest";
import { tInterval95, tQuantile } from "../../../../src/analyze/fit/student-t.ts";

describe("Student's t quantile", () => {
  // scipy.stats.t.ppf, scipy 1.17.1
  test.each([
    [0.975, 3, 3.1824463052837078],
    [0.975, 433, 1.965457756721234],
    [0.95, 1.5, 3.70518082009675],
    [0.025, 10, -2.2281388519862753],
    [0.9999, 2.3, 44.429134328019195],
  ])("at %d with %d degrees of freedom is scipy's", (probability, dof, quantile) => {
    expect(tQuantile(probability, dof) / quantile).toBeCloseTo(1, 12);
  });

  test.each([
    [0, 3],
    [1, 3],
    [Number.NaN, 3],
    [0.5, 0],
    [0.5, Number.NaN],
  ])("refuses probability %d with %d degrees of freedom", (probability, dof) => {
    expect(() => tQuantile(probability, dof)).toThrow(/t quantile needs/);
  });

  test("the interval is centred on the value", () => {
    const [low, high] = tInterval95(2, 0.5, 3);
    expect(low + high).toBeCloseTo(4, 12);
    expect(high - 2).toBeCloseTo(0.5 * 3.1824463052837078, 12);
  });
});
