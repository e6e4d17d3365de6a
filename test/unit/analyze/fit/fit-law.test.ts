import { describe, expect, test } from "vitest";
import { fitLaw } from "../../../../src/analyze/fit/fit-law.ts";
import { fitDeming } from "../../../../src/analyze/fit/deming.ts";
import { laws } from "../../../../src/analyze/fit/laws.ts";
import { jointNoise } from "../../../../src/analyze/fit/noise.ts";
import type { SolvedFit } from "../../../../src/analyze/fit/result.ts";
import { fallingEntropy, rewardOf, whiteNoise } from "../../../support/series.ts";

const N = 120;
const entropy = fallingEntropy(N);
const noise = whiteNoise(N, 0.01, "fit-law");
const reward = rewardOf(entropy).map((value, i) => value + noise[i]!);
const progress = Float64Array.from({ length: N }, (_, i) => i + 1);
const rise = progress.map((at, i) => laws.sigmoid.value([0.1, 0.6, 1.5, 25], at) + noise[i]!);

function solved(fit: ReturnType<typeof fitLaw>): SolvedFit {
  if (fit.status === "degenerate") throw new Error(fit.explanation);
  return fit;
}

/** All numbers of a result, however deep. */
function numbersIn(value: unknown): number[] {
  if (typeof value === "number") return [value];
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array);
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

describe("a fitted law", () => {
  test("has an error of its ceiling that counts the covariance of a and b", () => {
    const { covariance, ceiling } = solved(fitLaw("entropy", entropy, reward));
    const [aa = 0, ab = 0, , bb = 0] = covariance;
    expect(ceiling?.se).toBeCloseTo(Math.sqrt(aa + bb - 2 * ab), 14);
    expect(ceiling?.se).toBeLessThan(Math.sqrt(bb));
  });

  test("has the profile interval that the t interval is, where the law is linear", () => {
    const { ceiling } = solved(fitLaw("entropy", entropy, reward, { profile: true }));
    expect(ceiling?.profile95).toEqual(ceiling?.ci95);
  });

  test("has a lopsided profile interval where the law is not", () => {
    const short = solved(
      fitLaw("sigmoid", progress.slice(0, 40), rise.slice(0, 40), { profile: true }),
    );
    const { value = 0, profile95 = [0, 0] } = short.ceiling ?? {};
    expect(profile95[1] - value).toBeGreaterThan(1.2 * (value - profile95[0]));
  });

  test("has bootstrap intervals that are the same for one seed and others for another", () => {
    const interval = (seed: number): unknown =>
      solved(fitLaw("entropy", entropy, reward, { bootstrap: 200, seed })).ceiling?.bootstrap95;
    expect(interval(1)).toEqual(interval(1));
    expect(interval(1)).not.toEqual(interval(2));
  });

  test("is bootstrapped alike by block sums and by descents", () => {
    const options = { bootstrap: 60, seed: 4 } as const;
    const sums = solved(fitLaw("entropy", entropy, reward, { ...options, method: "ols" }));
    const descents = solved(fitLaw("entropy", entropy, reward, { ...options, method: "lm" }));
    for (const end of [0, 1] as const) {
      expect(descents.ceiling?.bootstrap95?.[end]).toBeCloseTo(
        sums.ceiling?.bootstrap95?.[end] ?? Number.NaN,
        9,
      );
    }
  });

  test("has bootstrap intervals for curves too", () => {
    const { ceiling } = solved(fitLaw("sigmoid", progress, rise, { bootstrap: 40 }));
    expect(ceiling?.bootstrap95?.[0]).toBeLessThan(0.6);
    expect(ceiling?.bootstrap95?.[1]).toBeGreaterThan(0.6);
  });

  test("with a parameter held estimates the others alone", () => {
    const held = solved(fitLaw("sigmoid", progress, rise, { fixed: { R0: 0.1 }, profile: true }));
    expect(held.parameters["R0"]).toEqual({ value: 0.1, se: 0, ci95: [0.1, 0.1], neweyWestSe: 0 });
    expect(held.parameters["A"]!.profile95?.[0]).toBeLessThan(held.parameters["A"]!.value);
    expect(held.parameters["A"]!.value).toBeCloseTo(0.6, 1);
    const free = solved(fitLaw("sigmoid", progress, rise));
    expect(held.goodness.rss).toBeGreaterThan(free.goodness.rss);
    expect(held.parameters["B"]!.se).toBeLessThan(free.parameters["B"]!.se);
  });

  test("with a held at 0 is the mean", () => {
    const held = solved(fitLaw("entropy", entropy, reward, { fixed: { a: 0 } }));
    const mean = solved(fitLaw("constant", entropy, reward));
    expect(held.ceiling?.value).toBeCloseTo(mean.parameters["b"]!.value, 14);
    expect(held.goodness.aicc).toBeCloseTo(mean.goodness.aicc, 10);
  });

  test("on a bound says so", () => {
    const { warnings, parameters } = solved(
      fitLaw("sigmoid", progress, rise, { bounds: { A: [0, 0.5] } }),
    );
    expect(parameters["A"]!.value).toBe(0.5);
    expect(warnings.join()).toMatch(/A is at its bound 0.5/);
  });

  test("by Deming uses the noise that second differences show", () => {
    const measured = entropy.map((H, i) => H + 2 * noise[(i * 7) % N]!);
    const fit = solved(fitLaw("entropy", measured, reward, { method: "deming" }));
    const x = measured.map(Math.exp);
    const { x: ofX, y: ofY, covariance } = jointNoise(x, reward);
    const line = fitDeming(x, reward, { x: ofX.variance, y: ofY.variance, covariance });
    expect(fit.parameters["a"]!.value).toBeCloseTo(-(line?.slope ?? Number.NaN), 14);
    expect(fit.parameters["a"]!.se).toBeCloseTo(Math.sqrt(line?.covariance[3] ?? Number.NaN), 14);
    expect(fit.ceiling?.value).toBeCloseTo((line?.slope ?? 0) + (line?.intercept ?? 0), 14);
    const [ii = 0, is = 0, , ss = 0] = line?.covariance ?? [];
    expect(fit.ceiling?.se).toBeCloseTo(Math.sqrt(ii + 2 * is + ss), 14); // of the line at e^0 = 1
    // Least squares is drawn towards 0 by the noise of entropy, Deming is not.
    const naive = solved(fitLaw("entropy", measured, reward)).parameters["a"]!.value;
    expect(naive).toBeLessThan(fit.parameters["a"]!.value);
  });

  test("on the grid lies within one grid step of the descent's", () => {
    const grid = {
      asymptote: { from: 0.5, to: 0.7, count: 41 },
      midpoint: { from: 10, to: 50, count: 41 },
    };
    const coarse = solved(fitLaw("sigmoid", progress, rise, { method: "grid", grid }));
    const fine = solved(fitLaw("sigmoid", progress, rise));
    expect(coarse.goodness.rss).toBeGreaterThanOrEqual(fine.goodness.rss);
    expect(coarse.goodness.rss).toBeLessThan(1.01 * fine.goodness.rss);
    expect(Math.abs(coarse.parameters["A"]!.value - fine.parameters["A"]!.value)).toBeLessThan(
      0.005,
    );
    expect(coarse.warnings).toEqual([]);
  });
});

