/** The whole protocol against an independent implementation in numpy and scipy. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { analyzeEntropyLaw } from "../../../../src/analyze/fit/analyze-entropy-law.ts";
import { armsSlope } from "../../../../src/analyze/fit/arms.ts";
import type { NeighbourFit } from "../../../../src/analyze/fit/fit-by-neighbours.ts";
import { formLines } from "../../../../src/analyze/fit/form-lines.ts";
import { mean } from "../../../../src/analyze/fit/moments.ts";
import type { Estimate } from "../../../../src/analyze/fit/result.ts";
import { trendR2 } from "../../../../src/analyze/fit/trend-fit.ts";
import { rowNumbers } from "../../../support/series.ts";

interface GoldenEstimate {
  readonly value: number;
  readonly se: number;
  readonly ci95: readonly [number, number];
}

interface GoldenRun {
  readonly name: string;
  readonly file?: string;
  readonly entropy?: readonly number[];
  readonly reward?: readonly number[];
  readonly expected: {
    readonly noise: Readonly<Record<string, number>>;
    readonly a: GoldenEstimate;
    readonly b: GoldenEstimate;
    readonly ceiling: GoldenEstimate;
    readonly neweyWest: Readonly<Record<"a" | "b" | "ceiling", number>>;
    readonly F: number;
    readonly phi: number;
    readonly dof: number;
    readonly trendR2: number;
    readonly band: {
      readonly low: number;
      readonly high: number;
      readonly kept: readonly number[];
      readonly delta: readonly number[];
      readonly quadratic: GoldenEstimate;
    };
    readonly detrended: ReadonlyArray<{
      readonly functions: number;
      readonly a: GoldenEstimate;
      readonly F: number;
      readonly without: readonly number[];
      readonly largestShare: number;
    }>;
    readonly gates: Readonly<Record<string, boolean>>;
    readonly forecast: Readonly<Record<string, number>>;
  };
}

interface Golden {
  readonly runs: readonly GoldenRun[];
  readonly arms: {
    readonly runs: ReadonlyArray<{ readonly entropy: number[]; readonly reward: number[] }>;
    readonly expected: { readonly a: GoldenEstimate; readonly F: number };
  };
}

const golden = JSON.parse(readFileSync("test/golden/protocol-golden.json", "utf8")) as Golden;

/** Relative above 1, absolute below. */
function expectNear(actual: number, expected: number, tolerance = 1e-9): void {
  expect(Math.abs(actual - expected) / Math.max(1, Math.abs(expected))).toBeLessThan(tolerance);
}

function expectEstimate(actual: Estimate | undefined, expected: GoldenEstimate): void {
  expectNear(actual?.value ?? Number.NaN, expected.value);
  expectNear(actual?.se ?? Number.NaN, expected.se);
  expectNear(actual?.ci95[0] ?? Number.NaN, expected.ci95[0]);
  expectNear(actual?.ci95[1] ?? Number.NaN, expected.ci95[1]);
}

function seriesOf(run: GoldenRun): { entropy: Float64Array; reward: Float64Array } {
  if (run.entropy !== undefined && run.reward !== undefined) {
    return { entropy: Float64Array.from(run.entropy), reward: Float64Array.from(run.reward) };
  }
  const [head = "", ...lines] = readFileSync(`test/golden/${run.file}`, "utf8").trim().split("\n");
  const column = (name: string): Float64Array => {
    const k = head.split(",").indexOf(name);
    return Float64Array.from(lines, (line) => Number(line.split(",")[k]));
  };
  return { entropy: column("entropy"), reward: column("reward") };
}

