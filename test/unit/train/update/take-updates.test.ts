/** Laws of a step's updates: memory settings change nothing, the first update is on policy, small steps obey Lemma 1. */
import { beforeAll, describe, expect, test } from "vitest";
import { makeRng } from "../../../../src/base/random.ts";
import type { ExperimentInput } from "../../../../src/config/experiment-config.ts";
import { useEngine } from "../../../../src/engine/backend/use-engine.ts";
import { computeAdvantages } from "../../../../src/train/advantage/advantages.ts";
import { parameterValues } from "../../../../src/train/policy/policy.ts";
import type { Lab } from "../../../../src/train/run/lab.ts";
import type { StepBatch } from "../../../../src/train/update/step-batch.ts";
import { takeUpdates, type UpdatesTaken } from "../../../../src/train/update/take-updates.ts";
import { smallConfig, smallLab, someExperience } from "../../../support/small-lab.ts";

beforeAll(() => useEngine("graph", { threads: 1 }));

interface Outcome {
  readonly taken: UpdatesTaken;
  readonly moved: Float32Array;
  readonly lab: Lab;
  readonly batch: StepBatch;
}

/** Takes the updates of one step with made-up rewards, and tells how far the parameters moved. */
async function update(
  changes: ExperimentInput,
  edit: (batch: StepBatch) => StepBatch = (batch) => batch,
): Promise<Outcome> {
  const lab = smallLab(smallConfig(changes));
  const { responses, rewards } = await someExperience(lab);
  const places = responses.count * responses.longest;
  const mask = new Float64Array(places);
  const tokenRewards = new Float64Array(places);
  responses.lengths.forEach((length, b) => {
    mask.fill(1, b * responses.longest, b * responses.longest + length);
    tokenRewards[b * responses.longest + length - 1] = rewards[b]!;
  });
  const matrix = (values: Float64Array) => ({
    rows: responses.count,
    columns: responses.longest,
    values,
  });
  const values = matrix(new Float64Array(places));
  const { advantages, returns } = computeAdvantages(
    { rewards: matrix(tokenRewards), mask: matrix(mask), group: responses.promptOf, values },
    lab.config.advantage,
  );
  const valued =
    lab.config.advantage.kind === "gae"
      ? { returns: returns.values, oldValues: new Float32Array(places) }
      : {};
  const batch = edit({
    responses,
    rewards,
    coefficient: 0.01,
    advantage: advantages.values,
    ...valued,
  });
  const before = parameterValues(lab.policy);
  const taken = await takeUpdates(lab, batch, { step: 1, measure: true }, makeRng(3));
  const after = parameterValues(lab.policy);
  const moved = Float32Array.from(
    [...after].flatMap(([name, now]) =>
      Array.from(now, (value, k) => value - before.get(name)![k]!),
    ),
  );
  return { taken, moved, lab, batch };
}

const length = (values: Float32Array): number => Math.hypot(...values);
const distance = (a: Float32Array, b: Float32Array): number => length(a.map((x, k) => x - b[k]!));

/** Plain descent has no square roots to blow rounding up: moves are proportional to gradients as long as Adam is fresh. */
const STEADY = { optimizer: { learningRate: 1e-3, epsilon: 1 } };

