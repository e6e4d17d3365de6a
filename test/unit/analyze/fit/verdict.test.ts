import { describe, expect, test } from "vitest";
import type { DetrendedSlope } from "../../../../src/analyze/fit/detrended.ts";
import type { Estimate } from "../../../../src/analyze/fit/result.ts";
import { decideVerdict, type GateName, type Verdict } from "../../../../src/analyze/fit/verdict.ts";

const NAMES: readonly GateName[] = [
  "length",
  "regime",
  "identified",
  "slope",
  "fit",
  "stable",
  "detrended",
  "spread",
  "undisturbed",
];

const estimate = (low: number, high: number): Estimate => ({
  value: (low + high) / 2,
  se: (high - low) / 4,
  ci95: [low, high],
});

const beyondTrend = (low: number, high: number, firstStageF = 50): DetrendedSlope => ({
  functions: 6,
  a: estimate(low, high),
  firstStageF,
  withoutPart: new Float64Array(6),
  largestShare: 0.3,
});

interface Case {
  readonly failed?: readonly GateName[];
  readonly contradictions?: readonly string[];
  readonly detrended?: readonly DetrendedSlope[];
}

function verdictOf({ failed = [], contradictions = [], detrended = [] }: Case): Verdict {
  return decideVerdict({
    gates: NAMES.map((name) => ({ name, passed: !failed.includes(name), detail: "" })),
    a: estimate(0.9, 1.1),
    detrended,
    contradictions,
    reasons: ["a reason"],
  });
}

describe("the verdict", () => {
  test("it is yes only if every gate passes", () => {
    expect(verdictOf({}).holds).toBe("yes");
    for (const name of NAMES) expect(verdictOf({ failed: [name] }).holds).not.toBe("yes");
  });

  test("it is weak if and only if no basic gate fails and another does", () => {
    for (const name of NAMES) {
      const basic = !["detrended", "spread", "undisturbed"].includes(name);
      expect(verdictOf({ failed: [name] }).holds).toBe(basic ? "no" : "weak");
    }
  });

  test.each<[string, Case]>([
    ["cannot separate it from a common trend", { failed: ["detrended"] }],
    ["rests on one episode", { failed: ["spread"] }],
    ["an intervention during the run", { failed: ["undisturbed"] }],
    ["do NOT carry to reward", { failed: ["detrended"], detrended: [beyondTrend(-0.1, 0.3)] }],
  ])("weak: %s", (words, evidence) => {
    expect(verdictOf(evidence).sentence).toContain(words);
  });

  test("a detrended slope without power does not say that fast movements fail to carry", () => {
    const vague = [beyondTrend(-2, 0.3), beyondTrend(-0.1, 0.3, 5), beyondTrend(0.2, 0.7)];
    expect(verdictOf({ failed: ["detrended"], detrended: vague }).sentence).toContain(
      "common trend",
    );
  });

  test("no is contradicted only with evidence, and quotes it", () => {
    const verdict = verdictOf({ failed: ["fit"], contradictions: ["reward leaves the curve"] });
    expect(verdict.kind).toBe("contradicted");
    expect(verdict.sentence).toBe("contradicted: reward leaves the curve");
    expect(verdictOf({ failed: ["fit"] }).kind).toBe("not-identified");
  });

  test("an explosion of entropy is outside the regime, and neither it nor a lack of data is against the law", () => {
    const outside = verdictOf({ failed: ["regime"] });
    expect(outside.kind).toBe("outside-regime");
    expect(outside.sentence).toContain("not evidence against");
    expect(verdictOf({ failed: ["length"] }).sentence).toContain("not evidence against");
  });

  test("a contradiction does not touch a run that passes the basic gates", () => {
    expect(verdictOf({ failed: ["detrended"], contradictions: ["stray"] }).holds).toBe("weak");
  });
});
