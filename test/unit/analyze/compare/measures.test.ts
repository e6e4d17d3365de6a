import { describe, expect, test } from "vitest";
import { MEASURES, type MeasureKind } from "../../../../src/analyze/compare/measures.ts";
import { runSeriesOf } from "../../../../src/analyze/compare/run-series.ts";
import { makeTable } from "../../../../src/log/table.ts";
import { armLog } from "../../../support/arm-logs.ts";

const FRAME = { target: 0.5, steps: [1, 100] } as const;
const log = armLog({ source: "/made-up-0.csv", noise: 0, steps: 100 });

/** A run whose reward is that of `reward` at each of 100 steps. */
function runWith(reward: (row: number) => number, scores: readonly number[] = []) {
  const { entropy } = Object.fromEntries(log.table.columns);
  const step = Float64Array.from({ length: 100 }, (_, i) => i + 1);
  const validation = step.map((_, i) => scores[i / 10] ?? Number.NaN);
  const table = makeTable([
    ["step", step],
    ["entropy", entropy!],
    ["reward", step.map((_, i) => reward(i))],
    ["validation", validation],
  ]);
  return runSeriesOf({ ...log, table, validation: scores.length === 0 ? [] : ["validation"] });
}

const measure = (kind: MeasureKind, run: ReturnType<typeof runWith>, frame = FRAME) =>
  MEASURES[kind].of(run, frame);

describe("measures of a run", () => {
  test("the end is the last tenth, the start the first hundredth", () => {
    const run = runWith((i) => (i < 90 ? 0 : 1));
    expect(measure("reward", run)).toBe(1);
    const { entropy } = run.law.series;
    const end = entropy.slice(90).reduce((sum, value) => sum + value, 0) / 10;
    expect(measure("entropy", run)).toBeCloseTo(end, 12);
    expect(measure("entropyKept", run)).toBeCloseTo(end / entropy[0]!, 12);
  });

  test("the mean of a straight line over steps is its middle, also between other steps", () => {
    const run = runWith((i) => i / 99);
    expect(measure("area", run)).toBeCloseTo(0.5, 12);
    const early = { target: 0.5, steps: [1, 50] } as const;
    expect(MEASURES.area.of(run, early)).toBeCloseTo(49 / 2 / 99, 12);
  });

  test("steps to a reward: the centre of the first eleven that reach it; without a value where none does", () => {
    const run = runWith((i) => i);
    expect(MEASURES.stepsToReward.of(run, { ...FRAME, target: 50 })).toBe(51);
    expect(MEASURES.stepsToReward.of(run, { ...FRAME, target: 200 })).toBeUndefined();
    expect(MEASURES.stepsToReward.isCensored).toBe(true);
  });

  test("held-out scores: the last three, and the best three in a row; one spike is not the best", () => {
    const run = runWith(() => 0, [0, 0.9, 0, 0.4, 0.4, 0.4, 0.1, 0.1, 0.1]);
    expect(measure("validation", run)).toBeCloseTo(0.1, 12);
    expect(measure("bestValidation", run)).toBeCloseTo(1.3 / 3, 12);
    const flat = runWith(() => 0, [0.2, 0.4]);
    expect(measure("bestValidation", flat)).toBeCloseTo(0.3, 12);
    const none = runWith(() => 0);
    expect(measure("validation", none)).toBeUndefined();
  });

  test("a, b and the ceiling are those of the law", () => {
    const exact = runSeriesOf(armLog({ source: "/x-0.csv", a: 0.4, b: 1.1, noise: 1e-4 }));
    expect(measure("a", exact)).toBeCloseTo(0.4, 2);
    expect(measure("b", exact)).toBeCloseTo(1.1, 2);
    expect(measure("ceiling", exact)).toBeCloseTo(0.7, 2);
  });

  test("a run on which the law is refused has no ceiling", () => {
    const falling = runSeriesOf(armLog({ source: "/y-0.csv", a: -0.5, b: 0, noise: 0.01 }));
    expect(falling.law.verdict.holds).toBe("no");
    expect(measure("ceiling", falling)).toBeUndefined();
  });
});