describe("the updates of a step", () => {
  test.each<[string, ExperimentInput]>([
    ["none", {}],
    ["clip-cov", { intervention: { kind: "clip-cov", share: 0.1, low: 0, high: 9 } }],
    ["kl-cov", { intervention: { kind: "kl-cov", share: 0.1, coefficient: 1 } }],
    ["sequence means", { aggregation: "seq-mean-token-mean" }],
    ["prompt means", { aggregation: "prompt-mean-token-mean" }],
    ["gspo", { loss: { kind: "gspo" } }],
    ["a loss of whole responses", { intervention: { kind: "dmpo" } }],
    ["a learnt log Z", { intervention: { kind: "flowrl" } }],
    ["weights", { intervention: { kind: "sign-weights", positive: 0.1, negative: 2 } }],
    ["a controller", { intervention: { kind: "adaptive-entropy" } }],
    ["a value head", { advantage: { kind: "gae" } }],
  ])("are the same for every micro-batch (%s)", async (_, changes) => {
    const whole = await update({
      ...STEADY,
      ...changes,
      update: { miniBatches: 2, microBatch: 16 },
    });
    for (const microBatch of [3, 8]) {
      const parts = await update({ ...STEADY, ...changes, update: { miniBatches: 2, microBatch } });
      expect(distance(parts.moved, whole.moved)).toBeLessThan(1e-4 * length(whole.moved));
      expect(parts.taken.marks).toEqual(whole.taken.marks);
    }
  });

  test("with a scope of micro-batches are not: the setting chooses other tokens", async () => {
    const kind = { kind: "kl-cov", share: 0.1, scope: "micro" } as const;
    const [one, other] = await Promise.all(
      [16, 4].map((microBatch) =>
        update({ intervention: kind, update: { miniBatches: 2, microBatch } }),
      ),
    );
    expect(one!.taken.marks.selected).not.toEqual(other!.taken.marks.selected);
  });

  test("keep groups whole where prompts were dropped", async () => {
    // Of five groups of four a half of the responses would be ten.
    const few: ExperimentInput = { rollout: { prompts: 5, samples: 4, zeroVariance: "drop" } };
    const updates = { miniBatches: 2, microBatch: 4 };
    const firstUpdates = async (changes: ExperimentInput): Promise<number[]> => {
      const { taken, batch } = await update({ ...changes, update: updates });
      const { count, longest } = batch.responses;
      return Array.from({ length: count }, (_, b) => taken.marks.update[b * longest]!);
    };
    expect(await firstUpdates(few)).toEqual([...Array(12).fill(1), ...Array(8).fill(2)]);
    const kept: ExperimentInput = { rollout: { prompts: 5, samples: 4 } };
    expect(await firstUpdates(kept)).toEqual([...Array(10).fill(1), ...Array(10).fill(2)]);
  });

  test("move nothing without advantages", async () => {
    const { moved } = await update({}, (batch) => ({
      ...batch,
      advantage: new Float64Array(batch.advantage.length),
    }));
    expect(length(moved)).toBe(0);
  });

  test("have the gradients of their own mini-batch alone", async () => {
    const { taken } = await update({ update: { miniBatches: 2, microBatch: 8 } }, (batch) => ({
      ...batch,
      advantage: batch.advantage.map((value, place) =>
        place < batch.advantage.length / 2 ? value : 0,
      ),
    }));
    expect(taken.rows[0]!.get("grad_norm")).toBeGreaterThan(0);
    expect(taken.rows[1]!.get("grad_norm")).toBe(0);
  });

  test("begin on policy, where KL-Cov does nothing", async () => {
    const one = { update: { miniBatches: 1, microBatch: 16 } };
    const plain = await update({ ...one, loss: { kind: "policy-gradient" } });
    const pulled = await update({
      ...one,
      intervention: { kind: "kl-cov", share: 0.5, coefficient: 100 },
    });
    expect(pulled.moved).toEqual(plain.moved);
    expect(pulled.taken.rows[0]!.get("selected_share")).toBeGreaterThan(0.4);
    const twice = { update: { miniBatches: 1, microBatch: 16, epochs: 2 } };
    const later = await update({
      ...twice,
      intervention: { kind: "kl-cov", share: 0.5, coefficient: 100 },
    });
    const laterPlain = await update({ ...twice, loss: { kind: "policy-gradient" } });
    expect(distance(later.moved, laterPlain.moved)).toBeGreaterThan(0.1 * length(later.moved));
  });

  test("clip nothing in the first one, whatever the rounding of the rollout", async () => {
    const { taken } = await update({ loss: { kind: "ppo-clip", clipLow: 0, clipHigh: 0 } });
    const [first] = taken.rows;
    expect(first!.get("clip_low_share")).toBe(0);
    expect(first!.get("clip_high_share")).toBe(0);
  });

  test("change entropy as Lemma 1 says, the better the smaller they are", async () => {
    const errors: number[] = [];
    for (const learningRate of [3e-4, 3e-5]) {
      const { taken } = await update({ optimizer: { learningRate }, update: { miniBatches: 1 } });
      const [row] = taken.rows;
      const predicted = row!.get("predicted_entropy_change")!;
      const measured = row!.get("measured_entropy_change")!;
      expect(measured).not.toBe(0);
      errors.push(Math.abs(predicted / measured - 1));
    }
    expect(errors[0]).toBeLessThan(0.5);
    expect(errors[1]).toBeLessThan(0.2 * errors[0]!); // the error is of second order
  });

  test.each(["flowrl", "disa"] as const)(
    "have no other loss than the residuals of %s, which they make smaller",
    async (kind) => {
      const { taken } = await update({
        intervention: { kind, beta: 2, importance: "none" },
        optimizer: { learningRate: 3e-3 },
        update: { miniBatches: 1, epochs: 20 },
      });
      const residuals = taken.rows.map((row) => row.get("log_z_residual")!);
      for (const [k, row] of taken.rows.entries())
        expect(row.get("loss")! / residuals[k]!).toBeCloseTo(1, 4);
      expect(residuals.at(-1)).toBeLessThan(0.5 * residuals[0]!);
      // The head starts at 0; a frozen log Z is that of the batch, which has none here.
      const moved = Math.abs(taken.rows.at(-1)!.get("log_z")!);
      if (kind === "flowrl") expect(moved).toBeGreaterThan(0.01);
      else expect(moved).toBe(0);
    },
  );

  test("tell the share of chosen tokens by quadrant, which add up", async () => {
    const { taken } = await update({
      intervention: { kind: "clip-cov", share: 0.2, low: -9, high: 9 },
    });
    for (const row of taken.rows) {
      const parts = ["positive_high", "positive_low", "negative_high", "negative_low"];
      const sum = parts.reduce((total, part) => total + row.get(`selected_${part}`)!, 0);
      expect(sum).toBeCloseTo(row.get("selected_share")!, 12);
      expect(row.get("selected_share")).toBeGreaterThan(0.15);
    }
  });
});
