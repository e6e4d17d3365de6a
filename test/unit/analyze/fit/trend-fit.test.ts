import { describe, expect, test } from "vitest";
import { localMean } from "../../../../src/analyze/fit/local-mean.ts";
import { quantile } from "../../../../src/analyze/fit/moments.ts";
import { blockBounds } from "../../../../src/analyze/fit/sandwich.ts";
import { trendR2 } from "../../../../src/analyze/fit/trend-fit.ts";
import { rowNumbers, whiteNoise } from "../../../support/series.ts";

const N = 300;
const BOUNDS = blockBounds(N, 30);
const TREND = rowNumbers(N).map((i) => Math.sqrt(i / N));
const NOISE = whiteNoise(N, 0.1, "noise");

describe("R² of the trend", () => {
  test("a curve that leaves only noise explains all of it, though R² of single steps is low", () => {
    const reward = TREND.map((value, i) => value + NOISE[i]!);
    expect(trendR2(NOISE, reward, BOUNDS)).toBeGreaterThan(0.97);
  });

  test("a curve that leaves the whole trend explains nothing", () => {
    const mean = TREND.reduce((sum, value) => sum + value, 0) / N;
    const reward = TREND.map((value, i) => value + NOISE[i]!);
    const left = reward.map((value) => value - mean);
    expect(Math.abs(trendR2(left, reward, BOUNDS) ?? 1)).toBeLessThan(0.05);
  });

  test("a reward without a trend has no share to explain", () => {
    const flat = rowNumbers(N).map((i) => (i % 2 === 0 ? 1 : -1));
    expect(trendR2(flat, flat, BOUNDS)).toBeUndefined();
  });
});

describe("localMean", () => {
  test("it keeps every straight line and both ends, whatever the window", () => {
    const line = rowNumbers(40).map((i) => 3 - 2 * i);
    for (const window of [1, 3, 11, 99]) {
      for (const [i, value] of localMean(line, window).entries())
        expect(value).toBeCloseTo(line[i]!, 10);
    }
    const rough = whiteNoise(40, 1, "rough");
    expect(localMean(rough, 11)[0]).toBe(rough[0]);
    expect(localMean(rough, 11).at(-1)).toBe(rough.at(-1));
  });
});

describe("quantile", () => {
  test("it interpolates between order statistics, as numpy does by default", () => {
    const values = Float64Array.of(3, 1, 4, 1, 5);
    expect([0, 0.1, 0.5, 0.8, 1].map((share) => quantile(values, share))).toEqual([
      1, 1, 3, 4.2, 5,
    ]);
  });
});
