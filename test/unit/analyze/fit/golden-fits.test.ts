/** Least squares, Deming, prefixes and the sigmoid against statsmodels, scipy and numpy. */
import { describe, expect, test } from "vitest";
import { fitLaw } from "../../../../src/analyze/fit/fit-law.ts";
import { neweyWestLag } from "../../../../src/analyze/fit/newey-west.ts";
import { fitPrefix } from "../../../../src/analyze/fit/prefix-fit.ts";
import { prefixRows } from "../../../../src/analyze/fit/prefix.ts";
import type { SolvedFit } from "../../../../src/analyze/fit/result.ts";
import { smoothRun } from "../../../../src/analyze/fit/smoothing.ts";
import { fitDeming, noiseOfRatio } from "../../../../src/analyze/fit/deming.ts";
import { goldenCases, type GoldenLine, relativeError } from "../../../support/golden-fits.ts";

const TOLERANCE = 1e-8; // relative

/**
 * Deming slopes (a) and intercepts (b) of the two logs whose e^H spans ten orders of magnitude, in decimal arithmetic
 * of 60 digits: there the oracle's double precision cancels after the seventh digit.
 */
const EXACT_DEMING: Readonly<Record<string, ReadonlyArray<readonly [number, number]>>> = {
  "rasbt_7_3_plus_tracking.csv": [
    [1.22000086311328e-5, 0.5522702371750974],
    [1.22000085375381e-5, 0.5522702367779321],
  ],
  "rasbt_7_5_plus_kl.csv": [
    [2.4588491047809e-6, 0.3675405434386753],
    [2.45884910461924e-6, 0.3675405434178634],
  ],
};

function expectLine(fit: SolvedFit, golden: GoldenLine): void {
  const { a, b } = fit.parameters;
  const { ceiling, goodness, covariance } = fit;
  const pairs: Array<readonly [string, number | undefined, number]> = [
    ["a", a?.value, golden.a],
    ["b", b?.value, golden.b],
    ["se of a", a?.se, golden.se_a],
    ["se of b", b?.se, golden.se_b],
    ["covariance", covariance[1], golden.cov_ab],
    ["ceiling", ceiling?.value, golden.ceiling],
    ["se of the ceiling", ceiling?.se, golden.se_ceiling],
    ["lower end", ceiling?.ci95[0], golden.ci95_ceiling[0]],
    ["upper end", ceiling?.ci95[1], golden.ci95_ceiling[1]],
    ["R2", goodness.r2, golden.r2],
    ["rmse", goodness.rmse, golden.rmse],
    ["Durbin–Watson", goodness.durbinWatson, golden.durbin_watson],
    ["AIC", goodness.aic, golden.aic],
    ["AICc", goodness.aicc, golden.aicc],
    ["BIC", goodness.bic, golden.bic],
    ["lag", neweyWestLag(fit.n), golden.newey_west.lag],
    ["Newey–West se of a", a?.neweyWestSe, golden.newey_west.se_a],
    ["Newey–West se of b", b?.neweyWestSe, golden.newey_west.se_b],
  ];
  const wrong = pairs.filter(
    ([, got, wanted]) => !(relativeError(got ?? Number.NaN, wanted) < TOLERANCE),
  );
  expect(wrong).toEqual([]);
}

function solved(fit: ReturnType<typeof fitLaw>): SolvedFit {
  if (fit.status === "degenerate") throw new Error(fit.explanation);
  return fit;
}

const titled = goldenCases.map((golden) => [golden.title, golden] as const);

describe.each(titled)("%s", (_, { golden, series }) => {
  test.runIf(series !== undefined)("has the number of steps that the oracle saw", () => {
    expect(series?.reward).toHaveLength(golden.n);
  });
  if (series === undefined) return;
  const { entropy, reward } = series;

  test("least squares in closed form agrees with statsmodels in every number", () => {
    expectLine(solved(fitLaw("entropy", entropy, reward, { method: "ols" })), golden.raw);
  });

  test("the damped descent ends where the closed form does", () => {
    const fit = solved(fitLaw("entropy", entropy, reward, { method: "lm" }));
    expect(fit.status).toBe("converged");
    expectLine(fit, golden.raw);
  });

  test("means over 11 steps of e^H and of R are fitted as statsmodels fits them", () => {
    const smoothed = smoothRun(series, 11);
    expectLine(solved(fitLaw("entropy", smoothed.entropy, smoothed.reward)), golden.smoothed_11);
  });

  test.each(golden.deming.map((deming, i) => ({ ...deming, i })))(
    "Deming with noise of R $ratio times that of e^H",
    ({ ratio, i, ...oracle }) => {
      const [a, b] = EXACT_DEMING[golden.file]?.[i] ?? [oracle.a, oracle.b];
      const line = fitDeming(entropy.map(Math.exp), reward, noiseOfRatio(ratio));
      expect(relativeError(-(line?.slope ?? Number.NaN), a)).toBeLessThan(TOLERANCE);
      expect(relativeError(line?.intercept ?? Number.NaN, b)).toBeLessThan(TOLERANCE);
    },
  );

  test.each(golden.early)(
    "a prefix of $fraction predicts the rest as the oracle's does",
    (early) => {
      const smoothed = smoothRun(series, 11);
      const x = smoothed.entropy.map(Math.exp);
      const fitted = prefixRows(x.length, early.fraction);
      expect(fitted).toBe(early.fitted);
      const prefix = fitPrefix(x, smoothed.reward, fitted);
      const pairs = [
        [prefix?.rmse, early.rmse],
        [prefix?.baselineRmse, early.baseline_rmse],
        [prefix?.finalError, early.final_error],
      ] as const;
      for (const [got = Number.NaN, wanted] of pairs) {
        expect(relativeError(got, wanted)).toBeLessThan(TOLERANCE);
      }
    },
  );

  test("the sigmoid's sum of squares is no larger than scipy's best of many starts", () => {
    const progress = series.step.map((step) => step + 1);
    const fit = solved(fitLaw("sigmoid", progress, reward));
    expect(fit.goodness.rss).toBeLessThan(golden.sigmoid.rss * (1 + 1e-6));
  });
});
