import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitLine, isConstant, type LineFit } from "../../../../src/analyze/fit/line.ts";

const coordinate = fc.double({ min: -100, max: 100, noNaN: true });
const points = fc
  .array(fc.tuple(coordinate, coordinate), { minLength: 5, maxLength: 30 })
  .filter((rows) => Math.max(...rows.map(([x]) => x)) - Math.min(...rows.map(([x]) => x)) > 1);

function fitted(x: Float64Array, y: Float64Array): LineFit {
  const line = fitLine(x, y);
  if (line === undefined) throw new Error("no line");
  return line;
}

describe("the least-squares line", () => {
  test("residuals are orthogonal to 1 and to x", () => {
    fc.assert(
      fc.property(points, (rows) => {
        const x = Float64Array.from(rows, ([value]) => value);
        const y = Float64Array.from(rows, ([, value]) => value);
        const { intercept, slope } = fitted(x, y);
        const residuals = y.map((value, i) => value - intercept - slope * x[i]!);
        const sum = residuals.reduce((total, residual) => total + residual, 0);
        const product = residuals.reduce((total, residual, i) => total + residual * x[i]!, 0);
        expect(Math.abs(sum)).toBeLessThan(1e-7);
        expect(Math.abs(product)).toBeLessThan(1e-5);
      }),
    );
  });

  test("reward in another unit and from another zero changes the line accordingly", () => {
    fc.assert(
      fc.property(
        points,
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        coordinate,
        (rows, c, d) => {
          const x = Float64Array.from(rows, ([value]) => value);
          const y = Float64Array.from(rows, ([, value]) => value);
          const before = fitted(x, y);
          const after = fitted(
            x,
            y.map((value) => c * value + d),
          );
          expect(after.slope).toBeCloseTo(c * before.slope, 7);
          expect(after.intercept).toBeCloseTo(c * before.intercept + d, 5);
          expect(Math.abs(after.slopeVariance - c ** 2 * before.slopeVariance)).toBeLessThanOrEqual(
            1e-7 * (1e-9 + after.slopeVariance),
          );
        },
      ),
    );
  });

  test("a spread of a millionth on a large mean costs few digits", () => {
    const x = Float64Array.from({ length: 50 }, (_, i) => 1e3 + i * 2 ** -20);
    const line = fitted(
      x,
      x.map((value) => 3 - 2 * (value - 1e3)),
    );
    expect(line.slope).toBeCloseTo(-2, 9);
  });

  test("variance at a point is that of the textbook", () => {
    const x = Float64Array.of(1, 2, 3, 4, 5);
    const line = fitted(x, Float64Array.of(1.1, 1.9, 3.2, 3.8, 5.1));
    const { interceptVariance, slopeVariance, covariance, residualVariance } = line;
    // At mean x = 3 only the error of the mean is left, s² / n.
    expect(interceptVariance + 9 * slopeVariance + 6 * covariance).toBeCloseTo(
      residualVariance / 5,
      14,
    );
  });

  test("constant x and two points give no line", () => {
    expect(fitLine(new Float64Array(9).fill(1.1), new Float64Array(9))).toBeUndefined();
    expect(fitLine(Float64Array.of(1, 2), Float64Array.of(1, 2))).toBeUndefined();
  });

  test("rounding is no variation, a part in a million million is", () => {
    expect(isConstant(Float64Array.of(0.1 + 0.2, 0.3))).toBe(true);
    expect(isConstant(Float64Array.of(1, 1 + 1e-12))).toBe(false);
    expect(isConstant(new Float64Array())).toBe(true);
  });
});
