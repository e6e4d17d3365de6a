import { describe, expect, test } from "vitest";
import { type AblationRun, ablationTable } from "../../../../scripts/ablation/ablation-table.ts";

/** A run of ten steps whose reward ends in two steps of `reward`, and whose validation was last measured in step 9. */
const run = (arm: string, seed: number, reward: number, validation: number): AblationRun => ({
  arm,
  seed,
  rows: Array.from({ length: 10 }, (_, k) => ({
    step: k + 1,
    reward: k < 8 ? 0 : reward + (k === 8 ? -0.1 : 0.1),
    entropy: 0.5,
    validation: k === 0 ? 0.9 : k === 8 ? validation : null,
    validation_pass: null,
    seconds_rollout: 1,
    seconds_update: 2,
    seconds_log: 0.5,
    selected_share: arm === "grpo" ? null : 0.25,
  })),
});

/** Cells by heading, of each row. */
function cells(runs: readonly AblationRun[]): Record<string, string>[] {
  const [head, , ...rows] = ablationTable(runs)
    .split("\n")
    .map((line) =>
      line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim()),
    );
  return rows.map((row) => Object.fromEntries(row.map((cell, k) => [head![k]!, cell])));
}

describe("the table of an ablation", () => {
  test("has a run's ends, its times, and how far it is from the baseline of its seed", () => {
    const [baseline, arm] = cells([run("grpo", 0, 0.4, 0.3), run("kl-cov", 0, 0.45, 0.2)]);
    expect(baseline).toEqual({
      arm: "grpo",
      seeds: "1",
      reward: "0.400",
      entropy: "0.500",
      validation: "0.300",
      pass: "-",
      "seconds a step": "3.500",
      "selected share": "-",
      "reward − grpo": "",
      "entropy − grpo": "",
      "validation − grpo": "",
      "pass − grpo": "",
    });
    expect(arm).toMatchObject({
      arm: "kl-cov",
      reward: "0.450",
      "selected share": "0.250",
      "reward − grpo": "+0.050",
      "entropy − grpo": "0.000",
      "validation − grpo": "-0.100",
      "pass − grpo": "-",
    });
  });

  test("pairs seeds, and has intervals of Student's t from two seeds on", () => {
    const [, arm] = cells([
      run("grpo", 0, 0.4, 0.3),
      run("grpo", 1, 0.6, 0.3),
      run("kl-cov", 1, 0.7, 0.3),
      run("kl-cov", 0, 0.3, 0.3),
    ]);
    // Rewards 0.3 and 0.7 have a standard error of 0.2, differences −0.1 and 0.1 one of 0.1; t is 12.7062.
    expect(arm!["reward"]).toBe("0.500 ± 2.541");
    expect(arm!["reward − grpo"]).toMatch(/^\+?-?0\.000 ± 1\.271$/);
    expect(arm!["seeds"]).toBe("2");
  });

  test("compares with nothing where the baseline has no such seed", () => {
    const [, arm] = cells([run("grpo", 0, 0.4, 0.3), run("kl-cov", 1, 0.45, 0.2)]);
    expect(arm!["reward − grpo"]).toBe("-");
  });
});
