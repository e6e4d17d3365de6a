import { describe, expect, test } from "vitest";
import { findEntropyLaw } from "../../../../src/analyze/finding/entropy-law.ts";
import { fitToJson } from "../../../../src/analyze/finding/fit-to-json.ts";
import { findLawFit } from "../../../../src/analyze/finding/law-fit.ts";
import type { LawInput } from "../../../../src/analyze/finding/law-input.ts";
import { findPrediction } from "../../../../src/analyze/finding/prediction.ts";
import { predictionToJson } from "../../../../src/analyze/finding/prediction-to-json.ts";
import { fallingEntropy, rewardOf, rowNumbers, whiteNoise } from "../../../support/series.ts";

const N = 120;
const entropy = fallingEntropy(N);
const noise = whiteNoise(N, 0.01, "R");
const step = rowNumbers(N);
const input: LawInput = {
  log: "run.csv",
  entropyColumn: "H",
  rewardColumn: "R",
  progressColumn: undefined,
  step,
  entropy,
  reward: rewardOf(entropy).map((value, i) => value + noise[i]!),
  progress: step.map((value) => value + 1),
};
const constant = { ...input, entropy: new Float64Array(N).fill(0.5) };

const estimate = {
  value: expect.any(Number),
  se: expect.any(Number),
  ci95: [expect.any(Number), expect.any(Number)],
};
const numbers = ["r2", "rmse", "aic", "aicc", "bic", "durbin_watson"];

/** Paths of nulls that have neither a reason beside them nor one in the document's own words. */
function unexplained(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null) return [];
  const fields = Object.entries(value);
  const isExplained = "reason" in value || "reasons" in value;
  return fields.flatMap(([key, field]) => {
    if (field !== null) return unexplained(field, `${path}/${key}`);
    return isExplained || `${key}_reason` in value ? [] : [`${path}/${key}`];
  });
}

describe("the JSON of a fit", () => {
  test("has the fields that scripts read", () => {
    expect(fitToJson(findEntropyLaw(input, {}))).toMatchObject({
      log: "run.csv",
      law: "entropy",
      method: "iv",
      n: N,
      status: "converged",
      parameters: { a: estimate, b: estimate },
      ceiling: estimate,
      ...Object.fromEntries(numbers.map((name) => [name, expect.any(Number)])),
      verdict: {
        holds: expect.stringMatching(/^(?:yes|weak|no)$/),
        reasons: expect.arrayContaining([expect.any(String)]),
      },
      warnings: [],
      options: { entropy: "H", reward: "R", smooth: 1, window: null, bootstrap: 0 },
    });
  });

  test("of a fit that could not be made has a reason, no parameters, and null for each number", () => {
    expect(fitToJson(findEntropyLaw(constant, {}))).toMatchObject({
      status: "degenerate",
      reason: "constant-x",
      explanation: expect.stringContaining("entropy"),
      parameters: {},
      ceiling: null,
      ...Object.fromEntries(numbers.map((name) => [name, null])),
      verdict: { holds: "no" },
    });
  });

  test("keeps the names of parameters and the column of progress", () => {
    const json = fitToJson(findLawFit(input, "sigmoid", {})) as { parameters: object };
    expect(Object.keys(json.parameters)).toContain("C_mid");
    expect(json).toMatchObject({ options: { x: "step + 1" }, verdict: null });
  });

  test("repeats the options a fit was made with", () => {
    const json = fitToJson(findEntropyLaw(input, { smooth: 5, window: [10, 99] }));
    expect(json).toMatchObject({ n: 86, options: { smooth: 5, window: [10, 99] } });
  });
});

describe("the JSON of a prediction", () => {
  test.each(["iv", "ols"] as const)("by %s has the fields that scripts read", (method) => {
    expect(predictionToJson(findPrediction(input, { fitOn: 0.5, method }))).toMatchObject({
      log: "run.csv",
      fitted: 60,
      predicted: 60,
      rmse: expect.any(Number),
      baseline_rmse: expect.any(Number),
      log_line_rmse: expect.any(Number),
      final_error: expect.any(Number),
      ceiling: estimate,
      beats_baseline: true,
      means_over: method === "iv" ? 11 : 1,
    });
  });

  test.each([
    ["of constant entropy", constant, "iv"],
    ["of constant entropy by least squares", constant, "ols"],
    ["by least squares, which has no band", input, "ols"],
  ] as const)("%s says why a number is null", (_, run, method) => {
    const finding = findPrediction(run, { fitOn: 0.5, method });
    expect(finding.reasons.length).toBeGreaterThan(0);
    expect(unexplained(predictionToJson(finding))).toEqual([]);
    expect(JSON.stringify(predictionToJson(finding))).toContain("null");
  });
});
