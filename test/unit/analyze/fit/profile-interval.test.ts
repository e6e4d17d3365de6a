import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { nistProblem } from "../../../../scripts/nist/fit-dataset.ts";
import { parseNistDataset } from "../../../../scripts/nist/read-dataset.ts";
import type { LeastSquaresProblem } from "../../../../src/analyze/fit/least-squares-problem.ts";
import { leastSquares } from "../../../../src/analyze/fit/least-squares.ts";
import { profileInterval95 } from "../../../../src/analyze/fit/profile-interval.ts";
import { tInterval95 } from "../../../../src/analyze/fit/student-t.ts";

/** Interval of one parameter of a problem fitted from a start. */
function profile(problem: LeastSquaresProblem, start: readonly number[], index: number) {
  const found = leastSquares(problem, [Float64Array.from(start)]);
  const p = start.length;
  const dof = problem.observed.length - p;
  const se = Math.sqrt((found.rss / dof) * (found.bread?.[index * p + index] ?? Number.NaN));
  const wald = tInterval95(found.parameters[index]!, se, dof);
  const task = { problem, values: found.parameters, rss: found.rss, index, se };
  return { interval: profileInterval95(task), wald };
}

const boxBod = nistProblem(
  parseNistDataset(readFileSync("test/golden/nist-strd/BoxBOD.dat", "utf8")),
);

describe("a profile interval", () => {
  // Roots of RSS(θ) = RSS (1 + t² / 4) by scipy.optimize.brentq, the other parameter by closed form or by search.
  test.each([
    [0, 180.96700467352096, 258.56777710716125],
    [1, 0.3025896226931208, 1.0730532049513992],
  ])("of parameter %d of BoxBOD is scipy's", (index, low, high) => {
    const { interval } = profile(boxBod, [100, 0.75], index);
    expect(interval[0] / low).toBeCloseTo(1, 5);
    expect(interval[1] / high).toBeCloseTo(1, 5);
  });

  test("of a linear model is the t interval", () => {
    const x = Float64Array.from({ length: 12 }, (_, i) => i);
    const line: LeastSquaresProblem = {
      observed: x.map((value) => 1 + 2 * value + Math.sin(5 * value)),
      model: ([a = 0, b = 0]) => x.map((value) => a + b * value),
      jacobian: () => Float64Array.from([...x].flatMap((value) => [1, value])),
      lower: new Float64Array(2).fill(Number.NEGATIVE_INFINITY),
      upper: new Float64Array(2).fill(Number.POSITIVE_INFINITY),
    };
    for (const index of [0, 1]) {
      const { interval, wald } = profile(line, [0, 0], index);
      expect(interval[0]).toBeCloseTo(wald[0], 5);
      expect(interval[1]).toBeCloseTo(wald[1], 5);
    }
  });

  test("is open on the side on which the data set no limit", () => {
    // A rise that is over after the first point: any faster one fits as well.
    const times = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const rise: LeastSquaresProblem = {
      observed: Float64Array.of(0.97, 1.02, 0.99, 1.01, 0.98, 1.03, 1, 0.99),
      model: ([rate = 0]) => times.map((t) => 1 - Math.exp(-rate * t)),
      jacobian: ([rate = 0]) => times.map((t) => t * Math.exp(-rate * t)),
      lower: Float64Array.of(0),
      upper: Float64Array.of(Number.POSITIVE_INFINITY),
    };
    const { interval } = profile(rise, [3], 0);
    expect(interval[0]).toBeGreaterThan(2);
    expect(interval[1]).toBe(Number.POSITIVE_INFINITY);
  });

  test("is open where it would have to pass the parameter's own bound", () => {
    const upper = Float64Array.of(Number.POSITIVE_INFINITY, 0.6);
    const { interval } = profile({ ...boxBod, upper }, [100, 0.5], 1);
    expect(interval[0]).toBeCloseTo(0.30259, 4);
    expect(interval[1]).toBe(Number.POSITIVE_INFINITY);
  });

  test("of a perfect fit is a point", () => {
    const values = Float64Array.of(200, 0.5);
    const problem = { ...boxBod, observed: boxBod.model(values) };
    expect(profileInterval95({ problem, values, rss: 0, index: 1, se: 0 })).toEqual([0.5, 0.5]);
  });
});
