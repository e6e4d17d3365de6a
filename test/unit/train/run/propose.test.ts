/** Proposals of the frozen reference policy: weights that correct their temperature, and estimates that training leaves alone. */
import { beforeAll, describe, expect, test } from "vitest";
import { makeRng } from "../../../../src/base/random.ts";
import { useEngine } from "../../../../src/engine/backend/use-engine.ts";
import type { LogPartition } from "../../../../src/train/intervention/log-partition.ts";
import type { Lab } from "../../../../src/train/run/lab.ts";
import { propose } from "../../../../src/train/run/propose.ts";
import { drawProblems } from "../../../../src/train/run/sample-batch.ts";
import { trainStep } from "../../../../src/train/run/train-step.ts";
import { smallConfig, smallLab } from "../../../support/small-lab.ts";

beforeAll(() => useEngine("graph", { threads: 1 }));

const labOf = (intervention: object): Lab =>
  smallLab(smallConfig({ intervention: { kind: "disa", ...intervention } as never }), 1, 4);

async function estimates(lab: Lab, seed = 1): Promise<readonly LogPartition[]> {
  const problems = drawProblems(lab.task, "train", 8, makeRng(seed, "problems"));
  return (await propose(lab, problems, makeRng(seed, "proposals")))!;
}

describe("proposals", () => {
  test("without a reward have Z = 1, at the policy's own temperature with weights of 1", async () => {
    const found = await estimates(labOf({ beta: 0 }));
    expect(found).toHaveLength(8);
    for (const { logZ, effectiveShare } of found) {
      expect(Math.abs(logZ)).toBeLessThan(1e-4);
      expect(effectiveShare).toBeGreaterThan(1 - 1e-8);
    }
  });

  test("of another temperature are weighed so that Z stays 1 in the mean", async () => {
    const found = await estimates(labOf({ beta: 0, temperature: 1.1, proposals: 128 }));
    const sizes = found.map(({ logZ }) => Math.exp(logZ));
    const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    // An independent error: from the effective share, Var(w) / Z² = 1 / share − 1.
    const spread = found.reduce((sum, one) => sum + 1 / one.effectiveShare - 1, 0) / found.length;
    const error = Math.sqrt(spread / 128 / found.length);
    expect(spread).toBeGreaterThan(0.01);
    expect(error).toBeLessThan(0.05);
    expect(Math.abs(mean - 1)).toBeLessThan(4 * error);
  });

  test("do not change while the policy learns", async () => {
    const lab = labOf({ beta: 3 });
    const before = await estimates(lab);
    const plan = { step: 1, evaluate: false, updates: false };
    await trainStep(lab, plan, {}, makeRng(1));
    expect(await estimates(lab)).toEqual(before);
    expect(await estimates(lab, 2)).not.toEqual(before);
  });

  test("are what a step's row tells of log Z", async () => {
    const lab = labOf({ beta: 3, temperature: 1.1 });
    const plan = { step: 1, evaluate: false, updates: false };
    const { row, batch } = await trainStep(lab, plan, {}, makeRng(1));
    const mean = (of: (one: LogPartition) => number): number =>
      batch.partitions!.reduce((sum, one) => sum + of(one), 0) / batch.partitions!.length;
    expect(row.get("log_z")).toBeCloseTo(
      mean(({ logZ }) => logZ),
      12,
    ); // as many responses to each prompt
    expect(row.get("log_z_ess")).toBeCloseTo(
      mean(({ effectiveShare }) => effectiveShare),
      12,
    );
    expect(row.get("log_z_max_weight")).toBeCloseTo(
      mean(({ largestShare }) => largestShare),
      12,
    );
    expect(row.get("log_z_bias")).toBeCloseTo(
      mean(({ bias }) => bias),
      12,
    );
    expect(row.get("log_z_ess")).toBeLessThan(1);
    expect(row.get("process_loss")).toBeNull();
  });

  test("are of no other intervention", async () => {
    const lab = smallLab(smallConfig({ intervention: { kind: "flowrl" } }));
    const problems = drawProblems(lab.task, "train", 2, makeRng(1));
    expect(await propose(lab, problems, makeRng(1))).toBeUndefined();
  });
});
