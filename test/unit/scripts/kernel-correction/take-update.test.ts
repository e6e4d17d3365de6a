/** Laws of an update taken apart: the parts add up, the gradients are gradients, and the move is the lab's own. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { batchGradients } from "../../../../scripts/kernel-correction/batch-gradients.ts";
import { flatOptimizer } from "../../../../scripts/kernel-correction/flat-optimizer.ts";
import { sumGradients } from "../../../../scripts/kernel-correction/kernel-terms.ts";
import { logitKernels } from "../../../../scripts/kernel-correction/logit-kernels.ts";
import { moveParameters } from "../../../../scripts/kernel-correction/move-parameters.ts";
import { takeUpdate } from "../../../../scripts/kernel-correction/take-update.ts";
import {
  sampleData,
  startTraining,
  type StepData,
  type Training,
} from "../../../../scripts/kernel-correction/training-state.ts";
import { makeRng } from "../../../../src/base/random.ts";
import type { ExperimentInput } from "../../../../src/config/experiment-config.ts";
import { useEngine } from "../../../../src/engine/backend/use-engine.ts";
import { parameterValues } from "../../../../src/train/policy/policy.ts";
import { makeExam } from "../../../../src/train/run/lab.ts";
import { trainStep } from "../../../../src/train/run/train-step.ts";
import { cutByLength } from "../../../../src/train/update/lay-out.ts";
import { smallConfig, smallLab } from "../../../support/small-lab.ts";

const opened: Training[] = [];
beforeAll(() => useEngine("graph", { threads: 1 }));
afterAll(async () => {
  for (const training of opened) await training.dispose();
});

const CHANGES: ExperimentInput = { optimizer: { learningRate: 1e-3, epsilon: 1e-3 } };

/** The small lab's start, trained by the script's own loop. */
async function start(kind: "adam" | "sgd", learningRate = 1e-3, task?: ExperimentInput["task"]) {
  const config = smallConfig(task === undefined ? CHANGES : { ...CHANGES, task });
  const lab = task === undefined ? smallLab(config) : smallLab(config, 1, 1);
  const { beta1, beta2, epsilon } = config.optimizer;
  const training = startTraining({
    config,
    exam: makeExam(config),
    start: parameterValues(lab.policy),
    optimizer: (size) => flatOptimizer(kind, size, { learningRate, beta1, beta2, epsilon }),
  });
  opened.push(training);
  const data = withSignal(await sampleData(training, makeRng(1, "run").stream("step-1")));
  return { lab, training, data };
}

/** Advantages made up, so that every group has a signal. */
function withSignal(data: StepData): StepData {
  const { longest } = data.responses;
  const advantage = data.advantage.map((_, at) =>
    Math.floor(at / longest) % 3 === 0 ? 1.5 : -0.5,
  );
  return { ...data, advantage };
}

const HALF = Array.from({ length: 16 }, (_, b) => b);
const REST = HALF.map((b) => b + 16);

/** Mean entropy of the tokens of the first half, in float64. */
async function meanEntropy({ forward, policy }: Training, { responses }: StepData) {
  const parts = cutByLength(responses, HALF, { size: 1, longest: policy.shape.length });
  const { entropy } = await forward.score(responses, parts);
  let [sum, count] = [0, 0];
  for (const b of HALF) {
    for (let t = 0; t < responses.lengths[b]!; t += 1, count += 1) {
      sum += entropy[b * responses.longest + t]!;
    }
  }
  return sum / count;
}

