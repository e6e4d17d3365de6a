import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  fitByNeighbours,
  type NeighbourFit,
} from "../../../../src/analyze/fit/fit-by-neighbours.ts";
import { neighbourMean } from "../../../../src/analyze/fit/instrument.ts";
import { dot } from "../../../../src/analyze/fit/moments.ts";
import { fallingEntropy, rewardOf, whiteNoise } from "../../../support/series.ts";

const NOISY = fallingEntropy(200).map((value, i) => value + whiteNoise(200, 0.03, "H")[i]!);
const REWARD = rewardOf(fallingEntropy(200)).map(
  (value, i) => value + whiteNoise(200, 0.02, "R")[i]!,
);

function solved(entropy: Float64Array, reward: Float64Array): NeighbourFit {
  const fit = fitByNeighbours(entropy, reward);
  if (fit.status === "degenerate") throw new Error(fit.explanation);
  return fit;
}

describe("the fit by neighbours", () => {
  test("recovers a law without noise exactly, with errors of 0", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -2, max: 2, noNaN: true }).filter((a) => Math.abs(a) > 1e-3),
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.integer({ min: 8, max: 120 }),
        (a, b, n) => {
          const entropy = fallingEntropy(n);
          const fit = solved(entropy, rewardOf(entropy, a, b));
          expect(fit.parameters["a"]?.value).toBeCloseTo(a, 9);
          expect(fit.parameters["b"]?.value).toBeCloseTo(b, 9);
          expect(fit.ceiling?.value).toBeCloseTo(b - a, 9);
          expect(fit.parameters["a"]?.se).toBeLessThan(1e-9);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("reward → c · reward + d moves a by c, b and the ceiling by c and d, errors by |c|, and leaves F and phi", () => {
    const base = solved(NOISY, REWARD);
    fc.assert(
      fc.property(
        fc.double({ min: -5, max: 5, noNaN: true }).filter((c) => Math.abs(c) > 0.01),
        fc.double({ min: -5, max: 5, noNaN: true }),
        (c, d) => {
          const moved = solved(
            NOISY,
            REWARD.map((value) => c * value + d),
          );
          const pairs = [
            [moved.parameters["a"]!, base.parameters["a"]!, 0],
            [moved.parameters["b"]!, base.parameters["b"]!, d],
            [moved.ceiling!, base.ceiling!, d],
          ] as const;
          for (const [now, before, shift] of pairs) {
            expect(now.value).toBeCloseTo(c * before.value + shift, 8);
            expect(now.se).toBeCloseTo(Math.abs(c) * before.se, 8);
          }
          expect(moved.firstStageF).toBeCloseTo(base.firstStageF, 6);
          expect(moved.phi).toBeCloseTo(base.phi, 6);
          expect(moved.goodness.r2).toBeCloseTo(base.goodness.r2, 8);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("entropy → entropy + s multiplies a by e^−s and leaves b", () => {
    const base = solved(NOISY, REWARD);
    const shifted = solved(
      NOISY.map((value) => value + 0.4),
      REWARD,
    );
    expect(shifted.parameters["a"]!.value).toBeCloseTo(
      base.parameters["a"]!.value * Math.exp(-0.4),
      10,
    );
    expect(shifted.parameters["b"]!.value).toBeCloseTo(base.parameters["b"]!.value, 10);
    expect(shifted.parameters["b"]!.se).toBeCloseTo(base.parameters["b"]!.se, 10);
  });

  test("the residuals are orthogonal to the instrument and add to 0", () => {
    const { line, neighbourhood, fitted } = solved(NOISY, REWARD);
    const z = neighbourMean(NOISY.map(Math.exp), neighbourhood);
    expect(dot(line.residuals, z)).toBeCloseTo(0, 10);
    expect(line.residuals.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 10);
    expect(fitted[17]! + line.residuals[17]!).toBeCloseTo(REWARD[17]!, 12);
  });

  test("the covariance of a and b gives the variance of the ceiling b − a, and is positive semi-definite", () => {
    const { covariance, ceiling, parameters } = solved(NOISY, REWARD);
    const [varianceA = 0, between = 0, mirrored = 0, varianceB = 0] = covariance;
    expect(varianceA + varianceB - 2 * between).toBeCloseTo(ceiling!.se ** 2, 12);
    expect(mirrored).toBe(between);
    expect(varianceA).toBeCloseTo(parameters["a"]!.se ** 2, 12);
    expect(varianceB).toBeCloseTo(parameters["b"]!.se ** 2, 12);
    expect(between ** 2).toBeLessThanOrEqual(varianceA * varianceB * (1 + 1e-12));
  });

  test("noise in entropy that halves the slope of least squares leaves this one alone", () => {
    const truth = fallingEntropy(400);
    const entropy = truth.map((value, i) => value + whiteNoise(400, 0.09, "strong")[i]!);
    const { parameters } = solved(entropy, rewardOf(truth));
    expect(parameters["a"]!.ci95[0]).toBeLessThan(0.5);
    expect(parameters["a"]!.ci95[1]).toBeGreaterThan(0.5);
    expect(Math.abs(parameters["a"]!.value - 0.5)).toBeLessThan(0.1);
  });
});

describe("a fit that cannot be made is a result with its reason", () => {
  test("too few steps", () => {
    const fit = fitByNeighbours(fallingEntropy(7), rewardOf(fallingEntropy(7)));
    expect(fit).toMatchObject({ status: "degenerate", reason: "too-few-points", n: 7 });
  });

  test("the same entropy at all steps", () => {
    const fit = fitByNeighbours(new Float64Array(60).fill(0.3), REWARD.subarray(0, 60));
    expect(fit).toMatchObject({ status: "degenerate", reason: "constant-x" });
  });

  test("entropy whose exponential overflows", () => {
    const entropy = NOISY.slice();
    entropy[3] = 1000;
    expect(fitByNeighbours(entropy, REWARD)).toMatchObject({
      status: "degenerate",
      reason: "not-finite",
    });
  });

  test("a constant reward is no obstacle: a is 0", () => {
    const fit = solved(NOISY, new Float64Array(200).fill(0.7));
    expect(fit.parameters["a"]!.value).toBeCloseTo(0, 12);
    expect(fit.ceiling!.value).toBeCloseTo(0.7, 12);
  });
});
