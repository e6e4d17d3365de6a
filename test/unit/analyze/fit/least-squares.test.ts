import { describe, expect, test } from "vitest";
import type { LeastSquaresProblem } from "../../../../src/analyze/fit/least-squares-problem.ts";
import { leastSquares } from "../../../../src/analyze/fit/least-squares.ts";

const times = Float64Array.from({ length: 25 }, (_, i) => i / 4);
const open = (p: number, sign: 1 | -1): Float64Array =>
  new Float64Array(p).fill(sign * Number.POSITIVE_INFINITY);

/** y = p0 e^(−p1 t) + p2 */
function decay(
  observed: Float64Array,
  limits: Partial<LeastSquaresProblem> = {},
): LeastSquaresProblem {
  return {
    observed,
    model: ([p0 = 0, p1 = 0, p2 = 0]) => times.map((t) => p0 * Math.exp(-p1 * t) + p2),
    jacobian: ([p0 = 0, p1 = 0]) =>
      Float64Array.from(
        [...times].flatMap((t) => [Math.exp(-p1 * t), -p0 * t * Math.exp(-p1 * t), 1]),
      ),
    lower: open(3, -1),
    upper: open(3, 1),
    ...limits,
  };
}

const exact = decay(times).model(Float64Array.of(2, 0.7, 0.5));
const noisy = exact.map((value, i) => value + 0.02 * Math.sin(37 * i ** 1.5));

