import { describe, expect, test } from "vitest";
import { gaussNewtonStep } from "../../../../src/analyze/fit/gauss-newton.ts";
import { fitLine } from "../../../../src/analyze/fit/line.ts";

const x = Float64Array.of(1, 2, 3, 5, 8);
const y = Float64Array.of(2.1, 2.9, 4.2, 5.8, 9.1);
/** [n × 2]: derivatives of a line by intercept and slope. */
const jacobian = Float64Array.from([...x].flatMap((value) => [1, value]));

describe("a Gauss–Newton step", () => {
  test("from the origin of a linear model is its least-squares solution, with its variances", () => {
    const newton = gaussNewtonStep(jacobian, y);
    const line = fitLine(x, y);
    if (newton === undefined || line === undefined) throw new Error("no step");
    expect(newton.step[0]).toBeCloseTo(line.intercept, 12);
    expect(newton.step[1]).toBeCloseTo(line.slope, 12);
    const variances = newton.bread.map((value) => value * line.residualVariance);
    expect(variances[0]).toBeCloseTo(line.interceptVariance, 12);
    expect(variances[1]).toBeCloseTo(line.covariance, 12);
    expect(variances[2]).toBeCloseTo(line.covariance, 12);
    expect(variances[3]).toBeCloseTo(line.slopeVariance, 12);
  });

  test("at the minimum is no step, and the offset is 0", () => {
    const line = fitLine(x, y);
    const residuals = y.map(
      (value, i) => value - (line?.intercept ?? 0) - (line?.slope ?? 0) * x[i]!,
    );
    const newton = gaussNewtonStep(jacobian, residuals);
    expect(newton?.relativeOffset).toBeLessThan(1e-13);
    expect(newton?.change).toBeLessThan(1e-13);
  });

  test("measures the offset in standard errors", () => {
    // Residuals half along the only column and half across it.
    const newton = gaussNewtonStep(Float64Array.of(1, 0), Float64Array.of(3, 3));
    expect(newton?.relativeOffset).toBeCloseTo(1, 14);
    expect(newton?.change).toBeCloseTo(3, 14);
    // Two residuals across it: one degree of freedom along, two across, of 9 / 1 against 18 / 2.
    const wider = gaussNewtonStep(Float64Array.of(1, 0, 0), Float64Array.of(6, 3, 3));
    expect(wider?.relativeOffset).toBeCloseTo(2, 14);
  });

  test("does not care for the units of the parameters", () => {
    const rescaled = jacobian.map((value, i) => (i % 2 === 0 ? value * 1e12 : value * 1e-9));
    const [before, after] = [gaussNewtonStep(jacobian, y), gaussNewtonStep(rescaled, y)];
    expect((after?.step[0] ?? 0) * 1e12).toBeCloseTo(before?.step[0] ?? Number.NaN, 10);
    expect((after?.bread[3] ?? 0) * 1e-18).toBeCloseTo(before?.bread[3] ?? Number.NaN, 10);
  });

  test.each([
    ["dependent columns", Float64Array.of(1, 2, 2, 4, 3, 6)],
    ["a column of zeros", Float64Array.of(1, 0, 2, 0, 3, 0)],
    ["a derivative that is no number", Float64Array.of(1, 2, 2, Number.NaN, 3, 5)],
  ])("is refused for %s", (_, matrix) => {
    expect(gaussNewtonStep(matrix, Float64Array.of(1, 1, 2))).toBeUndefined();
  });
});
