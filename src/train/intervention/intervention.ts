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
}

/** An intervention; each part may be left out. */
export interface Intervention<K extends InterventionKind> {
  /** The surrogate it is defined with, in place of the configured one. */
  readonly surrogate?: LossConfig;
  /** Whether `referenceLogProb` must be there. */
  readonly needsReference?: boolean;
  /**
   * Chooses tokens of one scope, between two programs and in float64.
   *
   * @returns [n], 1 for a chosen token.
   */
  readonly select?: (tokens: ScopeTokens, options: OptionsOf<K>, order: ChoiceOrder) => Uint8Array;
  /** Token losses [B, T] with the intervention, differentiable; inside a program. */
  readonly adjust?: (
    tokenLoss: tf.Tensor2D,
    tensors: AdjustmentTensors,
    options: OptionsOf<K>,
  ) => tf.Tensor2D;
}
