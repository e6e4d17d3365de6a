/** What a surrogate loss is given and gives back; knows no surrogate. */
import type { LossKind, OptionsOf } from "../../config/loss-config.ts";
import type { tf } from "../../engine/tfjs.ts";
import type { AggregationRule } from "./aggregation.ts";

/** Tokens of some sequences inside a program, [B, T] each, float32; nats. What stands outside the mask counts for nothing. */
export interface TokenTensors {
  /** log π of the policy that learns. Differentiable. */
  readonly logProb: tf.Tensor2D;
  /** log π of the policy that sampled; on a step's first update `stopGradient(logProb)`. */
  readonly oldLogProb: tf.Tensor2D;
  readonly advantage: tf.Tensor2D;
  /** 1 for a token of the response. */
  readonly mask: tf.Tensor2D;
}

/** Losses of single tokens, before they become one number. */
export interface Surrogate {
  /** [B, T], to be minimised; differentiable with respect to `logProb` alone, each token's with respect to its own. */
  readonly tokenLoss: tf.Tensor2D;
  /** [B, T]: −1 where a lower bound holds the ratio, 1 where an upper one does, else 0. No gradient. */
  readonly clipped: tf.Tensor2D;
}

/** A surrogate loss. It is traced once: nothing in it may depend on the elements of a tensor but through tensors. */
export interface SurrogateLoss<K extends LossKind> {
  readonly loss: (tokens: TokenTensors, options: OptionsOf<K>) => Surrogate;
  /** How its token losses become one number, where that is part of its definition and not a choice. */
  readonly aggregation?: AggregationRule;
}
