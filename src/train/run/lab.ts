/** Everything a run computes with, made from its configuration; knows no file and no loop. */
import type { ExperimentConfig } from "../../config/experiment-config.ts";
import {
  disposePolicy,
  type ParameterValues,
  type Policy,
  restorePolicy,
} from "../policy/policy.ts";
import { POLICY_SIZES, type PolicyShape } from "../policy/policy-shape.ts";
import { Roller } from "../rollout/roller.ts";
import type { Task } from "../task/task.ts";
import { makeTask } from "../task/tasks.ts";
import { makeTokenizer, type Tokenizer } from "../task/tokenizer.ts";
import { ForwardPrograms } from "../update/forward-programs.ts";
import type { UpdateTools } from "../update/step-batch.ts";
import { UpdatePrograms } from "../update/update-programs.ts";
import type { Examiner } from "./sample-batch.ts";

/** What is asked of a policy, in characters and in tokens. */
export interface Exam {
  readonly task: Task;
  readonly tokenizer: Tokenizer;
  readonly shape: PolicyShape;
}

/** A policy with all programs over it. */
export interface Lab extends Examiner, UpdateTools {
  readonly policy: Policy;
  /** Forward passes of the policy that a divergence is measured to, where the intervention has one. */
  readonly reference: ForwardPrograms | undefined;
  dispose(): Promise<void>;
}

/** The task of a configuration and the shape of the policy that fits it. */
export function makeExam({ task: taskOptions, policy, advantage }: ExperimentConfig): Exam {
  const task = makeTask(taskOptions);
  const tokenizer = makeTokenizer(task.alphabet);
  const shape: PolicyShape = {
    ...POLICY_SIZES[policy.size],
    vocabulary: tokenizer.size,
    length: task.promptLength + task.responseLength + 2, // with an end token before and after
    positions: policy.positions,
    valueHead: advantage.kind === "gae",
  };
  return { task, tokenizer, shape };
}

/** The programs of rollouts over a policy. */
export function makeRoller(policy: Policy, { task }: Exam, { rollout }: ExperimentConfig): Roller {
  return new Roller(policy, {
    prompts: rollout.prompts,
    sequences: rollout.prompts * rollout.samples,
    promptLength: task.promptLength + 1,
    temperature: rollout.temperature,
    topP: rollout.topP,
  });
}

/**
 * Makes a lab.
 *
 * @param start - parameters of the policy.
 * @param reference - those of the reference policy, where the intervention has one.
 */
export function makeLab(
  config: ExperimentConfig,
  exam: Exam,
  start: ParameterValues,
  reference: ParameterValues,
): Lab {
  const policy = restorePolicy(exam.shape, start);
  const roller = makeRoller(policy, exam, config);
  const { temperature } = config.rollout;
  const forward = new ForwardPrograms(policy, temperature);
  const programs = new UpdatePrograms(policy, config);
  const anchor =
    config.intervention.kind === "reference-kl"
      ? new ForwardPrograms(restorePolicy(exam.shape, reference), temperature)
      : undefined;
  return {
    ...exam,
    config,
    policy,
    roller,
    forward,
    programs,
    reference: anchor,
    async dispose() {
      await roller.dispose();
      await forward.dispose();
      await programs.dispose();
      await anchor?.dispose();
      if (anchor !== undefined) disposePolicy(anchor.policy);
      disposePolicy(policy);
    },
  };
}
