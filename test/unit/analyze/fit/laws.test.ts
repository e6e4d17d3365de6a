/** What every law must satisfy, whatever its formula. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitLaw } from "../../../../src/analyze/fit/fit-law.ts";
import { type Law, laws } from "../../../../src/analyze/fit/laws.ts";
import type { LawKind, SolvedFit } from "../../../../src/analyze/fit/result.ts";
import { relativeError } from "../../../support/golden-fits.ts";
import { whiteNoise } from "../../../support/series.ts";

const N = 60;
const progress = Float64Array.from({ length: N }, (_, i) => i + 1);
const entropy = progress.map((step) => 0.05 + 0.6 * Math.exp(-step / 20));

/** Parameters within the usual, by law. */
const usual: { readonly [K in LawKind]: readonly number[] } = {
  entropy: [0.5, 1.4],
  linear: [0.5, 0.9],
  constant: [0.3],
  sigmoid: [0.1, 0.65, 1.7, 18],
  power: [0.8, 0.6, 0.5],
};
const members = Object.values(laws).map((law: Law) => ({
  law,
  kind: law.kind,
  truth: usual[law.kind],
  x: law.x === "entropy" ? entropy : progress,
}));

function solved(fit: ReturnType<typeof fitLaw>): SolvedFit {
  if (fit.status === "degenerate") throw new Error(fit.explanation);
  return fit;
}

describe.each(members)("the law $kind", ({ law, truth, x }) => {
  test("has the derivatives of its values", () => {
    for (const at of [x[0]!, x[7]!, x.at(-1)!]) {
      const gradient = law.gradient(truth, at);
      expect(gradient).toHaveLength(law.parameters.length);
      gradient.forEach((derivative, j) => {
        const step = 1e-6 * Math.abs(truth[j]!);
        const value = (sign: number): number =>
          law.value(
            truth.map((v, k) => (k === j ? v + sign * step : v)),
            at,
          );
        const numeric = (value(1) - value(-1)) / (2 * step);
        expect(Math.abs(derivative - numeric)).toBeLessThan(1e-7 * (1 + Math.abs(numeric)));
      });
    }
  });

  test("is recovered from data without noise, by every method that can fit it", () => {
    const y = x.map((at) => law.value(truth, at));
    for (const method of law.isLinear ? (["ols", "lm"] as const) : (["lm"] as const)) {
      const fit = solved(fitLaw(law.kind, x, y, { method }));
      expect(fit.status).toBe("converged");
      law.parameters.forEach((name, j) =>
        expect(relativeError(fit.parameters[name]!.value, truth[j]!)).toBeLessThan(1e-8),
      );
      expect(fit.goodness.rss).toBeLessThan(1e-20);
    }
  });

  test("promises the reward that its curve tends to", () => {
    if (law.ceilingWeights === undefined) return expect(law.kind).toBe("constant");
    const promise = law.ceilingWeights.reduce((sum, weight, j) => sum + weight * truth[j]!, 0);
    const spent = law.value(truth, law.x === "entropy" ? 0 : 1e24);
    return expect(promise).toBeCloseTo(spent, 10);
  });

  test("moves with the reward: c R + d moves the ceiling and its error likewise", () => {
    const noise = whiteNoise(N, 0.01, "laws");
    const y = x.map((at, i) => law.value(truth, at) + noise[i]!);
    const before = solved(fitLaw(law.kind, x, y));
    const after = solved(
      fitLaw(
        law.kind,
        x,
        y.map((value) => 3 * value - 1),
      ),
    );
    expect(after.goodness.r2).toBeCloseTo(before.goodness.r2, 9);
    if (before.ceiling === undefined) return;
    expect(after.ceiling?.value).toBeCloseTo(3 * before.ceiling.value - 1, 6);
    expect(after.ceiling?.se).toBeCloseTo(3 * before.ceiling.se, 6);
  });

  test("says what it has one name, one bound and one derivative for", () => {
    expect(law.bounds(x)).toHaveLength(law.parameters.length);
    for (const start of law.starts(x, x)) expect(start).toHaveLength(law.parameters.length);
    expect(new Set(law.parameters).size).toBe(law.parameters.length);
  });
});

describe("the sigmoid", () => {
  const { sigmoid } = laws;
  const noise = whiteNoise(N, 0.01, "sigmoid");
  const y = progress.map((at, i) => sigmoid.value(usual.sigmoid, at) + noise[i]!);

  test("in another unit of compute has another C_mid and nothing else", () => {
    const before = solved(fitLaw("sigmoid", progress, y));
    fc.assert(
      fc.property(fc.double({ min: -6, max: 18, noNaN: true }), (logUnit) => {
        const unit = 10 ** logUnit;
        const after = solved(
          fitLaw(
            "sigmoid",
            progress.map((at) => at * unit),
            y,
          ),
        );
        for (const name of ["R0", "A", "B"] as const) {
          expect(
            relativeError(after.parameters[name]!.value, before.parameters[name]!.value),
          ).toBeLessThan(1e-6);
          expect(
            relativeError(after.parameters[name]!.se, before.parameters[name]!.se),
          ).toBeLessThan(1e-5);
        }
        expect(
          after.parameters["C_mid"]!.value / unit / before.parameters["C_mid"]!.value,
        ).toBeCloseTo(1, 6);
      }),
      { numRuns: 15 },
    );
  });

  test("is R0 at zero compute, half way up at C_mid, and has derivatives there", () => {
    const [R0, A, , C_mid] = usual.sigmoid as [number, number, number, number];
    expect(sigmoid.value(usual.sigmoid, 0)).toBe(R0);
    expect(sigmoid.value(usual.sigmoid, C_mid)).toBeCloseTo((R0 + A) / 2, 14);
    expect([...sigmoid.gradient(usual.sigmoid, 0)]).toEqual(
      [1, 0, 0, 0].map((d) => expect.closeTo(d, 15)),
    );
  });

  test("at high compute is the power law with D = (A - R0) C_mid^B", () => {
    const [R0, A, B, C_mid] = usual.sigmoid as [number, number, number, number];
    const power = laws.power.value([A, (A - R0) * C_mid ** B, B], 1e6);
    expect(A - power).toBeCloseTo(A - sigmoid.value(usual.sigmoid, 1e6), 12);
  });
});
