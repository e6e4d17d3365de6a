import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitDeming, noiseOfRatio } from "../../../../src/analyze/fit/deming.ts";
import { fitLine } from "../../../../src/analyze/fit/line.ts";
import { makeRng } from "../../../../src/base/random.ts";

/** Points about y = 2 - 0.8 x whose noises have variances .01 and .0009 and a correlation. */
function noisyPoints(n: number, seed: number, correlation = 0): [Float64Array, Float64Array] {
  const rng = makeRng(seed, "deming");
  const x = new Float64Array(n);
  const y = new Float64Array(n);
  for (let i = 0; i < n; i += 1) {
    const truth = 1 + i / n;
    const [first, second] = [rng.normal(), rng.normal()];
    x[i] = truth + 0.1 * first;
    y[i] =
      2 - 0.8 * truth + 0.03 * (correlation * first + Math.sqrt(1 - correlation ** 2) * second);
  }
  return [x, y];
}

describe("Deming regression", () => {
  test("finds an exact line exactly, whatever the noise is said to be", () => {
    const x = Float64Array.from({ length: 20 }, (_, i) => i / 7);
    const y = x.map((value) => 1 - 3 * value);
    for (const noise of [noiseOfRatio(0.01), noiseOfRatio(100), { x: 1, y: 2, covariance: -0.9 }]) {
      const line = fitDeming(x, y, noise);
      expect(line?.slope).toBeCloseTo(-3, 10);
      expect(line?.covariance[3]).toBeLessThan(1e-20);
    }
  });

  test("tends to least squares of y on x as the noise of x vanishes, and of x on y as that of y does", () => {
    const [x, y] = noisyPoints(80, 1);
    const vertical = fitLine(x, y)?.slope ?? Number.NaN;
    const horizontal = 1 / (fitLine(y, x)?.slope ?? Number.NaN);
    expect(fitDeming(x, y, { x: 0, y: 1, covariance: 0 })?.slope).toBeCloseTo(vertical, 12);
    expect(fitDeming(x, y, { x: 1, y: 0, covariance: 0 })?.slope).toBeCloseTo(horizontal, 12);
  });

  test("exchanging x and y inverts the slope", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.double({ min: -2, max: 2, noNaN: true }),
        (seed, logRatio) => {
          const [x, y] = noisyPoints(30, seed);
          const ratio = 10 ** logRatio;
          const slope = fitDeming(x, y, noiseOfRatio(ratio))?.slope ?? Number.NaN;
          const inverse = fitDeming(y, x, noiseOfRatio(1 / ratio))?.slope ?? Number.NaN;
          expect(slope * inverse).toBeCloseTo(1, 9);
        },
      ),
    );
  });

  test("minimises the misfit along the noise: no slope nearby is better", () => {
    const [x, y] = noisyPoints(60, 3, -0.5);
    const noise = { x: 0.01, y: 0.0009, covariance: -0.5 * 0.1 * 0.03 };
    const line = fitDeming(x, y, noise);
    const misfit = (slope: number): number => {
      const centre = (values: Float64Array): number =>
        values.reduce((sum, value) => sum + value, 0) / values.length;
      const [meanX, meanY] = [centre(x), centre(y)];
      const squares = x.reduce(
        (sum, value, i) => sum + (y[i]! - meanY - slope * (value - meanX)) ** 2,
        0,
      );
      return squares / (noise.x * slope ** 2 - 2 * noise.covariance * slope + noise.y);
    };
    const slope = line?.slope ?? Number.NaN;
    for (const change of [-1, -1e-3, 1e-3, 1, 10]) {
      expect(misfit(slope + change)).toBeGreaterThan(misfit(slope));
    }
  });

  test("its standard error is the spread of slopes over repeated noise", () => {
    const noise = { x: 0.01, y: 0.0009, covariance: -0.5 * 0.1 * 0.03 };
    const slopes: number[] = [];
    let errors = 0;
    const repeats = 400;
    for (let seed = 0; seed < repeats; seed += 1) {
      const line = fitDeming(...noisyPoints(150, seed, -0.5), noise);
      slopes.push(line?.slope ?? Number.NaN);
      errors += Math.sqrt(line?.covariance[3] ?? Number.NaN) / repeats;
    }
    const mean = slopes.reduce((sum, slope) => sum + slope, 0) / repeats;
    const spread = Math.sqrt(slopes.reduce((sum, slope) => sum + (slope - mean) ** 2, 0) / repeats);
    expect(mean).toBeCloseTo(-0.8, 2); // least squares would say -0.71
    expect(errors / spread).toBeGreaterThan(0.88); // Monte Carlo error of the spread: 3.5 %
    expect(errors / spread).toBeLessThan(1.12);
  });

  test("at the mean of x only the error of the mean is left", () => {
    const [x, y] = noisyPoints(90, 8);
    const line = fitDeming(x, y, noiseOfRatio(0.09));
    if (line === undefined) throw new Error("no line");
    const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
    const squares = x.reduce(
      (sum, value, i) => sum + (y[i]! - line.intercept - line.slope * value) ** 2,
      0,
    );
    const [ii = 0, is = 0, , ss = 0] = line.covariance;
    expect(ii + 2 * mean * is + mean ** 2 * ss).toBeCloseTo(squares / (90 * 88), 12);
  });

  test("a vertical line, constant x and two points have no slope", () => {
    const cross = [Float64Array.of(-1, 1, 0, 0), Float64Array.of(0, 0, -5, 5)] as const;
    expect(fitDeming(...cross, noiseOfRatio(1))).toBeUndefined();
    expect(
      fitDeming(new Float64Array(5).fill(1), new Float64Array(5), noiseOfRatio(1)),
    ).toBeUndefined();
    expect(
      fitDeming(Float64Array.of(1, 2), Float64Array.of(1, 2), noiseOfRatio(1)),
    ).toBeUndefined();
  });

  test("a flat reward gives slope 0", () => {
    const x = Float64Array.of(1, 2, 3, 4);
    expect(fitDeming(x, new Float64Array(4).fill(0.5), noiseOfRatio(1))?.slope).toBeCloseTo(0, 15);
  });
});
