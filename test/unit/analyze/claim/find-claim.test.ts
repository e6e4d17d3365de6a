import { describe, expect, test } from "vitest";
import type { ClaimRun } from "../../../../src/analyze/claim/claim-evidence.ts";
import { claimToJson } from "../../../../src/analyze/claim/claim-to-json.ts";
import { findClaim } from "../../../../src/analyze/claim/find-claim.ts";
import { disk } from "../../../../src/base/file-system.ts";
import { checkExperiment } from "../../../../src/config/parse-experiment.ts";
import { type ClaimKind, sweepClaim } from "../../../../src/config/sweep-claims.ts";
import { armLog, type MadeUpRun } from "../../../support/arm-logs.ts";

const claim = (shows: ClaimKind, arms: readonly string[], more = {}) =>
  sweepClaim.parse({ title: "t", source: "s", claim: "c", shows, arms, ...more });

function runs(arm: string, made: Omit<MadeUpRun, "source">, seeds = 3): ClaimRun[] {
  return Array.from({ length: seeds }, (_, seed) => ({
    arm,
    seed,
    config: checkExperiment({ seed }),
    log: armLog({ source: `/runs/${arm}-${seed}`, ...made }),
  }));
}

const two = [...runs("plain", {}), ...runs("kept", { end: 0.25, scores: [0.3, 0.4, 0.5] })];

describe("a claim", () => {
  test("on arms has the means of each run's end, in the claim's order, and judges by them", async () => {
    const rises = claim("arms", ["kept", "plain"], {
      expects: [
        { rises: ["plain", "kept"], in: "entropy" },
        { rises: ["plain", "kept"], in: "reward" },
      ],
    });
    const { arms, outcomes } = await findClaim(disk, rises, two);
    expect(arms.map(({ name, runs: own }) => [name, own.length])).toEqual([
      ["kept", 3],
      ["plain", 3],
    ]);
    // Of 120 steps the mean of the last 12 of end + (.45 - end) e^(-4 i / 120).
    const tail = (end: number): number =>
      Array.from(
        { length: 12 },
        (_, k) => end + (0.45 - end) * Math.exp((-4 * (108 + k)) / 120),
      ).reduce((sum, value) => sum + value, 0) / 12;
    expect(arms[0]!.numbers["entropy"]!.value).toBeCloseTo(tail(0.25), 2);
    expect(arms[1]!.numbers["entropy"]!.value).toBeCloseTo(tail(0.1), 2);
    expect(arms[0]!.numbers["validation"]!.n).toBe(3);
    expect(arms[0]!.numbers["validation"]!.value).toBeCloseTo(0.4, 12);
    expect(arms[1]!.numbers["validation"]).toBeUndefined();
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(["borne-out", "contradicted"]);
  });

  test("on the law has the coefficients that the runs were made with", async () => {
    const { arms } = await findClaim(disk, claim("law", ["plain", "kept"]), two);
    for (const { numbers } of arms) {
      expect(numbers["a"]!.value).toBeCloseTo(0.5, 1);
      expect(numbers["ceiling"]!.value).toBeCloseTo(0.7, 1);
      expect(numbers["r2"]!.value).toBeGreaterThan(0.8);
      expect(numbers["kept"]!.value).toBe(1);
    }
  });

  test("on spending has the shares of a run that spends exponentially", async () => {
    const made = runs("plain", { noise: 1e-6 }, 1);
    const { arms, evidence } = await findClaim(disk, claim("spending", ["plain"]), made);
    const { drop12, drop3 } = arms[0]!.runs[0]!.values;
    // Means over five steps at either end blur the start, as the budget's doc says.
    const spent = (share: number): number => (1 - Math.exp(-4 * share)) / (1 - Math.exp(-4));
    expect(drop12).toBeGreaterThan(spent(1 / 12) - 0.1);
    expect(drop12).toBeLessThan(spent(1 / 12) + 0.01);
    expect(drop3).toBeCloseTo(spent(1 / 3), 1);
    expect(evidence?.shows).toBe("spending");
  });

  test("on prediction is the paper's: it hits a law without noise, and a constant does not", async () => {
    const made = runs("plain", { noise: 1e-9 }, 2);
    const { arms } = await findClaim(disk, claim("prediction", ["plain"]), made);
    const { numbers } = arms[0]!;
    // Means of e^H and of H over 11 steps are not quite those of one H.
    expect(numbers["rmse"]!.value).toBeLessThan(1e-3);
    expect(numbers["constantRmse"]!.value).toBeGreaterThan(0.05);
    expect(numbers["finalError"]!.value).toBeLessThan(1e-3);
    expect(numbers["given"]!.value).toBeGreaterThanOrEqual(0);
  });

  test("without a finished run has no evidence, and the document says null", async () => {
    const empty = claim("arms", ["plain", "kept"], {
      published: { plain: { entropy: "about .02" } },
      expects: [{ rises: ["plain", "kept"], in: "entropy" }],
    });
    const finding = await findClaim(disk, empty, []);
    expect(finding.evidence).toBeUndefined();
    expect(claimToJson(finding)).toMatchObject({
      published: { plain: { entropy: "about .02" } },
      arms: [
        { arm: "plain", runs: [], numbers: {} },
        { arm: "kept", runs: [] },
      ],
      outcomes: [
        {
          rises: ["plain", "kept"],
          outcome: "open",
          steps: [{ from: "plain", to: "kept", difference: null, n: 0 }],
        },
      ],
    });
  });

  test("does not mind runs of other arms", async () => {
    const all = await findClaim(disk, claim("arms", ["kept"]), two);
    const own = await findClaim(disk, claim("arms", ["kept"]), two.slice(3));
    expect(all.arms).toEqual(own.arms);
  });
});
