import { describe, expect, test } from "vitest";
import { type DriftFinding, findDrift } from "../../../../src/analyze/finding/drift.ts";
import { type DriftInput } from "../../../../src/analyze/finding/drift-input.ts";
import { findDiversity } from "../../../../src/analyze/finding/diversity.ts";
import { findPlasticity } from "../../../../src/analyze/finding/plasticity.ts";
import { DIVERSITY_COLUMNS } from "../../../../src/log/aggregate-rollouts.ts";
import { makeTable } from "../../../../src/log/table.ts";
import { budgetText } from "../../../../src/report/text/budget-text.ts";
import { diversityText } from "../../../../src/report/text/diversity-text.ts";
import { driftText, plasticityText } from "../../../../src/report/text/drift-text.ts";
import {
  comparisonText,
  scalingText,
  seedsText,
} from "../../../../src/report/text/scaling-text.ts";
import { madeUpBudget } from "../../../support/findings.ts";
import { madeUpScaling, madeUpScalingArms } from "../../../support/scaling-arms.ts";
import { rowNumbers } from "../../../support/series.ts";

const WIDTH = 110;
const flat = (text: string): string => text.replace(/\s+/g, " ");

function driftOf(slope: number, other: number, withKl: boolean): DriftFinding {
  const input = (log: string, by: number): DriftInput => ({
    log,
    rewardColumn: "reward",
    steps: rowNumbers(100).map((i) => i + 1),
    reward: rowNumbers(100).map((i) => by * i),
    noise: 0.01,
    meansOver: 5,
    kl: withKl
      ? { column: "kl", kind: "to-start", values: rowNumbers(100).map((i) => i / 50) }
      : undefined,
  });
  return findDrift(input("runs/a", slope), input("runs/b", other));
}

function diversityOf(withQ: boolean): string {
  const columns = DIVERSITY_COLUMNS.map((name) => {
    const isMissing = !withQ && ["q_entropy", "kl", "mse"].includes(name);
    const fixed: Readonly<Record<string, number>> = { groups: 16, responses: 128 };
    const values = rowNumbers(60).map((i) => fixed[name] ?? (isMissing ? Number.NaN : 1 + i / 60));
    return [name, values] as const;
  });
  return diversityText(
    findDiversity("runs/grpo", {
      table: makeTable(columns),
      correctFrom: 1,
      withoutTokens: withQ ? 0 : 60,
    }),
  );
}

const probe = (fromStep: number | undefined, final: number) => ({
  log: "probe",
  from: fromStep === undefined ? undefined : `runs/grpo/checkpoints/step-${fromStep}`,
  fromStep,
  start: 0.1,
  final,
  scoreColumn: "validation",
  steps: 100,
});

describe.each([
  ["a budget", () => budgetText(madeUpBudget())],
  ["a budget without gain", () => budgetText(madeUpBudget({}, { isGaining: false }))],
  ["a budget of a short run", () => budgetText(madeUpBudget({ steps: 20 }))],
  ["a scaling curve", () => scalingText(madeUpScaling())],
  ["a scaling curve that could not be fitted", () => scalingText(madeUpScaling({ n: 5 }))],
  ["seeds", () => seedsText([madeUpScaling(), madeUpScaling({ seed: "other" })])],
  ["a tie of arms", () => comparisonText(madeUpScalingArms(0).comparison)],
  ["no comparison", () => comparisonText(undefined)],
  ["drift", () => driftText(driftOf(0.003, 0.001, true))],
  ["drift without KL", () => driftText(driftOf(0.001, 0.003, false))],
  ["plasticity", () => plasticityText(findPlasticity([probe(undefined, 0.6), probe(100, 0.4)]))],
  ["plasticity without base", () => plasticityText(findPlasticity([probe(100, 0.4)]))],
  ["diversity", () => diversityOf(true)],
  ["diversity without tokens", () => diversityOf(false)],
])("%s as text", (_, write) => {
  test("fits a line, and holds no number that is not one", () => {
    const text = write();
    expect(text.length).toBeGreaterThan(0);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(WIDTH);
    expect(text).not.toMatch(/NaN|undefined|Infinity|\[object/);
    expect(text).not.toMatch(/ $/m);
  });
});

describe("the words", () => {
  test("of a budget say what is missing, once", () => {
    const text = flat(budgetText(madeUpBudget({}, { isGaining: false })));
    expect(text).toContain("% of the entropy drop");
    expect(text).not.toContain("of the reward gain");
    expect(text.match(/no clear gain of reward/g)).toHaveLength(1);
  });

  test("of drift name the faster run, by its factor", () => {
    const text = flat(driftText(driftOf(0.003, 0.001, true)));
    // B's peak is .099, which A reaches at row 33, its 34th step; B needs 100.
    expect(text).toMatch(/A peaks at 0\.297 .* reaches the 0\.099 of B after 34 .*: 2\.94 \[/);
    expect(text).toContain("B peaks at 0.099 after 100 steps, and never reaches the 0.297 of A");
    expect(text).toContain("KL from the start policy, as logged");
  });

  test("of seeds are silent for a single run", () => {
    expect(seedsText([madeUpScaling()])).toBe("");
  });

  test("of a comparison say the margin and where it is from, and every doubt", () => {
    const { comparison } = madeUpScalingArms(0.2);
    const text = flat(comparisonText(comparison));
    expect(text).toContain("The second arm has the higher asymptote");
    expect(text).toContain("half-range over seeds");
    for (const doubt of comparison!.doubts) expect(text).toContain(flat(doubt));
  });
});
