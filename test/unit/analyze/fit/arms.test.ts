import { describe, expect, test } from "vitest";
import { armsSlope, type Arm, meanArm } from "../../../../src/analyze/fit/arms.ts";
import { rowNumbers, whiteNoise } from "../../../support/series.ts";

const N = 150;

function pathTo(end: number): Float64Array {
  return rowNumbers(N).map((i) => end + (0.45 - end) * Math.exp((-4 * i) / N));
}

/** An arm whose reward is 1.4 − a e^H plus a rise with the clock. */
function arm(end: number, a: number, clock: number, noise = 0): Arm {
  const path = pathTo(end);
  const seen = whiteNoise(N, noise, `H ${end}`);
  const batch = whiteNoise(N, noise, `R ${end}`);
  return {
    step: rowNumbers(N),
    entropy: path.map((value, i) => value + seen[i]!),
    reward: path.map((value, i) => 1.4 - a * Math.exp(value) + clock * (i / N) + batch[i]!),
  };
}

describe("the slope between arms", () => {
  test("it is the law's slope exactly, whatever the clock that the arms share", () => {
    const found = armsSlope([arm(0.05, 0.5, 7), arm(0.15, 0.5, 7), arm(0.3, 0.5, 7)]);
    expect(found).toMatchObject({ status: "estimated", arms: 3, steps: N });
    if (found.status === "estimated") expect(found.a.value).toBeCloseTo(0.5, 10);
  });

  test("it is 0 where reward is a function of the clock alone", () => {
    const found = armsSlope([
      arm(0.05, 0, 0.3, 0.01),
      arm(0.15, 0, 0.3, 0.01),
      arm(0.3, 0, 0.3, 0.01),
    ]);
    if (found.status === "degenerate") throw new Error(found.explanation);
    expect(found.firstStageF).toBeGreaterThan(10);
    expect(found.a.ci95[0]).toBeLessThan(0);
    expect(found.a.ci95[1]).toBeGreaterThan(0);
  });

  test("only the steps that all arms have are used", () => {
    const late = arm(0.3, 0.5, 1);
    const cut: Arm = {
      step: late.step.slice(20),
      entropy: late.entropy.slice(20),
      reward: late.reward.slice(20),
    };
    const found = armsSlope([arm(0.05, 0.5, 1), cut]);
    expect(found.steps).toBe(N - 20);
    if (found.status === "estimated") expect(found.a.value).toBeCloseTo(0.5, 10);
  });

  test("seeds of an arm are one arm: the law of their mean at the steps that all have", () => {
    const seeds = [0.05, 0.2].map((end) => arm(end, 0.5, 1));
    const late = arm(0.1, 0.5, 1);
    const cut: Arm = {
      step: late.step.slice(10),
      entropy: late.entropy.slice(10),
      reward: late.reward.slice(10),
    };
    const mean = meanArm([...seeds, cut]);
    expect(mean.step).toEqual(late.step.slice(10));
    for (const [i, entropy] of mean.entropy.entries()) {
      expect(mean.reward[i]).toBeCloseTo(1.4 - 0.5 * Math.exp(entropy) + mean.step[i]! / N, 12);
    }
  });

  test("what sets an arm apart beside its entropy widens the interval", () => {
    const offsets = [0.02, -0.03, 0.025, -0.01];
    const arms = [0.05, 0.12, 0.2, 0.3].map((end, k) => {
      const one = arm(end, 0.5, 1);
      return { ...one, reward: one.reward.map((value) => value + offsets[k]!) };
    });
    const found = armsSlope(arms);
    if (found.status === "degenerate") throw new Error(found.explanation);
    expect(found.a.ci95[0]).toBeLessThan(0.5);
    expect(found.a.ci95[1]).toBeGreaterThan(0.5);
    expect(found.a.ci95[1] - found.a.ci95[0]).toBeGreaterThan(0.2);
  });

  test("one arm, arms without common steps and arms that are the same have no slope", () => {
    const one = arm(0.1, 0.5, 1);
    const elsewhere: Arm = { ...one, step: one.step.map((value) => value + 1000) };
    expect(armsSlope([one])).toMatchObject({
      explanation: "a comparison needs at least 2 arms, got 1",
    });
    expect(armsSlope([one, elsewhere])).toMatchObject({ status: "degenerate", steps: 0 });
    expect(armsSlope([one, one])).toMatchObject({ status: "degenerate" });
  });
});
