/** One step's updates: mini-batches, selections, gradients, and what each update did; knows no task and no file. */
import type { Rng } from "../../base/random.ts";
import type { ExperimentConfig } from "../../config/experiment-config.ts";
import type { Elements } from "../../engine/trace/graph-backend.ts";
import { learningRateAt } from "../../engine/op/learning-rate.ts";
import { surrogateUnder } from "../intervention/interventions.ts";
import type { AggregationRule } from "../loss/aggregation.ts";
import { aggregationOf } from "../loss/surrogates.ts";
import type { Responses } from "../rollout/roll-out.ts";
import type { Changes, ForwardPrograms } from "./forward-programs.ts";
import { cutByLength, layOut, layOutTokens, type Part, takeBack } from "./lay-out.ts";
import { chooseTokens, scopeOf, type Selection, sequencesOf } from "./choose-tokens.ts";
import { tokenWeights } from "./token-weights.ts";
import type { UpdatePrograms } from "./update-programs.ts";

/** What the updates of a step work on; [B, R] row-major, 0 beyond a response. */
export interface StepBatch {
  readonly responses: Responses;
  readonly advantage: Float64Array;
  /** Returns and values at sampling, with a value head. */
  readonly returns?: Float64Array;
  readonly oldValues?: Float32Array;
  /** Log-probabilities under the reference policy, where the intervention wants them. */
  readonly referenceLogProb?: Float32Array;
}

/** What the updates did to each token, [B, R]. */
export interface UpdateMarks {
  /** 1 where the intervention chose the token in any of the updates; undefined if it chooses none. */
  readonly selected: Float32Array | undefined;
  /** −1, 1 where the loss clipped the ratio at its lower or upper bound, in the token's last update. */
  readonly clipped: Float32Array;
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

/** The programs that updates need. */
export interface UpdateTools {
  readonly programs: UpdatePrograms;
  readonly forward: ForwardPrograms;
  readonly config: ExperimentConfig;
}

/** The learning rate of a step; the schedule's unit is the step. */
export function learningRateOf({ optimizer, steps }: ExperimentConfig, step: number): number {
  const { learningRate: peak, schedule: kind, warmUp, floor } = optimizer;
  return learningRateAt(step, { kind, peak, warmUp, total: steps, floor: floor * peak });
}

/** Cuts B sequences, which lie group by group, into equal mini-batches in order; the last may be smaller. */
function miniBatches(count: number, parts: number): number[][] {
  const size = Math.ceil(count / parts);
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
    selected:
      scope === undefined ? undefined : new Float32Array(responses.count * responses.longest),
    clipped: new Float32Array(responses.count * responses.longest),
  };
  const learningRate = learningRateOf(config, step);
  const rows: UpdateRow[] = [];
  const norms: number[] = [];
  const global = scope === "global" ? chooseInStep(config, batch, rng) : undefined;
  for (let epoch = 0; epoch < config.update.epochs; epoch++) {
    for (const sequences of miniBatches(responses.count, config.update.miniBatches)) {
      const onPolicy = norms.length === 0;
      const update = new MiniBatch(tools, batch, sequences, onPolicy);
      const selection = global ?? (await update.select(rng.stream(`update-${norms.length + 1}`)));
      const sums = await update.accumulate(selection?.chosen);
      const norm = await programs.apply(learningRate);
      norms.push(norm);
      update.mark(marks, selection?.chosen);
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
        ]),
      );
    }
  }
  const gradientNorm = norms.reduce((sum, norm) => sum + norm, 0) / norms.length;
  return { marks, rows, gradientNorm, learningRate };
}

type TokenColumns = Readonly<Record<string, Float32Array | Float64Array>>;

/** One mini-batch on its way through an update. */
class MiniBatch {
  private readonly tools: UpdateTools;
  private readonly batch: StepBatch;
  private readonly sequences: readonly number[];
  private readonly parts: readonly Part[];
  private readonly onPolicy: boolean;
  private readonly logits: Float32Array[] = [];
  private readonly before: { logProb: Float32Array; entropy: Float32Array; clipped: Float32Array };

  constructor(
    tools: UpdateTools,
    batch: StepBatch,
    sequences: readonly number[],
    onPolicy: boolean,
  ) {
    this.tools = tools;
    this.batch = batch;
    this.sequences = sequences;
    this.onPolicy = onPolicy;
    const { responses } = batch;
    this.parts = cutByLength(responses, sequences, {
      size: Math.min(tools.config.update.microBatch, sequences.length),
      longest: tools.forward.policy.shape.length,
    });
    const places = responses.count * responses.longest;
    this.before = {
      logProb: new Float32Array(places),
      entropy: new Float32Array(places),
      clipped: new Float32Array(places),
    };
  }

  /** The tokens that the intervention chooses; undefined if it chooses none. */
  async select(rng: Rng): Promise<Selection | undefined> {
    const { config } = this.tools;
    const scope = scopeOf(config);
    if (scope === undefined) return undefined;
    const { responses, advantage } = this.batch;
    const scopes = scope === "micro" ? sequencesOf(this.parts) : [this.sequences];
    // Where the policy is the one that sampled, its log-probabilities are known and nothing is clipped yet.
    const present = this.onPolicy
      ? { logProb: responses.logProb, clipped: nothing(responses) }
      : await this.preview();
    return chooseTokens(config, { responses, advantage, ...present }, scopes, rng);
  }

