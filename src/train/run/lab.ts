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
import { learnsLogZ, needsReference, proposalsOf } from "../intervention/interventions.ts";
import type { Task } from "../task/task.ts";
import { makeTask } from "../task/tasks.ts";
import { makeTokenizer, type Tokenizer } from "../task/tokenizer.ts";
import { ForwardPrograms } from "../update/forward-programs.ts";
import { ImplicitReward } from "../update/implicit-reward.ts";
import type { UpdateTools } from "../update/step-batch.ts";
import { UpdatePrograms } from "../update/update-programs.ts";
import { PassHistory } from "./pass-history.ts";
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
  /** Forward passes of the policy that the run started from, where something is measured against it. */
  readonly reference: ForwardPrograms | undefined;
  /** Rollouts of that policy, where the intervention wants proposals. */
  readonly proposer: Roller | undefined;
  /** The model of process rewards, where the advantages have some. */
  readonly implicitReward: ImplicitReward | undefined;
  dispose(): Promise<void>;
}

/** The task of a configuration and the shape of the policy that fits it. */
export function makeExam(config: ExperimentConfig): Exam {
  const { task: taskOptions, policy, advantage, intervention } = config;
  const task = makeTask(taskOptions);
  const tokenizer = makeTokenizer(task.alphabet);
  const shape: PolicyShape = {
    ...POLICY_SIZES[policy.size],
    vocabulary: tokenizer.size,
    length: task.promptLength + task.responseLength + 2, // with an end token before and after
    positions: policy.positions,
    valueHead: advantage.kind === "gae" || learnsLogZ(intervention),
  };
  return { task, tokenizer, shape };
}

/** Whether something is measured against the policy that the run starts from. */
const wantsReference = ({ intervention, advantage }: ExperimentConfig): boolean =>
  needsReference(intervention) || advantage.kind === "prime";

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

/** The model of process rewards, which has no value head. */
function makeImplicitReward(
  { shape }: Exam,
  config: ExperimentConfig,
  values: ParameterValues,
): ImplicitReward | undefined {
  if (config.advantage.kind !== "prime") return undefined;
  const policy = restorePolicy({ ...shape, valueHead: false }, values);
  return new ImplicitReward(policy, config, config.advantage);
}

/** The programs of proposals by the reference policy, which are drawn among all tokens. */
function makeProposer(
  policy: Policy,
  { task }: Exam,
  { rollout, intervention }: ExperimentConfig,
): Roller | undefined {
  const plan = proposalsOf(intervention);
  if (plan === undefined) return undefined;
  return new Roller(policy, {
    prompts: rollout.prompts,
    sequences: rollout.prompts * plan.samples,
    promptLength: task.promptLength + 1,
    temperature: plan.temperature ?? rollout.temperature,
    topP: 1,
  });
}

/** Parameters of the policies of a lab. */
interface LabParameters {
  readonly policy: ParameterValues;
  readonly reference?: ParameterValues;
  readonly rewardModel?: ParameterValues;
}

/**
 * Makes a lab.
 *
 * @param reference - parameters of the reference policy, where the run has one; the policy's own by default.
 * @param rewardModel - those of the model of process rewards, where the run has one; the reference's by default.
 */
export function makeLab(
  config: ExperimentConfig,
  exam: Exam,
  { policy: start, reference = start, rewardModel = reference }: LabParameters,
): Lab {
  const policy = restorePolicy(exam.shape, start);
  const roller = makeRoller(policy, exam, config);
  const { temperature, retireAt } = config.rollout;
  const forward = new ForwardPrograms(policy, temperature);
  const programs = new UpdatePrograms(policy, config);
  const anchor = wantsReference(config)
    ? new ForwardPrograms(restorePolicy(exam.shape, reference), temperature)
    : undefined;
  const proposer = anchor && makeProposer(anchor.policy, exam, config);
  const implicitReward = makeImplicitReward(exam, config, rewardModel);
  return {
    ...exam,
    config,
    policy,
    roller,
    forward,
    programs,
    reference: anchor,
    proposer,
    implicitReward,
    passHistory: retireAt === null ? undefined : new PassHistory(retireAt),
    async dispose() {
      await roller.dispose();
      await forward.dispose();
      await programs.dispose();
      await proposer?.dispose();
      await implicitReward?.dispose();
      if (implicitReward !== undefined) disposePolicy(implicitReward.policy);
      await anchor?.dispose();
      if (anchor !== undefined) disposePolicy(anchor.policy);
      disposePolicy(policy);
    },
  };
}
