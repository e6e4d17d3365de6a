import { describe, expect, test } from "vitest";
import { fitEntropyLaw, findEntropyLaw } from "../../../../src/analyze/finding/entropy-law.ts";
import { inputOfTable } from "../../../../src/analyze/finding/law-input.ts";
import { makeTable } from "../../../../src/log/table.ts";
import { fallingEntropy, rewardOf, rowNumbers, whiteNoise } from "../../../support/series.ts";

const N = 240;
const columns = { entropy: "H", reward: "R" };

/** A run on R = 1.4 - .5 e^H with noise in both measurements. */
function noisyRun(n = N) {
  const truth = fallingEntropy(n);
  const [noiseH, noiseR] = [whiteNoise(n, 0.03, "H"), whiteNoise(n, 0.01, "R")];
  return makeTable([
    ["step", rowNumbers(n)],
    ["H", truth.map((value, i) => value + noiseH[i]!)],
    ["R", rewardOf(truth).map((value, i) => value + noiseR[i]!)],
  ]);
}

const run = noisyRun();
const input = inputOfTable(run, columns);

describe("the entropy law of a run", () => {
  test("is found by default with its neighbours, where least squares shrinks a", () => {
    const { fit, crossChecks } = fitEntropyLaw(run, columns);
    const [ols] = crossChecks;
    if (fit.status === "degenerate" || ols?.fit.status !== "converged") expect.unreachable();
    const [low, high] = fit.parameters["a"]!.ci95;
    expect(fit.method).toBe("iv");
    expect(low).toBeLessThan(0.5);
    expect(high).toBeGreaterThan(0.5);
    expect(ols.fit.parameters["a"]!.value).toBeLessThan(0.48);
  });

  test("has a curve that ends in its ceiling: at H = 0 line and band are ceiling and interval", () => {
    const { fit, curve } = findEntropyLaw(input, {});
    if (fit.status === "degenerate") expect.unreachable();
    expect(curve!.entropy[0]).toBe(0);
    expect(curve!.reward[0]).toBeCloseTo(fit.ceiling!.value, 12);
    expect([curve!.low[0], curve!.high[0]]).toEqual(
      fit.ceiling!.ci95.map((end) => expect.closeTo(end, 9)),
    );
  });

  test("moves with the unit of reward: c R + d has c a and c (b - a) + d, and the same verdict", () => {
    const scaled = findEntropyLaw({ ...input, reward: input.reward.map((r) => 100 * r - 7) }, {});
    const plain = findEntropyLaw(input, {});
    if (scaled.fit.status === "degenerate" || plain.fit.status === "degenerate")
      expect.unreachable();
    const ratio = scaled.fit.parameters["a"]!.value / plain.fit.parameters["a"]!.value;
    expect(ratio).toBeCloseTo(100, 9);
    expect(scaled.fit.ceiling!.value).toBeCloseTo(100 * plain.fit.ceiling!.value - 7, 9);
    expect(scaled.verdict.kind).toBe(plain.verdict.kind);
  });

  test("uses the steps of the window and keeps all of them for the charts", () => {
    const { fit, series, choices } = findEntropyLaw(input, { window: [20, 179] });
    expect(fit.n).toBe(160);
    expect([series.step[0], series.step.at(-1)]).toEqual([20, 179]);
    expect(series.rawStep).toHaveLength(N);
    expect(choices.window).toEqual([20, 179]);
  });

  test("keeps verdict and band of the unsmoothed steps whatever the method", () => {
    const plain = findEntropyLaw(input, {});
    const smoothed = findEntropyLaw(input, { smooth: 11 });
    expect(smoothed.fit.method).toBe("ols");
    expect(smoothed.fit.n).toBe(N - 10);
    expect(smoothed.verdict).toEqual(plain.verdict);
    expect(smoothed.ceilingBand).toEqual(plain.ceilingBand);
  });

  test("of constant entropy is a status, without curve, ceiling or number", () => {
    const constant = { ...input, entropy: new Float64Array(N).fill(0.5) };
    const { fit, verdict, curve, ceilingBand } = findEntropyLaw(constant, {});
    expect(fit.status).toBe("degenerate");
    expect(verdict).toMatchObject({ holds: "no", kind: "not-identified" });
    expect([curve, ceilingBand]).toEqual([undefined, undefined]);
  });

  test.each([0, 1, 2, 3, 4])("of %i steps is a status too", (n) => {
    const { fit, verdict } = fitEntropyLaw(noisyRun(n), columns);
    expect(fit.status).toBe("degenerate");
    expect(verdict.holds).toBe("no");
  });

  test("never says yes where the settings are known to have changed in mid-run", () => {
    const { verdict } = findEntropyLaw(input, { interventionAt: 100 });
    expect(verdict.holds).not.toBe("yes");
    expect(verdict.gates.find(({ name }) => name === "undisturbed")?.passed).toBe(false);
  });

  test("has bootstrap intervals where they are asked for, the same for the same seed", () => {
    const fitted = (seed: number) => {
      const { fit } = findEntropyLaw(input, { bootstrap: 50, seed });
      return fit.status === "degenerate" ? undefined : fit.parameters["a"]!.bootstrap95;
    };
    expect(fitted(1)).toEqual(fitted(1));
    expect(fitted(1)).not.toEqual(fitted(2));
    expect(fitted(1)![0]).toBeLessThan(fitted(1)![1]);
  });
});

describe("choices that contradict each other", () => {
  test.each([
    ["iv with smoothing", { method: "iv", smooth: 5 }, "iv-options"],
    ["iv with a fixed parameter", { method: "iv", fixed: { a: 1 } }, "iv-options"],
    ["least squares with a noise ratio", { method: "ols", noiseRatio: 1 }, "noise-ratio-method"],
    ["a window without steps", { window: [1000, 2000] }, "empty-window"],
  ] as const)("%s is refused with a way out", (_, request, code) => {
    expect(() => findEntropyLaw(input, request)).toThrow(
      expect.objectContaining({ code, fix: expect.any(String) }),
    );
  });

  test("a noise ratio alone stands for Deming", () => {
    expect(findEntropyLaw(input, { noiseRatio: 1 }).fit.method).toBe("deming");
  });
});
