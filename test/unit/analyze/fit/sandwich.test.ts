import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { instrumentalLine, slopeVariance } from "../../../../src/analyze/fit/instrumental-line.ts";
import { fitLine } from "../../../../src/analyze/fit/line.ts";
import {
  blockBounds,
  blockCount,
  blockNoise,
  sandwichVariance,
} from "../../../../src/analyze/fit/sandwich.ts";
import { fallingEntropy, whiteNoise } from "../../../support/series.ts";

describe("blocks", () => {
  test("they cover every row once, in order, and differ by at most one row", () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: 700 }), (n) => {
        const bounds = blockBounds(n, blockCount(n));
        const sizes = [...bounds].slice(1).map((end, k) => end - bounds[k]!);
        expect(bounds[0]).toBe(0);
        expect(bounds.at(-1)).toBe(n);
        expect(sizes).toEqual(sizes.toSorted((left, right) => right - left));
        expect(sizes[0]! - sizes.at(-1)!).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("number of blocks", () => {
  test("it is 30 for usual runs, half the rows for short ones, and one a 30 rows, up to 100, for long ones", () => {
    expect([40, 60, 435, 929, 930, 1500, 3000, 10_000].map(blockCount)).toEqual([
      20, 30, 30, 30, 31, 50, 100, 100,
    ]);
  });
});

describe("noise whose size drifts", () => {
  const n = 600;
  /** Standard deviation 4 at the start, 1 at the end. */
  const size = Float64Array.from({ length: n }, (_, i) => 4 - (3 * i) / (n - 1));
  const drifting = (name: string): Float64Array =>
    whiteNoise(n, 1, name).map((value, i) => size[i]! * value);
  /** A statistic of the first fifth alone, where the noise is largest. */
  const early = Float64Array.from({ length: n }, (_, i) => (i < n / 5 ? 1 : 0));
  const exact = early.reduce((sum, weight, i) => sum + (weight * size[i]!) ** 2, 0);
  const meanRatio = (kind: "local" | "overall"): number => {
    const ratios = Array.from({ length: 60 }, (_, k) => {
      const noise = blockNoise(drifting(`drift ${k}`), 1, kind);
      return sandwichVariance(noise, early) / exact;
    });
    return ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
  };

  test("the variance of a statistic is that of the noise where its weights are", () => {
    expect(meanRatio("local")).toBeGreaterThan(0.9);
    expect(meanRatio("local")).toBeLessThan(1.4);
    expect(meanRatio("overall")).toBeLessThan(0.75);
  });

  test("its scale follows the size of the noise", () => {
    const { scale } = blockNoise(drifting("drift 0"), 1);
    expect(scale[0]! / scale.at(-1)!).toBeGreaterThan(2.5);
    expect(scale[0]! / scale.at(-1)!).toBeLessThan(5);
  });

  test("a stretch without residuals is not blown up: its scale is a tenth", () => {
    const silent = drifting("drift 0").map((value, i) => (i < n / 2 ? 0 : value));
    expect(blockNoise(silent, 1).scale[0]).toBe(0.1);
  });
});

describe("blocked AR(1) sandwich", () => {
  test("on white residuals with z = x it agrees with the classical variance of least squares", () => {
    const x = fallingEntropy(3000);
    const ratios = Array.from({ length: 40 }, (_, k) => {
      const y = whiteNoise(3000, 0.1, `white ${k}`);
      return slopeVariance(instrumentalLine(x, y, x)!) / fitLine(x, y)!.slopeVariance;
    });
    const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
    // Taking the larger of two forms, and the correction for 30 blocks, make it a little larger on purpose.
    expect(mean).toBeGreaterThan(0.95);
    expect(mean).toBeLessThan(1.4);
  });

  test("memory in the residuals widens the interval as the theory of a mean says", () => {
    const n = 1500;
    const memory = 0.9;
    const level = new Float64Array(n).fill(1 / n);
    const exact = 1 / (1 - memory) ** 2 / n; // long-run variance of AR(1) over n
    const ratios = Array.from({ length: 30 }, (_, k) => {
      const noise = whiteNoise(n, 1, `innovations ${k}`);
      for (let i = 1; i < n; i += 1) noise[i]! += memory * noise[i - 1]!;
      return sandwichVariance(blockNoise(noise, 1), level) / exact;
    });
    const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
    expect(mean).toBeGreaterThan(0.8);
    expect(mean).toBeLessThan(1.4);
  });

  test("scaling residuals by c scales the variance by c² and leaves memory and degrees of freedom", () => {
    const residuals = whiteNoise(100, 1, "scale");
    const weights = whiteNoise(100, 1, "weights");
    const one = blockNoise(residuals, 2);
    const three = blockNoise(
      residuals.map((value) => 3 * value),
      2,
    );
    expect(sandwichVariance(three, weights) / sandwichVariance(one, weights)).toBeCloseTo(9, 10);
    expect(three.phi).toBeCloseTo(one.phi, 12);
    expect(three.dof).toBeCloseTo(one.dof, 10);
  });

  test("no residuals, no variance: a perfect fit has standard error 0, not NaN", () => {
    const noise = blockNoise(new Float64Array(60), 2);
    expect(sandwichVariance(noise, whiteNoise(60, 1, "weights"))).toBe(0);
    expect(noise.phi).toBe(2 / 30);
  });

  test("alternating residuals are not trusted to shrink an interval below that of independent ones", () => {
    const residuals = Float64Array.from({ length: 60 }, (_, i) => (i % 4 < 2 ? 1 : -1));
    const noise = blockNoise(residuals, 2);
    const level = new Float64Array(60).fill(1 / 60);
    expect(noise.phi).toBeLessThan(-0.3);
    const independent = noise.blockVariance / 30;
    expect(sandwichVariance(noise, level)).toBeCloseTo(independent, 12);
  });
});
