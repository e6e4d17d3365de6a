/** A step's row of the log: every number of it, computed once; knows neither the file nor the loop. */
import type { LogPartition } from "../intervention/log-partition.ts";
import { tokenCovariance } from "../intervention/token-covariance.ts";
import type { Changes } from "../update/forward-programs.ts";
import type { RewardFit } from "../update/implicit-reward.ts";
import type { StepBatch } from "../update/step-batch.ts";
import type { UpdatesTaken } from "../update/take-updates.ts";
import type { Evaluation } from "./evaluate.ts";
import type { StepExperience } from "./sample-batch.ts";
import { deviation, mean, pick, quantiles, sequenceMean, tokenPlaces } from "./statistics.ts";

/** What a row is made of. */
export interface StepParts {
  readonly step: number;
  readonly experience: StepExperience;
  readonly batch: StepBatch;
  readonly taken: UpdatesTaken;
  readonly changes: Changes;
  readonly evaluation: Evaluation | undefined;
  /** Of an intervention with a controller. */
  readonly coefficient: number | null;
  /** Of a model of process rewards. */
  readonly rewardFit: RewardFit | undefined;
}

const COVARIANCE_QUANTILES = [0.5, 0.98, 0.998, 1];

/** What a loss of whole responses measures in each update. */
const MEASURES = ["log_z", "log_z_residual", "group_entropy", "group_distance"];

function meanOfUpdates({ rows }: UpdatesTaken, name: string): number | null {
  const values = rows.map((row) => row.get(name)).filter((value) => typeof value === "number");
  return values.length === 0 ? null : mean(values);
}

/** How far the estimates of log Z can be trusted, means over the prompts. */
function partitionColumns({ partitions }: StepBatch): [string, number | null][] {
  const over = (value: (one: LogPartition) => number): number | null =>
    partitions === undefined ? null : mean(partitions.map((one) => value(one)));
  return [
    ["log_z_ess", over(({ effectiveShare }) => effectiveShare)],
    ["log_z_max_weight", over(({ largestShare }) => largestShare)],
    ["log_z_bias", over(({ bias }) => bias)],
  ];
}

/** The row, without the times. */
export function stepRow(parts: StepParts): [string, number | null][] {
  const { step, experience, batch, taken, changes, evaluation, coefficient, rewardFit } = parts;
  const { responses, rewards } = experience;
  const places = tokenPlaces(responses);
  const entropy = pick(places, responses.entropy);
  const oldLogProb = pick(places, responses.logProb);
  const logProb = pick(places, changes.logProb);
  const covariance = tokenCovariance(oldLogProb, pick(places, batch.advantage));
  const [p50, p98, p998, max] = quantiles(covariance, COVARIANCE_QUANTILES) as [
    number,
    number,
    number,
    number,
  ];
  const clipped = pick(places, taken.marks.clipped);
  const low = mean(clipped.map((one) => (one < 0 ? 1 : 0)));
  const high = mean(clipped.map((one) => (one > 0 ? 1 : 0)));
  const { selected } = taken.marks;
  return [
    ["step", step],
    ["reward", experience.sampledReward],
    ["reward_std", deviation(rewards)],
    ["validation", evaluation?.validation ?? null],
    ["validation_greedy", evaluation?.greedy ?? null],
    ["validation_pass", evaluation?.pass ?? null],
    ["validation_entropy", evaluation?.entropy ?? null],
    ["entropy", mean(entropy)],
    ["entropy_seq_mean", sequenceMean(places, entropy, responses.lengths)],
    ["token_covariance_mean", mean(covariance)],
    ["covariance_p50", p50],
    ["covariance_p98", p98],
    ["covariance_p998", p998],
    ["covariance_max", max],
    ["predicted_entropy_change", mean(pick(places, changes.firstOrder))],
    ["measured_entropy_change", mean(pick(places, changes.entropy)) - mean(entropy)],
    ["approx_kl", mean(oldLogProb.map((old, n) => old - logProb[n]!))],
    ["clip_share", low + high],
    ["clip_low_share", low],
    ["clip_high_share", high],
    ["selected_share", selected === undefined ? null : mean(pick(places, selected))],
    ["coefficient", coefficient],
    ...MEASURES.map((name) => [name, meanOfUpdates(taken, name)] as [string, number | null]),
    ...partitionColumns(batch),
    ["process_loss", rewardFit?.crossEntropy ?? null],
    ["process_accuracy", rewardFit?.accuracy ?? null],
    ["grad_norm", taken.gradientNorm],
    ["learning_rate", taken.learningRate],
    ["response_length", places.count / responses.count],
    ["zero_variance_group_share", experience.zeroVarianceShare],
    ["retired_problems", experience.retiredProblems],
    ["tokens", places.count],
  ];
}