describe("least squares", () => {
  test("recovers the parameters of data without noise to rounding", () => {
    const found = leastSquares(decay(exact), [Float64Array.of(1, 3, 0)]);
    expect(found.status).toBe("converged");
    expect(found.parameters[0]).toBeCloseTo(2, 12);
    expect(found.parameters[1]).toBeCloseTo(0.7, 12);
    expect(found.parameters[2]).toBeCloseTo(0.5, 12);
  });

  test("converges where the true value of a parameter is 0", () => {
    const observed = decay(times).model(Float64Array.of(2, 0.7, 0));
    const found = leastSquares(decay(observed), [Float64Array.of(1, 0.5, 0.3)]);
    expect(found.status).toBe("converged");
    expect(found.parameters[2]).toBeCloseTo(0, 12);
  });

  test("ends at the same point from wherever it starts", () => {
    const starts = [
      Float64Array.of(2, 0.7, 0.5),
      Float64Array.of(0.1, 5, 3),
      Float64Array.of(9, 0.01, -9),
    ];
    const ends = starts.map((start) => leastSquares(decay(noisy), [start]));
    for (const end of ends) {
      expect(end.status).toBe("converged");
      expect(end.rss / ends[0]!.rss).toBeCloseTo(1, 12);
      end.parameters.forEach((value, j) => expect(value).toBeCloseTo(ends[0]!.parameters[j]!, 9));
    }
  });

  test("holds a parameter on the bound it is pulled beyond, says so, and fits the others fully", () => {
    const upper = Float64Array.of(Number.POSITIVE_INFINITY, 0.5, Number.POSITIVE_INFINITY);
    const found = leastSquares(decay(noisy, { upper }), [Float64Array.of(1, 0.2, 0)]);
    expect(found.status).toBe("converged");
    expect(found.atBound).toEqual([1]);
    expect(found.parameters[1]).toBe(0.5);
    // With the exponent held the rest is a line in e^(−t/2), which has a closed form.
    const shares = times.map((t) => Math.exp(-0.5 * t));
    const mean = (values: Float64Array): number =>
      values.reduce((sum, v) => sum + v, 0) / values.length;
    const [mx, my] = [mean(shares), mean(noisy)];
    const slope =
      shares.reduce((sum, s, i) => sum + (s - mx) * (noisy[i]! - my), 0) /
      shares.reduce((sum, s) => sum + (s - mx) ** 2, 0);
    expect(found.parameters[0]).toBeCloseTo(slope, 10);
    expect(found.parameters[2]).toBeCloseTo(my - slope * mx, 10);
  });

  test("holds a parameter on a lower bound likewise", () => {
    const lower = Float64Array.of(Number.NEGATIVE_INFINITY, 0.9, Number.NEGATIVE_INFINITY);
    const found = leastSquares(decay(noisy, { lower }), [Float64Array.of(1, 2, 0)]);
    expect(found.status).toBe("converged");
    expect(found.atBound).toEqual([1]);
    expect(found.parameters[1]).toBe(0.9);
  });

  test("never looks beyond a bound", () => {
    const seen: number[] = [];
    const bounds = { lower: Float64Array.of(0, 0.9, 0), upper: Float64Array.of(1.5, 3, 3) };
    const problem = decay(noisy, bounds);
    const watched: LeastSquaresProblem = {
      ...problem,
      model: (parameters) => {
        seen.push(
          ...parameters.map((value, j) =>
            Math.min(value - bounds.lower[j]!, bounds.upper[j]! - value),
          ),
        );
        return problem.model(parameters);
      },
    };
    leastSquares(watched, [Float64Array.of(1, 2.9, 0.1)]);
    expect(Math.min(...seen)).toBeGreaterThan(-1e-12); // rounding of the scale
  });

  test("a bound that the minimum keeps clear of changes nothing", () => {
    const bounds = { lower: Float64Array.of(0, 0.1, 0), upper: Float64Array.of(5, 3, 3) };
    const free = leastSquares(decay(noisy), [Float64Array.of(1, 1, 1)]);
    const within = leastSquares(decay(noisy, bounds), [Float64Array.of(1, 1, 1)]);
    expect(within.atBound).toEqual([]);
    within.parameters.forEach((value, j) => expect(value).toBeCloseTo(free.parameters[j]!, 9));
  });

  test("a start outside the bounds is moved onto them", () => {
    const upper = Float64Array.of(5, 3, 3);
    const found = leastSquares(decay(noisy, { upper }), [Float64Array.of(50, 50, 50)]);
    expect(found.status).toBe("converged");
    expect(found.parameters[1]).toBeCloseTo(0.7, 1);
  });

  test("parameters that the data cannot tell apart are degenerate, not an arbitrary answer", () => {
    // The sum p0 + p1 alone is seen.
    const ambiguous: LeastSquaresProblem = {
      observed: noisy,
      model: ([p0 = 0, p1 = 0]) => times.map((t) => (p0 + p1) * t),
      jacobian: () => Float64Array.from([...times].flatMap((t) => [t, t])),
      lower: open(2, -1),
      upper: open(2, 1),
    };
    const found = leastSquares(ambiguous, [Float64Array.of(1, 1)]);
    expect(found.status).toBe("degenerate");
    expect(found.bread).toBeUndefined();
  });

  test("a model that is not defined at the start is degenerate", () => {
    const undefinedModel = { ...decay(noisy), model: () => times.map(() => Number.NaN) };
    expect(leastSquares(undefinedModel, [Float64Array.of(1, 1, 1)]).status).toBe("degenerate");
  });

  test("a model that is not defined everywhere is fitted where it is", () => {
    const observed = times.map((t) => Math.sqrt(1 + 0.3 * t));
    const root: LeastSquaresProblem = {
      observed,
      model: ([p = 0]) => times.map((t) => Math.sqrt(1 + p * t)), // NaN for p < −1/6
      jacobian: ([p = 0]) => times.map((t) => t / (2 * Math.sqrt(1 + p * t))),
      lower: open(1, -1),
      upper: open(1, 1),
    };
    const found = leastSquares(root, [Float64Array.of(20)]);
    expect(found.status).toBe("converged");
    expect(found.parameters[0]).toBeCloseTo(0.3, 12);
  });

  test("of several starts the deepest minimum wins", () => {
    const observed = times.map((t) => Math.sin(3 * t));
    const wave: LeastSquaresProblem = {
      observed,
      model: ([p = 0]) => times.map((t) => Math.sin(p * t)),
      jacobian: ([p = 0]) => times.map((t) => t * Math.cos(p * t)),
      lower: open(1, -1),
      upper: open(1, 1),
    };
    const shallow = leastSquares(wave, [Float64Array.of(1)]);
    const best = leastSquares(
      wave,
      [1, 1.5, 2.9].map((p) => Float64Array.of(p)),
    );
    expect(shallow.rss).toBeGreaterThan(1);
    expect(best.parameters[0]).toBeCloseTo(3, 12);
  });

  test("too few steps are reported as such", () => {
    const found = leastSquares(decay(noisy), [Float64Array.of(0.1, 5, 3)], 2);
    expect(found.status).toBe("max-iterations");
    expect(found.iterations).toBeLessThanOrEqual(2);
  });

  test("needs a start", () => {
    expect(() => leastSquares(decay(noisy), [])).toThrow(/at least one start/);
  });
});
