/** A policy in training with the programs over it, and one step's experience; knows no update. */
import type { Rng } from "../../src/base/random.ts";
import type { ExperimentConfig } from "../../src/config/experiment-config.ts";
import { computeAdvantages } from "../../src/train/advantage/advantages.ts";
import {
  disposePolicy,
  type ParameterValues,
  type Policy,
  restorePolicy,
} from "../../src/train/policy/policy.ts";
import { type Exam, makeRoller } from "../../src/train/run/lab.ts";
import { type Examiner, sampleStep } from "../../src/train/run/sample-batch.ts";
import type { Responses } from "../../src/train/rollout/roll-out.ts";
import { ForwardPrograms } from "../../src/train/update/forward-programs.ts";
import type { FlatOptimizer } from "./flat-optimizer.ts";
import { ResponseGradientPrograms } from "./response-gradients.ts";

/** What is trained, and how. */
export interface TrainingRequest {
  readonly config: ExperimentConfig;
  readonly exam: Exam;
  readonly start: ParameterValues;
  /** Makes the optimizer for P parameters. */
  readonly optimizer: (size: number) => FlatOptimizer;
}

/** A training in progress. */
export interface Training {
  readonly config: ExperimentConfig;
  readonly policy: Policy;
  readonly examiner: Examiner;
  readonly forward: ForwardPrograms;
  readonly gradients: ResponseGradientPrograms;
  readonly optimizer: FlatOptimizer;
  dispose(): Promise<void>;
}

/** A step's responses, and the advantage of each token [B · R]. */
export interface StepData {
  readonly responses: Responses;
  readonly advantage: Float64Array;
}

/** Starts a training. */
export function startTraining({ config, exam, start, optimizer }: TrainingRequest): Training {
  const policy = restorePolicy(exam.shape, start);
  const roller = makeRoller(policy, exam, config);
  const forward = new ForwardPrograms(policy, config.rollout.temperature);
  const gradients = new ResponseGradientPrograms(policy, config);
  const size = [...policy.parameters.values()].reduce((sum, { size: own }) => sum + own, 0);
  return {
    config,
    policy,
    examiner: { ...exam, roller },
    forward,
    gradients,
    optimizer: optimizer(size),
    async dispose() {
      await roller.dispose();
      await forward.dispose();
      await gradients.dispose();
      disposePolicy(policy);
    },
  };
}

/** Samples responses with the policy as it is, and rates them. */
export async function sampleData({ config, examiner }: Training, rng: Rng): Promise<StepData> {
  const { responses, rewards } = await sampleStep(examiner, config.rollout, rng);
  const { count, longest, lengths, promptOf } = responses;
  const zeros = () => ({
    rows: count,
    columns: longest,
    values: new Float64Array(count * longest),
  });
  const [earned, mask] = [zeros(), zeros()];
  lengths.forEach((length, b) => {
    mask.values.fill(1, b * longest, b * longest + length);
    earned.values[b * longest + length - 1] = rewards[b]!;
  });
  const { advantages } = computeAdvantages(
    { rewards: earned, mask, group: promptOf },
    config.advantage,
  );
  return { responses, advantage: advantages.values };
}
