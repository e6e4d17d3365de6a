import { describe, expect, test } from "vitest";
import { differenceVariance, jointNoise, seriesNoise } from "../../../../src/analyze/fit/noise.ts";
import { whiteNoise } from "../../../support/series.ts";

describe("noise", () => {
  test("a straight line has none, however steep", () => {
    expect(differenceVariance(Float64Array.from({ length: 50 }, (_, i) => 7 - 3 * i))).toBe(0);
  });

  test("white noise of a known size is found again under a slow trend", () => {
    const n = 4000; // relative standard error of the variance: sqrt(3.9 / n) = 3 %
    const noise = whiteNoise(n, 0.2, "noise");
    const seen = seriesNoise(noise.map((value, i) => value + 3 * Math.exp(-i / 1000)));
    expect(seen.variance / 0.04).toBeGreaterThan(0.9);
    expect(seen.variance / 0.04).toBeLessThan(1.1);
    expect(seen.robustVariance / 0.04).toBeGreaterThan(0.85);
    expect(seen.robustVariance / 0.04).toBeLessThan(1.15);
    expect(seen.variogramRatio2).toBeCloseTo(1, 1);
  });

  test("an alternating series has second differences of 4 and a variance of 16/6", () => {
    expect(differenceVariance(Float64Array.from({ length: 20 }, (_, i) => (-1) ** i))).toBeCloseTo(
      16 / 6,
      12,
    );
  });

  test("noise that is shared has correlation 1, opposite noise −1, and scale does not matter", () => {
    const noise = whiteNoise(300, 1, "shared");
    const twice = noise.map((value) => 2 * value + 5);
    const opposite = noise.map((value) => -0.1 * value);
    expect(jointNoise(noise, twice).correlation).toBeCloseTo(1, 12);
    expect(jointNoise(noise, twice).robustCorrelation).toBeCloseTo(1, 12);
    expect(jointNoise(noise, opposite).correlation).toBeCloseTo(-1, 12);
    expect(jointNoise(noise, opposite).robustCorrelation).toBeCloseTo(-1, 12);
  });

  test("spikes swell the plain variance and hardly the robust one", () => {
    const noise = whiteNoise(400, 0.1, "spiked");
    const spiked = noise.map((value, i) => value + (i % 50 === 25 ? 0.6 : 0));
    const { variance, robustVariance } = seriesNoise(spiked);
    expect(variance).toBeGreaterThan(1.5 * 0.01);
    expect(robustVariance).toBeLessThan(1.4 * 0.01);
  });
});
