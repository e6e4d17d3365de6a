/** How the logits of one state move under each kind of update; knows no entropy. */
import { meanUnder } from "./covariance-under.ts";
import type { SoftmaxState } from "./softmax-state.ts";

/** A state, what its actions are worth, and the action that was sampled. */
export interface BanditProblem {
  readonly state: SoftmaxState;
  /** [K], A; centred under p or not. */
  readonly advantage: Float64Array;
  /** The sampled action, in [0, K). */
  readonly action: number;
}

/** The kinds of updates. */
export type LogitStep = "policy-gradient" | "natural-gradient" | "sampled-token";

/**
 * dz / η [K] of each kind: the direction in which the logits of a tabular policy move.
 *
 * - `policy-gradient`: p (A − E_p A), the gradient of E_p A;
 * - `natural-gradient`: A, which is that gradient under the inverse Fisher matrix, up to a constant that softmax ignores;
 * - `sampled-token`: A_a (e_a − p), the same gradient from one sampled action a.
 *
 * @see arXiv:2505.22617, Propositions 1 and 2; arXiv:2602.03392 for one token
 */
export const LOGIT_STEPS: { readonly [K in LogitStep]: (problem: BanditProblem) => Float64Array } =
  {
    "policy-gradient": ({ state: { p }, advantage }) => {
      const centre = meanUnder(p, advantage);
      return p.map((pk, k) => pk * (advantage[k]! - centre));
    },
    "natural-gradient": ({ advantage }) => advantage.slice(),
    "sampled-token": ({ state: { p }, advantage, action }) =>
      p.map((pk, k) => advantage[action]! * ((k === action ? 1 : 0) - pk)),
  };
