/** What an intervention may do, and what it is given for it; knows no intervention. */
import type { Rng } from "../../base/random.ts";
import type { InterventionKind, OptionsOf } from "../../config/intervention-config.ts";
import type { LossConfig } from "../../config/loss-config.ts";
import type { tf } from "../../engine/tfjs.ts";
import type { TokenTensors } from "../loss/surrogate.ts";

/** The valid tokens of one scope, sequence after sequence; [n] each, nats. */
export interface ScopeTokens {
  /** log π of the policy that learns, as it is before the update. */
  readonly logProb: Float64Array;
  readonly advantage: Float64Array;
  /** What the surrogate says of each: 0 where it is not clipped. */
  readonly clipped: ArrayLike<number>;
}

/** Those tokens with what else a weight may depend on; [n] each, nats. */
export interface WeighedTokens extends ScopeTokens {
  /** log π of the policy that sampled. */
  readonly oldLogProb: Float64Array;
  /** Token entropy at temperature 1 of the policy that learns, as it is before the update. */
  readonly entropy: Float64Array;
  /** The same of the policy that sampled. */
  readonly sampledEntropy: Float64Array;
  /** D = Σ p² (log p + H) − p (log p + H) of the sampled token, under the policy that sampled. */
  readonly polarity: Float64Array;
}

/** The valid tokens of a step as they were sampled, sequence after sequence; [N] each, nats. */
export interface SampledTokens {
  readonly oldLogProb: Float64Array;
  readonly entropy: Float64Array;
  readonly polarity: Float64Array;
  readonly advantage: Float64Array;
}

/** The responses of a mini-batch, whole prompt groups one after another; [n] each. */
export interface ScopeResponses {
  /** The prompt of each. */
  readonly group: Int32Array;
  /** Tokens of each, at least 1. */
  readonly length: Int32Array;
  readonly reward: Float64Array;
  /** Mean over its tokens of the advantage. */
  readonly advantage: Float64Array;
  /** Sum over its tokens of log π, of the policy that learns, as it is before the update. */
  readonly logProb: Float64Array;
  /** The same of the policy that sampled. */
  readonly oldLogProb: Float64Array;
  /** The same of the reference policy; 0 without one. */
  readonly referenceLogProb: Float64Array;
  /** log Z of the prompt: predicted, or frozen; 0 where the intervention has none. */
  readonly logZ: Float64Array;
}

/** A loss of whole responses and its derivatives. */
export interface ResponseLoss {
  readonly loss: number;
  /** [n], derivative with respect to the sum of log π over each response. */
  readonly byLogProb: Float64Array;
  /** [n], derivative with respect to log Z, where it is learnt. */
  readonly byLogZ?: Float64Array;
  /** Columns of the update's row, and means over the updates in the step's. */
  readonly measures: readonly (readonly [string, number])[];
}

/** How log Z of a prompt is estimated from responses of the frozen reference policy. */
export interface ProposalPlan {
  /** K, responses to each prompt. */
  readonly samples: number;
  /** At which they are sampled; null: that of the rollout. */
  readonly temperature: number | null;
  /**
   * Log-weight of one proposal.
   *
   * @param logRatio - sum over its tokens of log π_ref − log q, q the policy at the temperature of the proposals; nats.
   */
  readonly logWeight: (proposal: {
    readonly reward: number;
    readonly logRatio: number;
    readonly length: number;
  }) => number;
}

/** What a controller remembers from step to step; checkpoints hold it. */
export type ControlState = Readonly<Record<string, number>>;

/** What a controller decides at the start of a step. */
export interface Control {
  readonly state: ControlState;
  /** Strength of the intervention in this step. */
  readonly coefficient: number;
}

/** How one of several tokens is chosen: by draws of a stream, or the first ones in order, as golden cases have it. */
export type ChoiceOrder = Rng | "first";

/** What the token losses are adjusted with, inside a program; [B, T] each, float32. */
export interface AdjustmentTensors extends TokenTensors {
  /** 1 for a chosen token, 0 elsewhere. */
  readonly selected: tf.Tensor2D;
  /** Token entropy at temperature 1, nats. Differentiable. */
  readonly entropy: tf.Tensor2D;
  /** log π of the reference policy, for interventions that need it. */
  readonly referenceLogProb?: tf.Tensor2D | undefined;
  /** The step's coefficient, a scalar, for interventions with a controller. */
  readonly coefficient?: tf.Tensor | undefined;
}

/** An intervention; each part may be left out. */
export interface Intervention<K extends InterventionKind> {
  /** The surrogate it is defined with, in place of the configured one. */
  readonly surrogate?: LossConfig;
  /** Whether `referenceLogProb` must be there. */
  readonly needsReference?: boolean;
  /**
   * Decides the coefficient of a step from the mean token entropy of its responses. The state is empty at the start of a
   * run.
   */
  readonly control?: (state: ControlState, entropy: number, options: OptionsOf<K>) => Control;
  /**
   * Advantages in place of the estimator's, once before the updates of a step and in float64.
   *
   * @returns [N].
   */
  readonly reshape?: (
    tokens: SampledTokens,
    options: OptionsOf<K>,
    coefficient: number,
  ) => Float64Array;
  /**
   * Chooses tokens of one scope, between two programs and in float64.
   *
   * @returns [n], 1 for a chosen token.
   */
  readonly select?: (tokens: ScopeTokens, options: OptionsOf<K>, order: ChoiceOrder) => Uint8Array;
  /**
   * Factors on the losses of one scope's tokens, between two programs and in float64. Tokens whose factor is not 1 count
   * as chosen.
   *
   * @returns [n].
   */
  readonly weigh?: (
    tokens: WeighedTokens,
    options: OptionsOf<K>,
    coefficient: number,
  ) => Float64Array;
  /** Whether a token with this factor counts as chosen, in place of the rule above. */
  readonly isChosen?: (factor: number) => boolean;
  /**
   * A loss of the mini-batch's whole responses, added to the tokens' losses.
   *
   * **Details** Its gradient enters the program as a constant for each token, so that it is exact however the mini-batch
   * is cut into parts.
   */
  readonly responseLoss?: (responses: ScopeResponses, options: OptionsOf<K>) => ResponseLoss;
  /** Whether the response loss stands in place of the tokens' losses. */
  readonly replacesTokenLoss?: (options: OptionsOf<K>) => boolean;
  /** Whether log Z is a head of the policy, at the prompt's last token, that the response loss teaches. */
  readonly learnsLogZ?: boolean;
  /** Where log Z is estimated once for each prompt of a step, and stays as it is. Needs the reference policy. */
  readonly proposals?: (options: OptionsOf<K>) => ProposalPlan;
  /** Token losses [B, T] with the intervention, differentiable; inside a program. */
  readonly adjust?: (
    tokenLoss: tf.Tensor2D,
    tensors: AdjustmentTensors,
    options: OptionsOf<K>,
  ) => tf.Tensor2D;
}
