import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dot } from "../../../../src/analyze/fit/moments.ts";
import {
  orthonormalColumns,
  projectOff,
  splineBasis,
} from "../../../../src/analyze/fit/spline-basis.ts";
import { whiteNoise } from "../../../support/series.ts";

const sizes = fc.record({
  n: fc.integer({ min: 50, max: 300 }),
  functions: fc.constantFrom(4, 6, 8, 10),
});

describe("cubic B-splines", () => {
  test("at every row they are non-negative, at most four are not zero, and they add to 1", () => {
    fc.assert(
      fc.property(sizes, ({ n, functions }) => {
        const columns = splineBasis(n, functions);
        for (let i = 0; i < n; i += 1) {
          const row = columns.map((column) => column[i]!);
          expect(row.every((value) => value >= 0)).toBe(true);
          expect(row.filter((value) => value > 0).length).toBeLessThanOrEqual(4);
          expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
        }
      }),
      { numRuns: 20 },
    );
  });

  test("every cubic in sqrt(i / (n − 1)) lies in their span", () => {
    fc.assert(
      fc.property(
        sizes,
        fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 4, maxLength: 4 }),
        ({ n, functions }, [c0 = 0, c1 = 0, c2 = 0, c3 = 0]) => {
          const cubic = Float64Array.from({ length: n }, (_, i) => {
            const t = Math.sqrt(i / (n - 1));
            return c0 + c1 * t + c2 * t ** 2 + c3 * t ** 3;
          });
          const rest = projectOff(cubic, orthonormalColumns(splineBasis(n, functions)));
          expect(Math.sqrt(dot(rest, rest))).toBeLessThan(1e-10);
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe("projection", () => {
  const basis = orthonormalColumns(splineBasis(120, 8));

  test("the columns are orthonormal", () => {
    for (const [k, left] of basis.entries()) {
      for (const [l, right] of basis.entries())
        expect(dot(left, right)).toBeCloseTo(k === l ? 1 : 0, 12);
    }
  });

  test("what is left is orthogonal to every spline and is left again", () => {
    const rest = projectOff(whiteNoise(120, 1, "projected"), basis);
    for (const column of splineBasis(120, 8)) expect(dot(rest, column)).toBeCloseTo(0, 10);
    expect(dot(projectOff(rest, basis), rest)).toBeCloseTo(dot(rest, rest), 10);
  });

  test("a column that repeats another adds no direction", () => {
    const [first, second] = splineBasis(60, 6);
    expect(orthonormalColumns([first!, second!, first!])).toHaveLength(2);
  });
});
