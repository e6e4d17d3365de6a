/** The rival formulas for the change of entropy in one state, and what each of them lacks; knows no batch and no network. */
import { covarianceUnder, meanUnder } from "./covariance-under.ts";
import { discriminators } from "./first-order-change.ts";
import type { BanditProblem, LogitStep } from "./logit-steps.ts";

/** The formulas. */
export type FirstOrderKind =
  | "pg"
  | "pg-uncentred"
  | "npg"
  | "npg-as-pg"
  | "polarity"
  | "discriminator"
  | "single-logit";

/** One formula for dH / η. */
export interface FirstOrderForm {
  /** The formula, as tables print it. */
  readonly what: string;
  /** The step whose change of entropy it is used for. */
  readonly step: LogitStep;
  /** The formula: predicted change of entropy for a step of length η, divided by η; nats. */
  readonly rate: (problem: BanditProblem) => number;
  /**
   * What the formula lacks: `rate + missing` is the derivative of entropy along the step. 0 for a theorem, whose error at
   * length η is O(η²); else the error is η · missing + O(η²), and no smaller step mends it.
   */
  readonly missing: (problem: BanditProblem) => number;
}

const nothing = (): number => 0;

/** E_p A · Cov_p(log p, p). */
function centring({ state: { p, logP }, advantage }: BanditProblem): number {
  return meanUnder(p, advantage) * covarianceUnder(p, logP, p);
}

/** −Cov_p(log p, p A), A as it is. */
function uncentred({ state: { p, logP }, advantage }: BanditProblem): number {
  const weighted = p.map((pk, k) => pk * advantage[k]!);
  return -covarianceUnder(p, logP, weighted);
}

/** −Cov_p(log p, p (A − E_p A)). */
const policyGradient = (problem: BanditProblem): number => uncentred(problem) + centring(problem);

/** −Cov_p(log p, A). */
const naturalGradient = ({ state: { p, logP }, advantage }: BanditProblem): number =>
  -covarianceUnder(p, logP, advantage);

/**
 * All formulas.
 *
 * **Details** They hold for a tabular policy (states share no parameters), on policy, for one small step, without clipping,
 * Adam or a divergence. S_a = p_a (log p_a + H) is the discriminator, D_a = E_p S − S_a the polarity of action a.
 *
 * - `pg`: the expected step of plain policy gradient. A must be centred under p: the theorem's A has E_p A = 0.
 * - `pg-uncentred`: the same with A as it comes. Lacks E_p A · Cov_p(log p, p).
 * - `npg`: the natural gradient's step. A may have any mean.
 * - `npg-as-pg`: the natural form used for a plain step, as Clip-Cov and KL-Cov do. Lacks the difference of the two, which
 *   has no fixed sign and is large: the plain step is smaller by a factor of about p.
 * - `polarity`: one sampled token, all logits moved. Its mean over sampled actions is `pg`, for any A.
 * - `discriminator`: one sampled token, as if its own logit alone were moved by η A_a. Lacks A_a E_p S.
 * - `single-logit`: one sampled token, its own logit moved by η A_a (1 − p_a) and the others left: the signed quantity
 *   under STEER's weights. Lacks A_a times the sum over the other actions of p S.
 *
 * @see arXiv:2505.22617, Theorems 1 and 2; arXiv:2605.11775 and arXiv:2608.29846 (polarity); arXiv:2602.03392
 * (discriminator); arXiv:2510.10150 (STEER)
 */
export const FIRST_ORDER_FORMS: { readonly [K in FirstOrderKind]: FirstOrderForm } = {
  pg: {
    what: "−Cov_p(log p, p (A − E_p A))",
    step: "policy-gradient",
    rate: policyGradient,
    missing: nothing,
  },
  "pg-uncentred": {
    what: "−Cov_p(log p, p A)",
    step: "policy-gradient",
    rate: uncentred,
    missing: centring,
  },
  npg: {
    what: "−Cov_p(log p, A)",
    step: "natural-gradient",
    rate: naturalGradient,
    missing: nothing,
  },
  "npg-as-pg": {
    what: "−Cov_p(log p, A)",
    step: "policy-gradient",
    rate: naturalGradient,
    missing: (problem) => policyGradient(problem) - naturalGradient(problem),
  },
  polarity: {
    what: "A_a (E_p S − S_a)",
    step: "sampled-token",
    rate: ({ state, advantage, action }) => {
      const s = discriminators(state);
      return advantage[action]! * (meanUnder(state.p, s) - s[action]!);
    },
    missing: nothing,
  },
  discriminator: {
    what: "−A_a S_a",
    step: "sampled-token",
    rate: ({ state, advantage, action }) => -advantage[action]! * discriminators(state)[action]!,
    missing: ({ state, advantage, action }) =>
      advantage[action]! * meanUnder(state.p, discriminators(state)),
  },
  "single-logit": {
    what: "−A_a (1 − p_a) S_a",
    step: "sampled-token",
    rate: ({ state, advantage, action }) =>
      -advantage[action]! * (1 - state.p[action]!) * discriminators(state)[action]!,
    missing: ({ state, advantage, action }) => {
      const s = discriminators(state);
      return advantage[action]! * (meanUnder(state.p, s) - state.p[action]! * s[action]!);
    },
  },
};
