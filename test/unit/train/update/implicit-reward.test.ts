/** The model of process rewards: what it says before and after it learns, and that it descends the cross-entropy. */
import { beforeAll, describe, expect, test } from "vitest";
import { makeRng } from "../../../../src/base/random.ts";
import type { ExperimentInput } from "../../../../src/config/experiment-config.ts";
import { useEngine } from "../../../../src/engine/backend/use-engine.ts";
import type { Lab } from "../../../../src/train/run/lab.ts";
import { trainStep } from "../../../../src/train/run/train-step.ts";
import type { Labelled } from "../../../../src/train/update/implicit-reward.ts";
import type { Part } from "../../../../src/train/update/lay-out.ts";
import { partsOfStep } from "../../../../src/train/update/step-batch.ts";
import { smallConfig, smallLab, someExperience } from "../../../support/small-lab.ts";

beforeAll(() => useEngine("graph", { threads: 1 }));

interface Given {
  readonly lab: Lab;
  readonly batch: Labelled;
  readonly parts: readonly Part[];
}

async function given(
  advantage: Partial<Extract<ExperimentInput["advantage"], { kind: "prime" }>>,
  changes: ExperimentInput = {},
): Promise<Given> {
  const lab = smallLab(
    smallConfig({
      advantage: { kind: "prime", beta: 0.5, ...advantage },
      update: { miniBatches: 1 },
      ...changes,
    }),
  );
  const { responses, rewards } = await someExperience(lab);
  const parts = partsOfStep(responses, 8, lab.policy.shape.length);
  const { logProb } = await lab.reference!.score(responses, parts);
  return { lab, batch: { responses, rewards, referenceLogProb: logProb }, parts };
}

async function crossEntropy({ lab, batch, parts }: Given): Promise<number> {
  const model = lab.implicitReward!;
  return model.fit(batch, await model.reward(batch, parts)).crossEntropy;
}

describe("the model of process rewards", () => {
  test("starts as the reference: rewards of 0, outcomes as likely as not, no order", async () => {
    const { lab, batch, parts } = await given({});
    const model = lab.implicitReward!;
    const rewards = await model.reward(batch, parts);
    expect(Math.max(...rewards.map(Math.abs))).toBe(0);
    const { crossEntropy: loss, accuracy } = model.fit(batch, rewards);
    expect(loss).toBeCloseTo(Math.log(2), 12);
    expect(accuracy).toBe(0.5);
  });

  test("descends the cross-entropy: to first order by learning rate times squared gradient", async () => {
    // With a large ε a step of Adam is the learning rate over ε times the gradient, but for terms of its square.
    const [epsilon, rate] = [1000, 3e-4];
    const one = await given(
      { modelLearningRate: rate * epsilon },
      { optimizer: { epsilon, gradientClip: 1e9 } },
    );
    const before = await crossEntropy(one);
    const [norm] = await one.lab.implicitReward!.learn(one.batch);
    const change = (await crossEntropy(one)) - before;
    expect(norm).toBeGreaterThan(0.01);
    expect(change / (-rate * norm! ** 2)).toBeGreaterThan(0.9);
    expect(change / (-rate * norm! ** 2)).toBeLessThan(1.1);
  });

  test("learns the outcomes of a fixed batch, and from the policy's own mini-batches", async () => {
    const one = await given(
      { modelLearningRate: 3e-3 },
      { update: { miniBatches: 2, microBatch: 8 } },
    );
    const model = one.lab.implicitReward!;
    const losses = [await crossEntropy(one)];
    for (let pass = 0; pass < 8; pass++) {
      expect(await model.learn(one.batch)).toHaveLength(2);
      losses.push(await crossEntropy(one));
    }
    expect(losses.at(-1)).toBeLessThan(0.5 * losses[0]!);
    const { accuracy } = model.fit(one.batch, await model.reward(one.batch, one.parts));
    expect(accuracy).toBeGreaterThan(0.8);
  });

  test("is told of the step what it said before it learnt from it", async () => {
    const one = await given({ modelLearningRate: 3e-3 });
    const { rewards, fit } = await one.lab.implicitReward!.step(one.batch, one.parts);
    expect(Math.max(...rewards.map(Math.abs))).toBe(0);
    expect(fit.crossEntropy).toBeCloseTo(Math.log(2), 12);
    const second = await one.lab.implicitReward!.step(one.batch, one.parts);
    expect(second.fit.crossEntropy).toBeLessThan(fit.crossEntropy);
    const { responses } = one.batch;
    second.rewards.forEach((reward, at) => {
      const isToken =
        at % responses.longest < responses.lengths[Math.floor(at / responses.longest)]!;
      if (!isToken) expect(Math.abs(reward)).toBe(0);
    });
  });

  test("has its fit in the rows of steps", async () => {
    const { lab } = await given({ modelLearningRate: 3e-3 });
    const plan = (step: number) => ({ step, evaluate: false, updates: false });
    const first = await trainStep(lab, plan(1), {}, makeRng(1));
    expect(first.row.get("process_loss")).toBeCloseTo(Math.log(2), 12);
    const second = await trainStep(lab, plan(2), {}, makeRng(1));
    expect(second.row.get("process_loss")).not.toBeCloseTo(Math.log(2), 2);
    expect(second.row.get("log_z")).toBeNull();
  });

  test("fits nothing where there is no pair to order", async () => {
    const { lab, batch, parts } = await given({});
    const model = lab.implicitReward!;
    const rewards = new Float64Array(batch.rewards.length).fill(1);
    const all = { ...batch, rewards };
    expect(model.fit(all, await model.reward(all, parts)).accuracy).toBeNull();
  });
});
