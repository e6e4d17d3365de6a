import { describe, expect, test } from "vitest";
import { detrendedSlope } from "../../../../src/analyze/fit/detrended.ts";
import { fallingEntropy, rowNumbers, whiteNoise } from "../../../support/series.ts";

const N = 300;

/** A movement of some twenty rows a turn about a falling trend. */
const waving = fallingEntropy(N).map((value, i) => value + 0.03 * Math.sin(i / 4));
const X = waving.map(Math.exp);

describe("the slope beyond a spline trend", () => {
  test.each([6, 8, 10])(
    "off %d splines a law without noise keeps its slope exactly, whatever smooth clock is added",
    (functions) => {
      const clock = rowNumbers(N).map((i) => 2 * Math.sqrt(i / (N - 1)) - 5 * (i / (N - 1)));
      const reward = X.map((x, i) => 1 - 0.7 * x + clock[i]!);
      const found = detrendedSlope(X, reward, functions)!;
      expect(found.a.value).toBeCloseTo(0.7, 8);
      expect(found.firstStageF).toBeGreaterThan(10);
      for (const part of found.withoutPart) expect(part).toBeCloseTo(0.7, 8);
    },
  );

  test("a reward on the trend alone has no slope beyond it", () => {
    const trend = rowNumbers(N).map((i) => Math.sqrt(i / (N - 1)) ** 3);
    const reward = trend.map((value, i) => value + whiteNoise(N, 0.01, "R")[i]!);
    const { a } = detrendedSlope(X, reward, 8)!;
    expect(a.ci95[0]).toBeLessThan(0);
    expect(a.ci95[1]).toBeGreaterThan(0);
  });

  test("one burst of movement holds the evidence of one sixth, steady movement does not", () => {
    const burst = fallingEntropy(N).map(
      (value, i) => value + (i > 110 && i < 140 ? 0.1 * Math.sin(i / 4) : 0),
    );
    const x = burst.map(Math.exp);
    expect(
      detrendedSlope(
        x,
        x.map((value) => -value),
        8,
      )!.largestShare,
    ).toBeGreaterThan(0.6);
    expect(
      detrendedSlope(
        X,
        X.map((value) => -value),
        8,
      )!.largestShare,
    ).toBeLessThan(0.4);
  });

  test("nothing beyond the trend, nothing to estimate", () => {
    const cubic = rowNumbers(N).map((i) => 2 - Math.sqrt(i / (N - 1)));
    expect(detrendedSlope(cubic, cubic, 6)).toBeUndefined();
  });
});
