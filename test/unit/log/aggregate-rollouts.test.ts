import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { disk } from "../../../src/base/file-system.ts";
import { DIVERSITY_COLUMNS, aggregateRollouts } from "../../../src/log/aggregate-rollouts.ts";
import { type MadeUpResponse, randomResponses, writeStep } from "../../support/rollout-run.ts";

const scratch = mkdtempSync(join(tmpdir(), "entlaw-rollouts-"));
afterAll(() => rmSync(scratch, { recursive: true }));
const at = (name: string): string => join(scratch, name);
const ALPHA = 1 / 15;

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function softmax(values: readonly number[]): number[] {
  const weights = values.map((value) => Math.exp(value - Math.max(...values)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

const entropyOf = (shares: readonly number[]): number =>
  -shares.reduce((sum, share) => sum + (share > 0 ? share * Math.log(share) : 0), 0);

/** The same numbers in plain loops. */
function byHand(responses: readonly MadeUpResponse[]): Record<string, number> {
  const groups = [...Map.groupBy(responses, ({ groupId }) => groupId).values()].map((group) => {
    const q = softmax(group.map(({ logProbs }) => mean(logProbs)));
    const p = softmax(group.map(({ reward }) => reward / ALPHA));
    const correct = group.filter(({ reward }) => reward >= 1);
    return {
      size: group.length,
      qEntropy: entropyOf(q),
      pEntropy: entropyOf(p),
      kl: p.reduce((sum, share, i) => sum + share * Math.log(share / q[i]!), 0),
      mse: mean(p.map((share, i) => (share - q[i]!) ** 2)),
      correct: correct.length,
      distinctCorrect: new Set(correct.map(({ response }) => response)).size,
      distinct: new Set(group.map(({ response }) => response)).size,
    };
  });
  const sum = (read: (group: (typeof groups)[number]) => number): number =>
    groups.reduce((total, group) => total + read(group), 0);
  const average = (read: (group: (typeof groups)[number]) => number): number =>
    sum(read) / groups.length;
  return {
    groups: groups.length,
    responses: responses.length,
    q_entropy: average(({ qEntropy }) => qEntropy),
    p_entropy: average(({ pEntropy }) => pEntropy),
    kl: average(({ kl }) => kl),
    mse: average(({ mse }) => mse),
    correct_share: sum(({ correct }) => correct) / responses.length,
    solved_share: average(({ correct }) => (correct > 0 ? 1 : 0)),
    modes: average(({ distinctCorrect }) => distinctCorrect),
    distinct_correct_share:
      sum(({ distinctCorrect }) => distinctCorrect) / sum(({ correct }) => correct),
    distinct_share: sum(({ distinct }) => distinct) / responses.length,
  };
}

describe("aggregateRollouts", () => {
  test("equals plain loops over the same responses, step by step", async () => {
    const run = at("random");
    const steps = [3, 7, 1_000_000];
    for (const step of steps) writeStep(run, step, randomResponses(`step ${step}`));
    const { table, correctFrom, withoutTokens } = await aggregateRollouts(disk, run, {
      alpha: ALPHA,
    });
    expect([...table.columns.keys()]).toEqual([...DIVERSITY_COLUMNS]);
    expect([...table.columns.get("step")!]).toEqual(steps);
    expect({ correctFrom, withoutTokens }).toEqual({ correctFrom: 1, withoutTokens: 0 });
    for (const [row, step] of steps.entries()) {
      for (const [name, value] of Object.entries(byHand(randomResponses(`step ${step}`)))) {
        expect([name, table.columns.get(name)![row]]).toEqual([name, expect.closeTo(value, 10)]);
      }
    }
  });

  test("does not depend on the order of the responses", async () => {
    const responses = randomResponses("order");
    writeStep(at("one-way"), 1, responses);
    writeStep(at("other-way"), 1, responses.toReversed());
    const [one, other] = await Promise.all(
      ["one-way", "other-way"].map((name) => aggregateRollouts(disk, at(name), { alpha: ALPHA })),
    );
    for (const [name, values] of one!.table.columns) {
      expect([name, other!.table.columns.get(name)![0]]).toEqual([
        name,
        expect.closeTo(values[0]!, 12),
      ]);
    }
  });

  test("of equal responses has the largest entropy, no divergence and one mode", async () => {
    const size = 8;
    const same: MadeUpResponse[] = Array.from({ length: size }, (_, sequenceId) => ({
      groupId: 4,
      sequenceId,
      prompt: "p",
      response: "x",
      reward: 1,
      verdict: undefined,
      logProbs: [-0.5],
    }));
    writeStep(at("same"), 1, same);
    const { table } = await aggregateRollouts(disk, at("same"), { alpha: ALPHA });
    const value = (name: string): number => table.columns.get(name)![0]!;
    expect(value("q_entropy")).toBeCloseTo(Math.log(size), 12);
    expect(value("p_entropy")).toBeCloseTo(Math.log(size), 12);
    expect(value("kl")).toBeCloseTo(0, 12);
    expect(value("mse")).toBeCloseTo(0, 12);
    expect([value("modes"), value("distinct_correct_share")]).toEqual([1, 1 / size]);
  });

  test("has no q where the token table is missing, or one response has no token in it", async () => {
    const responses = randomResponses("partial", 1);
    writeStep(at("partial"), 1, responses, { withTokens: false });
    writeStep(at("partial"), 2, [{ ...responses[0]!, logProbs: [] }, ...responses.slice(1)]);
    const { table, withoutTokens } = await aggregateRollouts(disk, at("partial"), {
      alpha: ALPHA,
    });
    for (const name of ["q_entropy", "kl", "mse"]) {
      expect([name, ...table.columns.get(name)!]).toEqual([name, Number.NaN, Number.NaN]);
    }
    expect(table.columns.get("p_entropy")!.every(Number.isFinite)).toBe(true);
    expect(withoutTokens).toBe(1);
  });

  test("counts as correct what the caller says", async () => {
    writeStep(at("threshold"), 1, randomResponses("threshold"));
    const share = async (correctFrom: number): Promise<number> => {
      const { table } = await aggregateRollouts(disk, at("threshold"), { alpha: 1, correctFrom });
      return table.columns.get("correct_share")![0]!;
    };
    expect(await share(0)).toBe(1);
    expect(await share(0.1)).toBeLessThan(1);
    expect(await share(1)).toBeLessThan(await share(0.1));
    expect(await share(2)).toBe(0);
  });

  test("refuses a run without rollouts, and files that are none", async () => {
    mkdirSync(at("none"));
    await expect(aggregateRollouts(disk, at("none"), { alpha: 1 })).rejects.toMatchObject({
      code: "no-rollouts",
    });
    mkdirSync(join(at("broken"), "rollouts"), { recursive: true });
    writeFileSync(join(at("broken"), "rollouts", "step-000001.parquet"), "PAR1 not");
    await expect(aggregateRollouts(disk, at("broken"), { alpha: 1 })).rejects.toMatchObject({
      code: "not-rollouts",
    });
  });
});
