/** A loss of whole responses as constants for each token of a mini-batch; knows no loss and no program. */
import type { InterventionConfig } from "../../config/intervention-config.ts";
import type { ResponseLoss, ScopeResponses } from "../intervention/intervention.ts";
import { learnsLogZ, lossOfResponses } from "../intervention/interventions.ts";
import { nothing } from "./lay-out.ts";
import type { Present } from "./selection.ts";
import type { StepBatch } from "./step-batch.ts";

/** What a loss of whole responses adds to the program of each token. */
export interface ResponsePull {
  /** [B, R], derivative of the loss with respect to log π of each token. */
  readonly byLogProb: Float32Array;
  /** [B, R], derivative with respect to log Z, at each response's first token; undefined where it is not learnt. */
  readonly byLogZ: Float32Array | undefined;
  /** The loss less what the program counts of it: Σ derivative · log π, and the same of log Z. */
  readonly offset: number;
  /** Columns of the update's row. */
  readonly measures: ResponseLoss["measures"];
}

/** Sums and means over the responses of a mini-batch. */
function scopeResponses(
  batch: StepBatch,
  sequences: readonly number[],
  present: Present & { readonly values: Float32Array },
  learns: boolean,
): ScopeResponses {
  const { responses, advantage, rewards, referenceLogProb, partitions } = batch;
  const { longest, lengths, promptOf } = responses;
  const sums = (values: ArrayLike<number> | undefined): Float64Array =>
    Float64Array.from(sequences, (b) => {
      let sum = 0;
      for (let t = 0; t < lengths[b]!; t++) sum += values?.[b * longest + t] ?? 0;
      return sum;
    });
  return {
    group: Int32Array.from(sequences, (b) => promptOf[b]!),
    length: Int32Array.from(sequences, (b) => lengths[b]!),
    reward: Float64Array.from(sequences, (b) => rewards[b]!),
    advantage: sums(advantage).map((sum, n) => sum / lengths[sequences[n]!]!),
    logProb: sums(present.logProb),
    oldLogProb: sums(responses.logProb),
    referenceLogProb: sums(referenceLogProb),
    logZ: Float64Array.from(sequences, (b) =>
      learns ? present.values[b * longest]! : (partitions?.[promptOf[b]!]?.logZ ?? 0),
    ),
  };
}

/**
 * The loss of a mini-batch's responses and its derivatives at each token.
 *
 * @param sequences - whole groups.
 * @param present - what the policy says before the update.
 * @returns undefined for interventions without such a loss.
 */
export function responsePull(
  config: InterventionConfig,
  batch: StepBatch,
  sequences: readonly number[],
  present: Present & { readonly values: Float32Array },
): ResponsePull | undefined {
  const learns = learnsLogZ(config);
  const scope = scopeResponses(batch, sequences, present, learns);
  const found = lossOfResponses(scope, config);
  if (found === undefined) return undefined;
  const { loss, byLogProb, byLogZ, measures } = found;
  const { responses } = batch;
  const pull = nothing(responses);
  const pullZ = learns ? nothing(responses) : undefined;
  let counted = 0;
  for (const [n, b] of sequences.entries()) {
    const from = b * responses.longest;
    pull.fill(byLogProb[n]!, from, from + responses.lengths[b]!);
    counted += byLogProb[n]! * scope.logProb[n]!;
    if (pullZ === undefined) continue;
    pullZ[from] = byLogZ![n]!;
    counted += byLogZ![n]! * scope.logZ[n]!;
  }
  return { byLogProb: pull, byLogZ: pullZ, offset: loss - counted, measures };
}