  /** What the policy says of the mini-batch before it is updated. */
  private async preview(): Promise<{ logProb: Float32Array; clipped: Float32Array }> {
    const { responses } = this.batch;
    const found = { logProb: nothing(responses), clipped: nothing(responses) };
    const columns = this.columns(undefined);
    for (const part of this.parts) {
      const seen = await this.tools.programs.preview(part, this.feeds(part, columns));
      takeBack(responses, part, seen["logProb"]!, found.logProb);
      takeBack(responses, part, seen["clipped"]!, found.clipped);
    }
    return found;
  }

  /** Adds up the gradients of all parts. */
  async accumulate(chosen: Float32Array | undefined): Promise<{ readonly loss: number }> {
    const { responses } = this.batch;
    const columns = this.columns(chosen);
    let loss = 0;
    for (const [k, part] of this.parts.entries()) {
      const found = await this.tools.programs.accumulate(part, {
        ...this.feeds(part, columns),
        first: k === 0 ? 1 : 0,
      });
      loss += found["loss"]![0]!;
      this.logits.push(found["logits"] as Float32Array);
      takeBack(responses, part, found["logProb"]!, this.before.logProb);
      takeBack(responses, part, found["entropy"]!, this.before.entropy);
      takeBack(responses, part, found["clipped"]!, this.before.clipped);
    }
    return { loss };
  }

  /** What the programs are told of each token besides the token itself, [B, R]. */
  private columns(chosen: Float32Array | undefined): TokenColumns {
    const { config } = this.tools;
    const { responses, advantage, referenceLogProb, returns, oldValues } = this.batch;
    const weights = (rule: AggregationRule): Float64Array =>
      tokenWeights(responses, this.sequences, rule);
    const loss = surrogateUnder(config.intervention, config.loss);
    return {
      weight: weights(aggregationOf(loss, config.aggregation)),
      advantage,
      oldLogProb: responses.logProb,
      selected: chosen ?? nothing(responses),
      referenceLogProb: referenceLogProb ?? nothing(responses),
      ...(returns === undefined || oldValues === undefined
        ? {}
        : { returns, oldValues, valueWeight: weights("token-mean") }),
    };
  }

  /** A part's inputs. */
  private feeds(part: Part, columns: TokenColumns): Record<string, Elements | number> {
    const { responses } = this.batch;
    const laid = Object.entries(columns).map(
      ([name, values]) => [name, layOut(responses, part, values)] as const,
    );
    return {
      ...Object.fromEntries(laid),
      ...layOutTokens(responses, part),
      onPolicy: this.onPolicy ? 1 : 0,
    };
  }

  /** Writes down which tokens were chosen and clipped. */
  mark(
    marks: { readonly selected: Float32Array | undefined; readonly clipped: Float32Array },
    chosen: Float32Array | undefined,
  ): void {
    this.eachPlace((place) => {
      marks.clipped[place] = this.before.clipped[place]!;
      if (chosen?.[place] === 1) marks.selected![place] = 1;
    });
  }

  /** What the update did to the mini-batch's own tokens. */
  measure(): Promise<Changes> {
    return this.tools.forward.compare(
      this.batch.responses,
      this.parts,
      (part) => this.logits[part]!,
    );
  }

  /** The update's columns that are means over its tokens. */
  statistics(changes: Changes | undefined): [string, number | null][] {
    let [tokens, entropy, low, high, predicted, measured, kl] = [0, 0, 0, 0, 0, 0, 0];
    const { logProb: old } = this.batch.responses;
    this.eachPlace((place) => {
      tokens += 1;
      entropy += this.before.entropy[place]!;
      if (this.before.clipped[place] === -1) low += 1;
      if (this.before.clipped[place] === 1) high += 1;
      if (changes === undefined) return;
      predicted += changes.firstOrder[place]!;
      measured += changes.entropy[place]! - this.before.entropy[place]!;
      kl += old[place]! - changes.logProb[place]!;
    });
    const mean = (sum: number): number => sum / tokens;
    const measuredOnly = (sum: number): number | null => (changes === undefined ? null : mean(sum));
    return [
      ["tokens", tokens],
      ["entropy", mean(entropy)],
      ["predicted_entropy_change", measuredOnly(predicted)],
      ["measured_entropy_change", measuredOnly(measured)],
      ["approx_kl", measuredOnly(kl)],
      ["clip_low_share", mean(low)],
      ["clip_high_share", mean(high)],
    ];
  }

  private eachPlace(visit: (place: number) => void): void {
    const { responses } = this.batch;
    for (const b of this.sequences) {
      const from = b * responses.longest;
      for (let t = 0; t < responses.lengths[b]!; t++) visit(from + t);
    }
  }
}

/** Zeros for every token: [B, R]. */
const nothing = ({ count, longest }: Responses): Float32Array => new Float32Array(count * longest);

/** The choice over all of a step's tokens, by the log-probabilities with which they were sampled. */
function chooseInStep(config: ExperimentConfig, batch: StepBatch, rng: Rng): Selection {
  const { responses, advantage } = batch;
  const all = Array.from({ length: responses.count }, (_, b) => b);
  const present = { logProb: responses.logProb, clipped: nothing(responses) };
  return chooseTokens(config, { responses, advantage, ...present }, [all], rng.stream("step"));
}

/** All sequences of a step as parts, for passes over the whole of it. */
export function partsOfStep(responses: Responses, size: number, longest: number): Part[] {
  const all = Array.from({ length: responses.count }, (_, b) => b);
  return cutByLength(responses, all, { size: Math.min(size, all.length), longest });
}
