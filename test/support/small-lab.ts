/** A lab so small that a step takes milliseconds: chained arithmetic, a policy of two layers, and its parts. */
import { makeRng } from "../../src/base/random.ts";
import {
  experimentConfig,
  type ExperimentConfig,
  type ExperimentInput,
} from "../../src/config/experiment-config.ts";
import {
  disposePolicy,
  makePolicy,
  type Policy,
  parameterValues,
} from "../../src/train/policy/policy.ts";
import type { PolicyShape } from "../../src/train/policy/policy-shape.ts";
import { type Lab, makeExam, makeLab } from "../../src/train/run/lab.ts";
import { sampleStep, type StepExperience } from "../../src/train/run/sample-batch.ts";

/** The shape of a policy over few tokens. */
export const smallShape = (changes: Partial<PolicyShape> = {}): PolicyShape => ({
  layers: 2,
  width: 32,
  heads: 2,
  vocabulary: 9,
  length: 24,
  positions: "learned",
  valueHead: false,
  ...changes,
});

/** Prompts of 2 to 6 tokens. */
export const smallPrompts = (count: number, vocabulary = 9): Int32Array[] =>
  Array.from({ length: count }, (_, p) =>
    Int32Array.from({ length: 2 + (p % 5) }, (__, k) => 1 + ((3 * p + 5 * k) % (vocabulary - 1))),
  );

/** A configuration of few, short steps. */
export const smallConfig = (changes: ExperimentInput = {}): ExperimentConfig =>
  experimentConfig.parse({
    task: { kind: "chain", operations: 1, largest: 5, modulus: 6, operators: "+-" },
    policy: { size: "xs", positions: "learned" },
    warmStart: { passRate: 0 },
    rollout: { prompts: 8, samples: 4 },
    update: { miniBatches: 2, microBatch: 8 },
    evaluation: { every: 0 },
    ...changes,
  });

/** Multiplies the tied embedding: distributions far from uniform, whose entropy changes in first order. */
const SHARPNESS = 8;

/** A lab with random parameters. */
export function smallLab(config: ExperimentConfig, seed = 1, sharpness = SHARPNESS): Lab {
  const exam = makeExam(config);
  const policy: Policy = makePolicy(exam.shape, makeRng(seed, "policy"));
  const values = new Map(parameterValues(policy));
  values.set(
    "tokens.weight",
    values.get("tokens.weight")!.map((value) => sharpness * value),
  );
  disposePolicy(policy);
  return makeLab(config, exam, { policy: values });
}

/** What a lab's policy does on some problems, with rewards made up so that they differ within groups. */
export async function someExperience(lab: Lab, seed = 2): Promise<StepExperience> {
  const found = await sampleStep(lab, lab.config.rollout, makeRng(seed, "experience"));
  const rewards = found.rewards.map((_, b) => ((b * 7) % 3 === 0 ? 1 : 0));
  return { ...found, rewards: Float64Array.from(rewards) };
}
