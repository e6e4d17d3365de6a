/** What an advantage estimator is given and gives back; knows no estimator. */
import type { Matrix } from "../../base/matrix.ts";
import type { AdvantageKind, OptionsOf } from "../../config/advantage-config.ts";

/** One step's rewards. B sequences, T positions of a response, padded at its end. */
export interface AdvantageInput {
  /** [B, T], reward of each token; a reward of the whole response stands at its last valid token. */
  readonly rewards: Matrix;
  /** [B, T], 1 for a token of the response, 0 elsewhere. */
  readonly mask: Matrix;
  /** [B], which prompt a response answers. */
  readonly group: Int32Array;
  /** [B, T], value of the state before each token, in units of reward; `gae` needs it. */
  readonly values?: Matrix | undefined;
  /** [B], reward of the greedy response to the same prompt; `remax` needs it. */
  readonly baseline?: Float64Array | undefined;
  /** [B, T], reward of each token besides `rewards`; `prime` needs it. */
  readonly processRewards?: Matrix | undefined;
}

/** Advantages and returns, [B, T] each, 0 outside the mask. */
export interface Advantages {
  readonly advantages: Matrix;
  /** What a value function would learn; the advantages themselves where the estimator knows no returns. */
  readonly returns: Matrix;
}

/** An estimator. Its input has been checked. */
export type AdvantageEstimator<K extends AdvantageKind> = (
  input: AdvantageInput,
  options: OptionsOf<K>,
) => Advantages;
