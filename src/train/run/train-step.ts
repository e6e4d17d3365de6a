/** One step of a run, top to bottom: experience, advantages, updates, measurements; knows no file. */
import { RunError } from "../../base/errors.ts";
import { monotonicMs } from "../../base/clock.ts";
import type { Rng } from "../../base/random.ts";
import type { ExperimentConfig } from "../../config/experiment-config.ts";
import { computeAdvantages } from "../advantage/advantages.ts";
import type { Control, ControlState } from "../intervention/intervention.ts";
import {
  controlStep,
  hasController,
  reshapeAdvantages,
  reshapesAdvantages,
} from "../intervention/interventions.ts";
import type { Responses } from "../rollout/roll-out.ts";
import type { Part } from "../update/lay-out.ts";
import type { RewardFit } from "../update/implicit-reward.ts";
import { partsOfStep, type StepBatch } from "../update/step-batch.ts";
import { takeUpdates, type UpdateRow, type UpdatesTaken } from "../update/take-updates.ts";
import type { Changes } from "../update/forward-programs.ts";
import { evaluate, type Evaluation } from "./evaluate.ts";
import type { Lab } from "./lab.ts";
import { propose } from "./propose.ts";
import { answer, sampleStep, type StepExperience } from "./sample-batch.ts";
import { mean, pick, tokenPlaces } from "./statistics.ts";
import { stepRow } from "./step-row.ts";

/** What a step gave: its row of the log, and what its tables are made of. */
export interface StepResult {
  readonly row: ReadonlyMap<string, number | null>;
  readonly updates: readonly UpdateRow[];
  readonly experience: StepExperience;
  readonly batch: StepBatch;
  readonly marks: UpdatesTaken["marks"];
  readonly changes: Changes;
  /** What the intervention's controller remembers after the step. */
  readonly control: ControlState;
}

/** What is done in a step besides training. */
export interface StepPlan {
  /** From 1. */
  readonly step: number;
  readonly evaluate: boolean;
  /** Whether each update's effect on entropy is measured, and its row kept. */
  readonly updates: boolean;
}

const secondsSince = (started: number): number => (monotonicMs() - started) / 1000;

/**
 * Takes one step.
 *
 * @param control - what the intervention's controller remembers of the steps before.
 * @param root - the run's stream; a step's numbers are a function of it and of the step's number alone.
 * @throws {@link RunError} if the loss or the gradient is not finite.
 */
export async function trainStep(
  lab: Lab,
  plan: StepPlan,
  control: ControlState,
  root: Rng,
): Promise<StepResult> {
  const { config, forward } = lab;
  const rng = root.stream(`step-${plan.step}`);

  // 1. Examine the policy as it is, on problems it never learns from.
  const evaluation = plan.evaluate ? await examine(lab, root, rng) : undefined;

  // 2. Sample problems and responses; check them.
  const rolloutStarted = monotonicMs();
  const experience = await sampleStep(lab, config.rollout, rng.stream("experience"));
  const secondsRollout = secondsSince(rolloutStarted);

  // 3. Rewards become advantages; a controller looks at the entropy.
  const updateStarted = monotonicMs();
  const { responses } = experience;
  const parts = partsOfStep(responses, config.update.microBatch, lab.policy.shape.length);
  const controlled = decideControl(config, responses, control);
  const coefficient = controlled?.coefficient ?? 0;
  const { batch, rewardFit } = await makeBatch(lab, { experience, parts, coefficient }, rng);

  // 4. Update, mini-batch by mini-batch.
  const taken = await takeUpdates(
    lab,
    batch,
    { step: plan.step, measure: plan.updates },
    rng.stream("intervention"),
  );
  refuseNotFinite(plan.step, taken);
  const secondsUpdate = secondsSince(updateStarted);

  // 5. Measure on the same tokens what the updates did.
  const logStarted = monotonicMs();
  const changes = await forward.compare(responses, parts, responses.logits);
  const row = stepRow({
    step: plan.step,
    experience,
    batch,
    taken,
    changes,
    evaluation,
    coefficient: controlled?.coefficient ?? null,
    rewardFit,
  });
  return {
    row: new Map([
      ...row,
      ["seconds_rollout", secondsRollout],
      ["seconds_update", secondsUpdate],
      ["seconds_log", secondsSince(logStarted)],
    ]),
    updates: plan.updates ? taken.rows : [],
    experience,
    batch,
    marks: taken.marks,
    changes,
    control: controlled?.state ?? control,
  };
}

function examine(lab: Lab, root: Rng, rng: Rng): Promise<Evaluation> {
  return evaluate(lab, lab.config.evaluation, {
    problems: root.stream("held-out"),
    tokens: rng.stream("evaluation"),
  });
}

