/** One step's updates: mini-batches, selections, gradients, and what each update did; knows no task and no file. */
import type { Rng } from "../../base/random.ts";
import type { ExperimentConfig } from "../../config/experiment-config.ts";
import { learningRateAt } from "../../engine/op/learning-rate.ts";
import { chooseTokens, presentAtSampling, scopeOf, type Selection } from "./selection.ts";
import { MiniBatch } from "./mini-batch.ts";
import { nothing } from "./lay-out.ts";
import type { StepBatch, UpdateTools } from "./step-batch.ts";

/** What the updates did to each token, [B, R]. */
interface UpdateMarks {
  /** 1 where the intervention chose the token in any of the updates; undefined if it chooses none. */
  readonly selected: Float32Array | undefined;
  /** −1, 1 where the loss clipped the ratio at its lower or upper bound, in the token's last update. */
  readonly clipped: Float32Array;
  /** The first update that the token took part in, from 1. */
  readonly update: Float32Array;
}

/** One update's numbers, as `updates.jsonl` holds them. */
export type UpdateRow = ReadonlyMap<string, number | null>;

/** The updates of a step. */
export interface UpdatesTaken {
  readonly marks: UpdateMarks;
  readonly rows: readonly UpdateRow[];
  /** Mean norm of the gradients before clipping. */
  readonly gradientNorm: number;
  readonly learningRate: number;
}

/** Where a step stands in the run. */
export interface StepPlace {
  /** From 1. */
  readonly step: number;
  /** Whether each update's effect on entropy is measured. */
  readonly measure: boolean;
}

/** The learning rate of a step; the schedule's unit is the step. */
function learningRateOf({ optimizer, steps }: ExperimentConfig, step: number): number {
  const { learningRate: peak, schedule: kind, warmUp, floor } = optimizer;
  return learningRateAt(step, { kind, peak, warmUp, total: steps, floor: floor * peak });
}

/**
 * Cuts B sequences, which lie group by group, into equal mini-batches in order; the last may be smaller.
 *
 * @param unit - sequences that stay together.
 */
export function miniBatches(count: number, parts: number, unit = 1): number[][] {
  const size = Math.ceil(count / unit / parts) * unit;
  const all = Array.from({ length: count }, (_, b) => b);
  return Array.from({ length: parts }, (_, k) => all.slice(k * size, (k + 1) * size)).filter(
    (one) => one.length > 0,
  );
}

/**
 * Takes all updates of a step.
 *
 * **Details** On the step's first update the policy is the one that sampled: its old log-probabilities are its own, every
 * ratio is 1, and |log-ratio|, which KL-Cov penalises, has gradient 0.
 *
 * @param rng - for the random choices of an intervention.
 */
export async function takeUpdates(
  tools: UpdateTools,
  batch: StepBatch,
  { step, measure }: StepPlace,
  rng: Rng,
): Promise<UpdatesTaken> {
  const { config, programs } = tools;
  const { responses } = batch;
  const scope = scopeOf(config);
  const marks = {
    selected: scope === undefined ? undefined : nothing(responses),
    clipped: nothing(responses),
    update: nothing(responses),
  };
  const learningRate = learningRateOf(config, step);
  const rows: UpdateRow[] = [];
  const norms: number[] = [];
  const { samples, zeroVariance } = config.rollout;
  const unit = zeroVariance === "drop" ? samples : 1; // any number of groups may be left
  const global = scope === "global" ? chooseInStep(config, batch, rng) : undefined;
  for (let epoch = 0; epoch < config.update.epochs; epoch++) {
    for (const sequences of miniBatches(responses.count, config.update.miniBatches, unit)) {
      const onPolicy = norms.length === 0;
      const update = new MiniBatch(tools, batch, sequences, onPolicy);
      const selection = global ?? (await update.select(rng.stream(`update-${norms.length + 1}`)));
      const pull = await update.pull();
      const sums = await update.accumulate(selection, pull);
      const norm = await programs.apply(learningRate);
      norms.push(norm);
      update.mark(marks, selection?.chosen, norms.length);
      const changes = measure ? await update.measure() : undefined;
      rows.push(
        new Map<string, number | null>([
          ["step", step],
          ["update", norms.length],
          ["loss", sums.loss],
          ["grad_norm", norm],
          ["learning_rate", learningRate],
          ...update.statistics(changes),
          ...(selection?.shares ?? []),
          ...(pull?.measures ?? []),
        ]),
      );
    }
  }
  const gradientNorm = norms.reduce((sum, norm) => sum + norm, 0) / norms.length;
  return { marks, rows, gradientNorm, learningRate };
}

/** The choice over all of a step's tokens, by the log-probabilities with which they were sampled. */
function chooseInStep(config: ExperimentConfig, batch: StepBatch, rng: Rng): Selection {
  const { responses, advantage, coefficient } = batch;
  const all = Array.from({ length: responses.count }, (_, b) => b);
  const candidates = { responses, advantage, coefficient, ...presentAtSampling(responses) };
  return chooseTokens(config, candidates, [all], rng.stream("step"));
}
