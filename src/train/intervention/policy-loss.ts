/** The policy's loss of some sequences: surrogate, then intervention, then weights; knows no member of either family. */
import type { Matrix } from "../../base/matrix.ts";
import type { InterventionConfig } from "../../config/intervention-config.ts";
import type { LossConfig } from "../../config/loss-config.ts";
import { tf } from "../../engine/tfjs.ts";
import { type Aggregation, aggregationWeights } from "../loss/aggregation.ts";
import { aggregationOf, surrogateLoss } from "../loss/surrogates.ts";
import type { AdjustmentTensors } from "./intervention.ts";
import { adjustLoss, surrogateUnder } from "./interventions.ts";

/** The choices of a configuration that make a policy loss. */
export interface PolicyLossConfig {
  readonly loss: LossConfig;
  readonly intervention: InterventionConfig;
}

/** A policy loss, inside a program. */
export interface PolicyLoss {
  /** Σ weight · token loss, differentiable. The losses of a mini-batch's parts add up to the mini-batch's. */
  readonly loss: tf.Scalar;
  /** What the surrogate clipped, see `Surrogate`. */
  readonly clipped: tf.Tensor2D;
}

/**
 * Weights of a mini-batch's tokens, {@link aggregationWeights}, by the chosen aggregation or the one that the surrogate
 * brings.
 *
 * @param mask - [B, T] of the whole mini-batch.
 * @returns [B T].
 */
export function policyWeights(
  { loss, intervention }: PolicyLossConfig,
  chosen: Aggregation,
  mask: Matrix,
): Float64Array {
  return aggregationWeights(aggregationOf(surrogateUnder(intervention, loss), chosen), mask);
}

/**
 * The loss of some sequences of a mini-batch.
 *
 * @param weights - [B, T], their rows of the mini-batch's {@link policyWeights}.
 */
export function policyLoss(
  tensors: AdjustmentTensors,
  weights: tf.Tensor,
  { loss, intervention }: PolicyLossConfig,
): PolicyLoss {
  const { tokenLoss, clipped } = surrogateLoss(tensors, surrogateUnder(intervention, loss)); // [B, T]
  const adjusted = adjustLoss(tokenLoss, tensors, intervention); // [B, T]
  return { loss: tf.sum(tf.mul(adjusted, weights)), clipped };
}