/** What a controller decides from the entropy of the step's responses; undefined without one. */
function decideControl(
  { intervention }: ExperimentConfig,
  responses: Responses,
  state: ControlState,
): Control | undefined {
  if (!hasController(intervention)) return undefined;
  const entropy = mean(pick(tokenPlaces(responses), responses.entropy));
  return controlStep(state, entropy, intervention);
}

/** [B, R]: the outcome at each response's last token. */
function tokenRewards({ count, longest, lengths }: Responses, rewards: Float64Array): Float64Array {
  const values = new Float64Array(count * longest);
  rewards.forEach((reward, b) => {
    values[b * longest + lengths[b]! - 1] = reward;
  });
  return values;
}

function responseMask({ count, longest, lengths }: Responses): Float64Array {
  const mask = new Float64Array(count * longest);
  lengths.forEach((length, b) => mask.fill(1, b * longest, b * longest + length));
  return mask;
}

interface BatchParts {
  readonly experience: StepExperience;
  readonly parts: readonly Part[];
  readonly coefficient: number;
}

/** Advantages, and what else the updates need that the policies must be asked for. */
async function makeBatch(
  lab: Lab,
  { experience, parts, coefficient }: BatchParts,
  rng: Rng,
): Promise<{ readonly batch: StepBatch; readonly rewardFit: RewardFit | undefined }> {
  const { config, forward, reference, implicitReward } = lab;
  const { responses, rewards } = experience;
  const matrix = (values: Float64Array) => ({
    rows: responses.count,
    columns: responses.longest,
    values,
  });
  const values =
    config.advantage.kind === "gae" ? (await forward.score(responses, parts)).values : undefined;
  const anchored = await reference?.score(responses, parts);
  const referenceLogProb = anchored?.logProb;
  const scored =
    referenceLogProb && (await implicitReward?.step({ ...experience, referenceLogProb }, parts));
  const { advantages, returns } = computeAdvantages(
    {
      rewards: matrix(tokenRewards(responses, rewards)),
      mask: matrix(responseMask(responses)),
      group: responses.promptOf,
      ...(values === undefined ? {} : { values: matrix(Float64Array.from(values)) }),
      ...(config.advantage.kind === "remax"
        ? { baseline: await greedyBaseline(lab, experience, rng.stream("greedy")) }
        : {}),
      ...(scored === undefined ? {} : { processRewards: matrix(scored.rewards) }),
    },
    config.advantage,
  );
  const partitions = await propose(lab, experience.problems, rng.stream("proposals"));
  const batch = {
    responses,
    rewards,
    coefficient,
    advantage: reshaped(experience, advantages.values, coefficient, config),
    ...(values === undefined ? {} : { returns: returns.values, oldValues: values }),
    ...(referenceLogProb === undefined ? {} : { referenceLogProb }),
    ...(partitions === undefined ? {} : { partitions }),
  };
  return { batch, rewardFit: scored?.fit };
}

/** The advantages [B, R] as the intervention reshapes them. */
function reshaped(
  { responses }: StepExperience,
  advantage: Float64Array,
  coefficient: number,
  { intervention }: ExperimentConfig,
): Float64Array {
  if (!reshapesAdvantages(intervention)) return advantage;
  const places = tokenPlaces(responses);
  const tokens = {
    oldLogProb: pick(places, responses.logProb),
    entropy: pick(places, responses.entropy),
    polarity: pick(places, responses.polarity),
    advantage: pick(places, advantage),
  };
  const values = reshapeAdvantages(tokens, intervention, coefficient);
  const all = new Float64Array(advantage.length);
  for (const [n, value] of values.entries()) all[places.place[n]!] = value;
  return all;
}

/** The reward of the likeliest response to each sequence's prompt: [B]. */
async function greedyBaseline(
  lab: Lab,
  { problems, responses }: StepExperience,
  rng: Rng,
): Promise<Float64Array> {
  const { rewards } = await answer(lab, problems, { samples: 1, greedy: true }, rng);
  return Float64Array.from(responses.promptOf, (prompt) => rewards[prompt]!);
}

function refuseNotFinite(step: number, { rows, gradientNorm }: UpdatesTaken): void {
  const losses = rows.map((row) => row.get("loss") ?? Number.NaN);
  if (losses.every(Number.isFinite) && Number.isFinite(gradientNorm)) return;
  throw new RunError(
    "loss-not-finite",
    `the loss and its gradient must be finite, got ${losses.map(String).join(", ")} with a gradient norm of ${gradientNorm} at step ${step}`,
    { fix: "lower optimizer.learningRate or optimizer.gradientClip and start again" },
  );
}
