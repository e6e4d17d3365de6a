import { describe, expect, test } from "vitest";
import type { DetrendedSlope } from "../../../../src/analyze/fit/detrended.ts";
import {
  detrendedGate,
  lengthGate,
  regimeGate,
  slopeGate,
  spreadGate,
  stableGate,
} from "../../../../src/analyze/fit/gates.ts";
import { neighbourMean } from "../../../../src/analyze/fit/instrument.ts";
import type { Estimate } from "../../../../src/analyze/fit/result.ts";
import { fallingEntropy, rewardOf, whiteNoise } from "../../../support/series.ts";

const estimate = (low: number, high: number): Estimate => ({
  value: (low + high) / 2,
  se: (high - low) / 4,
  ci95: [low, high],
});
const WHOLE = estimate(0.9, 1.1);

const beyond = (change: Partial<DetrendedSlope> = {}): DetrendedSlope => ({
  functions: 8,
  a: estimate(0.8, 1.2),
  firstStageF: 40,
  withoutPart: Float64Array.of(1, 0.9, 1.1, 1, 0.8, 1.2),
  largestShare: 0.4,
  ...change,
});
const withOne = (change: Partial<DetrendedSlope>): DetrendedSlope[] => [
  beyond(),
  beyond(change),
  beyond(),
];

describe("detrended", () => {
  test("three slopes that agree with the whole pass", () => {
    expect(detrendedGate(withOne({}), WHOLE).passed).toBe(true);
  });

  test.each<[string, Partial<DetrendedSlope>]>([
    ["has a weak first stage", { firstStageF: 9.9 }],
    ["has an interval that reaches 0", { a: estimate(-0.01, 1.5) }],
    ["is below a third of the whole", { a: estimate(0.05, 0.6) }],
    ["has an upper limit below half the whole", { a: estimate(0.35, 0.45) }],
    ["has a lower limit above twice the whole", { a: estimate(2.1, 2.5) }],
  ])("they fail if one of them %s", (_, change) => {
    expect(detrendedGate(withOne(change), WHOLE).passed).toBe(false);
  });

  test("two slopes are not enough, and none says so in words", () => {
    expect(detrendedGate([beyond(), beyond()], WHOLE).passed).toBe(false);
    expect(detrendedGate([], WHOLE).detail).toContain("not estimable");
  });
});

describe("spread", () => {
  test("evidence in all parts passes, evidence in one part or lost without one part does not", () => {
    expect(spreadGate(withOne({}), WHOLE).passed).toBe(true);
    expect(spreadGate(withOne({ largestShare: 0.61 }), WHOLE).passed).toBe(false);
    const lost = Float64Array.of(1, 1, 0.3, 1, 1, 1);
    expect(spreadGate(withOne({ withoutPart: lost }), WHOLE).passed).toBe(false);
  });
});

describe("regime", () => {
  test("entropy may rise to twice its start plus half a nat, as a mean over 11 steps", () => {
    const start = new Float64Array(200).fill(0.4);
    expect(regimeGate(start.map((value, i) => (i > 100 ? 1.29 : value))).passed).toBe(true);
    expect(regimeGate(start.map((value, i) => (i > 100 ? 1.31 : value))).passed).toBe(false);
    expect(regimeGate(start.map((value, i) => (i === 100 ? 9 : value))).passed).toBe(true);
  });
});

describe("stable", () => {
  const entropy = fallingEntropy(300);
  const x = entropy.map(Math.exp);
  const z = neighbourMean(x, { reach: 10, gap: 2 });
  const noise = whiteNoise(300, 0.002, "R");

  test("a law that holds at low entropy as well passes", () => {
    const reward = rewardOf(entropy, 1).map((value, i) => value + noise[i]!);
    expect(stableGate(x, reward, z, WHOLE).passed).toBe(true);
  });

  test("a slope that only the highest fifth of entropy carries fails", () => {
    const lowest = 1.3; // the highest fifth of e^H begins at 1.29
    const reward = x.map((value, i) => 1 - Math.max(0, value - lowest) + noise[i]!);
    const gate = stableGate(x, reward, z, WHOLE);
    expect(gate.passed).toBe(false);
    expect(gate.detail).toMatch(/must reach 0\.333 to 3/);
  });

  test("where the rest has no trend the rule does not apply", () => {
    const late = entropy.map((value, i) => (i < 60 ? value : 0.1 + whiteNoise(300, 0.05, "H")[i]!));
    const flat = late.map(Math.exp);
    const gate = stableGate(flat, noise, neighbourMean(flat, { reach: 10, gap: 2 }), WHOLE);
    expect(gate).toMatchObject({ passed: true });
    expect(gate.detail).toContain("cannot be seen either way");
  });
});

describe("every gate says what was found and what was required", () => {
  test.each([
    [lengthGate(49), "49 steps, must be at least 50"],
    [slopeGate(estimate(-0.1, 0.4)), "95 % interval of a = -0.1 to 0.4, must lie above 0"],
  ])("%#", (gate, words) => {
    expect(gate.passed).toBe(false);
    expect(gate.detail).toBe(words);
  });
});