describe("a fit that cannot be made is a result without numbers", () => {
  const flat = new Float64Array(N).fill(0.4);
  test.each([
    { of: "too few points", law: "entropy", x: entropy.slice(0, 4), reason: "too-few-points" },
    { of: "no points", law: "sigmoid", x: new Float64Array(), reason: "too-few-points" },
    { of: "constant entropy", law: "entropy", x: flat, reason: "constant-x" },
    { of: "constant progress", law: "power", x: flat, reason: "constant-x" },
    {
      of: "a gap in the reward",
      law: "linear",
      y: reward.with(3, Number.NaN),
      reason: "not-finite",
    },
    { of: "infinite entropy", law: "constant", x: entropy.with(3, Infinity), reason: "not-finite" },
    { of: "an e^H that overflows", law: "entropy", x: entropy.with(3, 800), reason: "not-finite" },
    {
      of: "negative progress",
      law: "sigmoid",
      x: progress.with(0, -1),
      reason: "x-outside-domain",
    },
    {
      of: "progress 0 in a power",
      law: "power",
      x: progress.with(0, 0),
      reason: "x-outside-domain",
    },
    {
      of: "a reward without a rise",
      law: "sigmoid",
      x: progress,
      y: flat,
      reason: "not-identified",
    },
  ] as const)("for $of", ({ law, reason, ...data }) => {
    const x = "x" in data ? data.x : entropy;
    const y = "y" in data ? data.y : rise.slice(0, x.length);
    const fit = fitLaw(law, x, y);
    expect(fit).toMatchObject({ status: "degenerate", law, n: x.length, reason });
    expect(numbersIn(fit)).toEqual([x.length]);
  });

  test("but a reward that never changes is one the linear laws can say something of", () => {
    for (const law of ["entropy", "linear", "constant"] as const) {
      const fit = solved(fitLaw(law, entropy, flat, { bootstrap: 20, profile: true }));
      expect(fit.ceiling?.value ?? 0.4).toBeCloseTo(0.4, 12);
      expect(fit.goodness.r2).toBeCloseTo(0, 12);
      expect(numbersIn(fit).some(Number.isNaN)).toBe(false);
    }
  });

  test("and no result of a fit that can be made has a NaN in it", () => {
    for (const law of ["entropy", "linear", "constant", "sigmoid", "power"] as const) {
      const x = laws[law].x === "entropy" ? entropy : progress;
      const fit = fitLaw(law, x, rise, { bootstrap: 5, profile: true });
      expect(numbersIn(fit).some(Number.isNaN)).toBe(false);
    }
  });
});

describe("options that contradict the law are refused with a way out", () => {
  test.each([
    ["sigmoid", { method: "ols" }, /ols cannot fit the law sigmoid/],
    ["sigmoid", { method: "deming" }, /deming cannot fit the law sigmoid/],
    ["entropy", { method: "grid" }, /grid cannot fit the law entropy/],
    ["sigmoid", { method: "iv" }, /iv fits the law entropy alone/],
    ["sigmoid", { method: "grid", fixed: { A: 1 } }, /only R0|cannot fit/],
    ["entropy", { method: "deming", noiseRatio: 0 }, /must be above 0, got 0/],
    ["entropy", { fixed: { c: 1 } }, /has the parameters a, b, got "c"/],
    ["entropy", { fixed: { a: Number.NaN } }, /held only at a number/],
    ["constant", { fixed: { b: 1 } }, /at least one parameter/],
    ["sigmoid", { bounds: { A: [1, 0] } }, /lower bound of A must be below/],
  ] as const)("%s with %o", (law, options, message) => {
    const x = laws[law].x === "entropy" ? entropy : progress;
    expect(() => fitLaw(law, x, reward, options)).toThrow(message);
  });

  test("x and reward of different lengths", () => {
    expect(() => fitLaw("entropy", entropy, reward.slice(1))).toThrow(
      /one length, got 120 and 119/,
    );
  });
});