describe("an update taken apart", () => {
  test("has parts that add up to the measured change, and to the move without higher orders", async () => {
    const { training, data } = await start("adam");
    for (const sequences of [HALF, REST, HALF]) {
      const { parts, predictions, measured } = await takeUpdate(training, data, sequences, 0);
      const { response, prompt, others, history, higher } = parts;
      const firstOrder = response + prompt + others + history;
      expect(firstOrder / predictions.move).toBeCloseTo(1, 6);
      expect((firstOrder + higher) / measured).toBeCloseTo(1, 6);
      expect(measured).not.toBe(0);
    }
  });

  test("has groups that pairs of tokens take apart: by token, by state, whole", async () => {
    const { training, data } = await start("sgd", 1e-3, { kind: "bandit" });
    const alone = await takeUpdate(training, data, [5], 0);
    const [own, ofOwn] = [alone.sample!, alone.parts];
    expect(own.group / ofOwn.response).toBeCloseTo(1, 9);
    expect(own.states / own.tokens).toBeCloseTo(1, 9); // one response comes to each prefix once
    expect(Math.abs(own.group / own.tokens - 1)).toBeGreaterThan(1e-3);
    const group = await takeUpdate(training, data, [4, 5, 6, 7], 0);
    const [all, ofAll] = [group.sample!, group.parts];
    expect(all.group / (ofAll.response + ofAll.prompt)).toBeCloseTo(1, 9);
    expect(Math.abs(all.states / all.tokens - 1)).toBeGreaterThan(1e-3); // all begin in one state
  });

  test("has a first order that is exact in the limit of small steps", async () => {
    const errors: number[] = [];
    for (const learningRate of [4e-2, 4e-3]) {
      const { training, data } = await start("sgd", learningRate);
      const { predictions, measured } = await takeUpdate(training, data, HALF, 0);
      errors.push(Math.abs(predictions.move / measured - 1));
    }
    expect(errors[1]).toBeLessThan(0.2 * errors[0]!);
  });

  test("has the entropy gradient that differences along a direction show", async () => {
    const { training, data } = await start("sgd");
    const { members } = await batchGradients(training, data, HALF);
    const { entropy } = sumGradients(members);
    const norm = Math.hypot(...entropy);
    const step = 3e-3 / norm;
    const along = entropy.map((value) => step * value);
    moveParameters(training.policy, along);
    const above = await meanEntropy(training, data);
    moveParameters(
      training.policy,
      along.map((value) => -2 * value),
    );
    const below = await meanEntropy(training, data);
    expect((above - below) / (2 * step * norm ** 2)).toBeCloseTo(1, 2);
  });

  test("on policy has one gradient with and without ratios, later two", async () => {
    const { training, data } = await start("sgd", 0.3);
    const distance = async (): Promise<number> => {
      const { members } = await batchGradients(training, data, HALF);
      const { loss, plain } = sumGradients(members);
      return Math.hypot(...loss.map((value, k) => value - plain[k]!)) / Math.hypot(...plain);
    };
    expect(await distance()).toBeLessThan(1e-4);
    await takeUpdate(training, data, HALF, 0);
    expect(await distance()).toBeGreaterThan(1e-2);
  });

  test("predicts by single tokens what polarity does, from logits alone", async () => {
    const { training, data } = await start("sgd");
    const { logitsOf } = await batchGradients(training, data, HALF);
    const kernels = logitKernels({ ...data, sequences: HALF, logitsOf });
    const { predictions } = await takeUpdate(training, data, HALF, 0);
    const tokens = HALF.reduce((sum, b) => sum + data.responses.lengths[b]!, 0);
    expect(tokens * kernels.token).toBeCloseTo(predictions.polarity, 5);
    expect(predictions.clippedPolarity).toBeCloseTo(predictions.polarity, 5); // on policy
  });

  test("moves the policy as a step of the lab does", async () => {
    const { lab, training } = await start("adam", 1e-3, { kind: "bandit" }); // random policies earn there
    const before = parameterValues(lab.policy);
    const root = makeRng(9, "run");
    const data = await sampleData(training, root.stream("step-1").stream("experience"));
    await takeUpdate(training, data, HALF, 0);
    await takeUpdate(training, data, REST, 1);
    await trainStep(lab, { step: 1, evaluate: false, updates: false }, {}, root);
    const [ours, theirs] = [parameterValues(training.policy), parameterValues(lab.policy)];
    let [off, moved] = [0, 0];
    for (const [name, values] of theirs) {
      values.forEach((value, k) => {
        off += (value - ours.get(name)![k]!) ** 2;
        moved += (value - before.get(name)![k]!) ** 2;
      });
    }
    expect(moved).toBeGreaterThan(0);
    expect(Math.sqrt(off / moved)).toBeLessThan(1e-3);
    await lab.dispose();
  });
});
