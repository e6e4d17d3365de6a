/** The policy's loss of each token: surrogate, then intervention; and its weight. Knows no member of either family. */
import type { Matrix } from "../../base/matrix.ts";
import type { ExperimentConfig } from "../../config/experiment-config.ts";
import { type Aggregation, aggregationWeights } from "../loss/aggregation.ts";
import type { Surrogate } from "../loss/surrogate.ts";
import { aggregationOf, surrogateLoss } from "../loss/surrogates.ts";
import type { AdjustmentTensors } from "./intervention.ts";
import { adjustLoss, surrogateUnder } from "./interventions.ts";

/** The choices of a configuration that make a policy loss. */
export type PolicyLossConfig = Pick<ExperimentConfig, "loss" | "intervention">;

/** Token losses [B, T] with the intervention, and where the surrogate clips; differentiable, inside a program. */
export function policyLoss(
  { loss, intervention }: PolicyLossConfig,
  tensors: AdjustmentTensors,
): Surrogate {
  const { tokenLoss, clipped } = surrogateLoss(tensors, surrogateUnder(intervention, loss));
  return { tokenLoss: adjustLoss(tokenLoss, tensors, intervention), clipped };
}

/**
 * Weights of a mini-batch's tokens, {@link aggregationWeights}, by the chosen aggregation or the one that the surrogate
 * brings.
 *
 * @param mask - [B, T] of the whole mini-batch.
 * @param group - [B], which prompt a sequence answers, for aggregations over prompts.
 * @returns [B T].
 */
export function policyWeights(
  { loss, intervention }: PolicyLossConfig,
  chosen: Aggregation,
  mask: Matrix,
  group?: Int32Array,
): Float64Array {
  return aggregationWeights(aggregationOf(surrogateUnder(intervention, loss), chosen), mask, group);
}
