import { describe, expect, test } from "vitest";
import { findLawComparison } from "../../../../src/analyze/finding/law-comparison.ts";
import type { LawInput } from "../../../../src/analyze/finding/law-input.ts";
import { findPrediction } from "../../../../src/analyze/finding/prediction.ts";
import { findWindowSensitivity } from "../../../../src/analyze/finding/window-sensitivity.ts";
import { fallingEntropy, rewardOf, rowNumbers, whiteNoise } from "../../../support/series.ts";

/** A run on R = 1.4 - .5 e^H whose reward is measured with noise of this size. */
function runOf(n: number, noise: number): LawInput {
  const entropy = fallingEntropy(n);
  const errors = whiteNoise(n, noise, "R");
  const step = rowNumbers(n);
  return {
    log: "run.csv",
    entropyColumn: "H",
    rewardColumn: "R",
    progressColumn: undefined,
    step,
    entropy,
    reward: rewardOf(entropy).map((value, i) => value + errors[i]!),
    progress: step.map((value) => value + 1),
  };
}

describe("which law describes a run best", () => {
  const { rows } = findLawComparison(runOf(200, 0.002));

  test("is the one that made it", () => {
    expect(rows[0]).toMatchObject({ law: "entropy", deltaAicc: 0 });
  });

  test("ranks all laws, worst last, by criteria of the same points", () => {
    const deltas = rows.map(({ deltaAicc }) => deltaAicc ?? Infinity);
    expect(deltas).toEqual(deltas.toSorted((one, other) => one - other));
    expect(rows.map(({ law }) => law).toSorted()).toEqual(
      ["constant", "entropy", "linear", "power", "sigmoid"].toSorted(),
    );
    expect(new Set(rows.map(({ fit }) => fit.n))).toEqual(new Set([200]));
  });

  test("leaves a law that cannot be fitted at the end, without a difference", () => {
    const flat = { ...runOf(60, 0.01), entropy: new Float64Array(60).fill(0.5) };
    const [last] = findLawComparison(flat).rows.slice(-1);
    expect(last).toMatchObject({ deltaAicc: undefined, fitted: undefined });
  });
});

describe("how the law moves with the window", () => {
  test("not at all without noise: every window finds the same a, b and ceiling", () => {
    const { windows, skipped } = findWindowSensitivity(runOf(240, 0));
    expect(skipped).toEqual([]);
    for (const { a, b, ceiling } of windows) {
      expect([a.value, b.value, ceiling.value]).toEqual([
        expect.closeTo(0.5, 8),
        expect.closeTo(1.4, 8),
        expect.closeTo(0.9, 8),
      ]);
    }
  });

  test("the windows cover what their labels say", () => {
    const { windows } = findWindowSensitivity(runOf(240, 0.01));
    const spans = windows.map(({ label, from, to, n }) => [label, from, to, n]);
    expect(spans).toContainEqual(["whole run", 0, 239, 240]);
    expect(spans).toContainEqual(["first half", 0, 119, 120]);
    expect(spans).toContainEqual(["without first quarter", 60, 239, 180]);
  });

  test("a run too short for any window gives reasons instead", () => {
    const { windows, skipped } = findWindowSensitivity(runOf(6, 0.01));
    expect(windows).toEqual([]);
    expect(skipped.every(({ reason }) => reason.length > 0)).toBe(true);
  });
});

describe("what a prefix says of the rest", () => {
  const run = runOf(300, 0.02);

  test("is right where the law holds: better than both baselines, most of it inside the band", () => {
    const found = findPrediction(run, { fitOn: 0.36 });
    expect(found).toMatchObject({ status: "predicted", fitted: 108, predicted: 192 });
    expect(found.lastFittedStep).toBe(107);
    expect(found.beatsBaseline).toBe(true);
    expect(found.rmse!).toBeLessThan(found.baselineRmse!);
    expect(found.bandCoverage!).toBeGreaterThan(0.8);
    expect(found.forecast!.step[0]).toBe(108);
  });

  test("compares single steps by least squares, and means of them by default", () => {
    const single = findPrediction(run, { fitOn: 0.36, method: "ols" });
    // Noise of .02 a step cannot be foretold; in means over 11 steps a third of it is left.
    expect(single.rmse!).toBeGreaterThan(0.018);
    expect(findPrediction(run, { fitOn: 0.36 }).rmse!).toBeLessThan(0.01);
    expect(single.meansOver).toBe(1);
    expect(findPrediction(run, { fitOn: 0.36, smooth: 7 }).meansOver).toBe(7);
  });

  test("is refused, not hidden, where the prefix is too short to tell", () => {
    const found = findPrediction(run, { fitOn: 20 });
    expect(found.status).toBe("refused");
    expect(found.reasons[0]).toContain("must");
  });

  test.each([0, 300, 1.5, -3])("a prefix of %d is refused as usage", (fitOn) => {
    expect(() => findPrediction(run, { fitOn })).toThrow(
      expect.objectContaining({ code: expect.any(String), fix: expect.any(String) }),
    );
  });

  test.each([0, 1])("of %i steps is refused as data", (n) => {
    expect(() => findPrediction(runOf(n, 0), { fitOn: 0.5 })).toThrow(
      expect.objectContaining({ code: "too-few-steps", fix: expect.any(String) }),
    );
  });

  test("by a method that makes no forecast is refused with those that do", () => {
    expect(() => findPrediction(run, { fitOn: 0.5, method: "deming" })).toThrow(/iv or ols/);
  });
});