describe.each(golden.runs)("$name, as numpy computes it", (run) => {
  const { expected } = run;
  const { entropy, reward } = seriesOf(run);
  const analysis = analyzeEntropyLaw(rowNumbers(reward.length), entropy, reward, {
    neighbourhood: { reach: 10, gap: 2 },
  });
  const fit = analysis.fit as NeighbourFit;

  test("a, b and the ceiling have the same values, errors and intervals", () => {
    expectEstimate(fit.parameters["a"], expected.a);
    expectEstimate(fit.parameters["b"], expected.b);
    expectEstimate(fit.ceiling, expected.ceiling);
    expectNear(fit.parameters["a"]!.neweyWestSe! / expected.neweyWest.a, 1);
    expectNear(fit.parameters["b"]!.neweyWestSe! / expected.neweyWest.b, 1);
    expectNear(fit.ceiling!.neweyWestSe! / expected.neweyWest.ceiling, 1);
    expectNear(fit.firstStageF, expected.F);
    expectNear(fit.phi, expected.phi);
    expectNear(fit.dof, expected.dof);
    expectNear(
      trendR2(fit.line.residuals, reward, fit.line.noise.bounds) ?? Number.NaN,
      expected.trendR2,
    );
  });

  test("the noise of both series has the same size and correlation", () => {
    const { x, y, correlation, robustCorrelation } = analysis.noise!;
    const { noise } = expected;
    expectNear(x.variance / noise["vx"]!, 1);
    expectNear(y.variance / noise["vr"]!, 1);
    expectNear(x.robustVariance / noise["robustVx"]!, 1);
    expectNear(x.variogramRatio2, noise["variogram2"]!);
    expectNear(x.variogramRatio4, noise["variogram4"]!);
    expectNear(x.reliability, noise["reliability"]!);
    expectNear(correlation, noise["correlation"]!);
    expectNear(robustCorrelation, noise["robustCorrelation"]!);
  });

  test("the ceiling band keeps the same forms and ends at the same limits", () => {
    const { lines } = formLines(entropy, reward, fit.neighbourhood);
    for (const [k, { deltaAic }] of lines.entries()) expectNear(deltaAic, expected.band.delta[k]!);
    const band = analysis.ceilingBand!;
    expect(band.forms).toHaveLength(expected.band.kept.length + 1);
    expectEstimate(band.forms.at(-1)?.ceiling, expected.band.quadratic);
    expectNear(band.low, expected.band.low);
    expectNear(band.high, expected.band.high);
  });

  test("the slope beyond a spline trend is the same, whole and without each sixth", () => {
    expect(analysis.detrended.map(({ functions }) => functions)).toEqual([6, 8, 10]);
    for (const [k, slope] of analysis.detrended.entries()) {
      const { a, F, without, largestShare } = expected.detrended[k]!;
      expectEstimate(slope.a, a);
      expectNear(slope.firstStageF, F);
      expectNear(slope.largestShare, largestShare);
      for (const [part, value] of without.entries()) expectNear(slope.withoutPart[part]!, value);
    }
  });

  test("every gate falls the same way", () => {
    const found = analysis.verdict.gates.map(({ name, passed }) => [name, passed]);
    expect(Object.fromEntries(found)).toEqual(expected.gates);
  });

  test("the forecast from 36 % has the same errors and band", () => {
    const { score, curve, fittedRows } = analysis.prefix!;
    expect(fittedRows).toBe(expected.forecast["rows"]);
    expectNear(score!.rmse, expected.forecast["rmse"]!);
    expectNear(score!.baselineRmse, expected.forecast["baselineRmse"]!);
    expectNear(score!.logLineRmse, expected.forecast["logLineRmse"]!);
    expectNear(score!.finalError, expected.forecast["finalError"]!);
    expectNear(score!.bandCoverage, expected.forecast["coverage"]!);
    expectNear(mean(curve!.low), expected.forecast["meanLow"]!);
    expectNear(mean(curve!.high), expected.forecast["meanHigh"]!);
  });
});

test("the slope between three arms is what numpy computes", () => {
  const { runs, expected } = golden.arms;
  const found = armsSlope(
    runs.map(({ entropy, reward }) => ({
      step: rowNumbers(reward.length),
      entropy: Float64Array.from(entropy),
      reward: Float64Array.from(reward),
    })),
  );
  if (found.status === "degenerate") throw new Error(found.explanation);
  expectEstimate(found.a, expected.a);
  expectNear(found.firstStageF, expected.F);
});
