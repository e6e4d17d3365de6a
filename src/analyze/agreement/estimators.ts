/** The estimators of the entropy change: what each predicts, from what, and when its theory holds; reads no log. */
import { type TokenTerm, columnsFor } from "../../log/aggregate-tokens.ts";

/**
 * An estimator of the entropy change of a point (a step or an update), up to the step size: x = `sign` · `term`.
 *
 * **Details** l, p, A and H of a token are its log-probability, its probability, its advantage and the entropy of the
 * distribution it was drawn from, all before the point's updates. Every form is first order in the change of the logits
 * z, from dH = −Cov_{a~p}(log p(a), dz_a) at one state. All hold for tabular logits (no parameters shared between
 * states), tokens drawn from the policy itself, one small step, and no clipping, adaptive optimiser or KL term; each
 * names what it needs beyond that. Where parameters are shared they are proxies, which is why agreement is measured.
 */
interface TokenEstimator {
  readonly from: "tokens";
  readonly term: TokenTerm;
  readonly sign: 1 | -1;
  /** x as a formula, for tables and reports. */
  readonly formula: string;
}

/** An estimator that the trainer computed itself and logged with each step and update. */
interface LoggedEstimator {
  readonly from: "log";
  readonly column: string;
  readonly formula: string;
}

export type Estimator = TokenEstimator | LoggedEstimator;

const covariance = (term: TokenTerm, formula: string): TokenEstimator => ({
  from: "tokens",
  term,
  sign: -1,
  formula,
});

/**
 * All estimators. Levels: `token`, all tokens of the point; `group`, the tokens of a prompt group, mean over groups;
 * `response`, the responses of a prompt group with the means of their tokens (length-normalised), mean over groups.
 * The names without a level are those of the contract.
 */
export const estimators = {
  /**
   * x = −Cov(l, A) over all tokens of the point.
   *
   * Natural policy gradient, dz_a = η A_a, averaged over states. Mixing states, it is the per-state covariance only if
   * every state's l and A have the same means. @see arXiv:2505.22617, Eq. 10 and Theorem 2
   */
  batch: covariance("plain_token", "−Cov(l, A) over tokens"),
  /** As `batch`, within each prompt group. */
  "npg-group": covariance("plain_group", "−mean over groups of Cov(l, A) over tokens"),
  /**
   * x = −mean over groups of Cov(l, A) over responses.
   *
   * Theorem 2 with the response as the action and l normalised by length. @see arXiv:2505.22617, Fig. 8
   */
  npg: covariance("plain_response", "−mean over groups of Cov(l, A) over responses"),

  /** As `pg`, over all tokens of the point. */
  "pg-token": covariance("weighted_token", "−Cov(l, pA) over tokens"),
  /** As `pg`, over the tokens of each prompt group. */
  "pg-group": covariance("weighted_group", "−mean over groups of Cov(l, pA) over tokens"),
  /**
   * x = −mean over groups of Cov(l, pA) over responses, p = e^l.
   *
   * Expected vanilla policy gradient, dz_a = η p_a A_a, which needs A centred under p: otherwise it is often wrong in
   * sign and always in size. @see arXiv:2505.22617, Theorem 1 and Fig. 8
   */
  pg: covariance("weighted_response", "−mean over groups of Cov(l, pA) over responses"),

  /** As `pg-centred-response`, over all tokens of the point, Ā that of each prompt group's tokens. */
  "pg-centred-token": covariance("centred_token", "−Cov(l, p(A − Ā)) over tokens"),
  /** As `pg-centred-response`, over the tokens of each prompt group. */
  "pg-centred-group": covariance(
    "centred_group",
    "−mean over groups of Cov(l, p(A − Ā)) over tokens",
  ),
  /**
   * x = −mean over groups of Cov(l, p(A − Ā)) over responses, Ā = Σ pA / Σ p over the group.
   *
   * The form that Theorem 1 states. Ā stands for E_p A; it is exact only if the group lists every action once.
   * @see arXiv:2505.22617, Theorem 1
   */
  "pg-centred-response": covariance(
    "centred_response",
    "−mean over groups of Cov(l, p(A − Ā)) over responses",
  ),

  /**
   * x = −mean A S over tokens, S = p (H + l).
   *
   * One sampled token moves the entropy by −η A (S − E_p S). The correction E_p S needs the full distribution, which a
   * log of sampled tokens lacks, and is left out: over many tokens of one state it averages out for centred A, for a
   * single token it does not. H must be at the sampling temperature, 1. @see arXiv:2602.03392 (discriminator-style: the
   * paper's own control was not reproduced)
   */
  "discriminator-token": covariance("discriminator_token", "−mean A·p(H + l) over tokens"),
  /** As `discriminator-token`, within each prompt group, mean over groups. */
  "discriminator-group": covariance(
    "discriminator_group",
    "−mean over groups of mean A·p(H + l) over tokens",
  ),
  /** As `discriminator-token` with the response's mean A and mean S, mean over the responses of a group, then groups. */
  "discriminator-response": covariance(
    "discriminator_response",
    "−mean over groups of mean A·S over responses, S the mean of p(H + l)",
  ),

  /**
   * x = mean A D over tokens, D the column `polarity`.
   *
   * One sampled token with its correction: D = E_p S − S, and dH = η A D exactly to first order for the step
   * dz = η A (e_a − p). @see arXiv:2605.11775 (polarity-style: the paper's symbols could not be checked)
   */
  polarity: { from: "tokens", term: "polarity_token", sign: 1, formula: "mean A·D over tokens" },
  /** As `polarity`, within each prompt group, mean over groups. */
  "polarity-group": {
    from: "tokens",
    term: "polarity_group",
    sign: 1,
    formula: "mean over groups of mean A·D over tokens",
  },
  /** As `polarity` with the response's mean A and mean D, mean over the responses of a group, then groups. */
  "polarity-response": {
    from: "tokens",
    term: "polarity_response",
    sign: 1,
    formula: "mean over groups of mean A·D over responses",
  },

  /**
   * x = −mean Cov_p(log p, dz) over tokens, p the full distribution and dz the change of its logits that the updates made.
   *
   * Holds for any cause of the change, shared parameters, Adam and clipping included, to first order in dz; only a
   * trainer can compute it. Its step size is known: the slope should be 1. @see arXiv:2505.22617, Lemma 1
   */
  lemma: {
    from: "log",
    column: "predicted_entropy_change",
    formula: "−mean Cov_p(log p, dz) over tokens, as logged",
  },
} as const satisfies Record<string, Estimator>;

export type EstimatorName = keyof typeof estimators;

/** In the order of the table. */
export const ESTIMATOR_NAMES = Object.keys(estimators) as readonly EstimatorName[];

/** Those that are asked for by default. */
export const DEFAULT_ESTIMATORS: readonly EstimatorName[] = [
  "batch",
  "npg",
  "pg",
  "polarity",
  "lemma",
];

/** Columns of the token table, besides log-probability and advantage, without which an estimator has no value. */
export function columnsOf(name: EstimatorName): readonly string[] {
  const estimator: Estimator = estimators[name];
  return estimator.from === "tokens" ? columnsFor(estimator.term) : [];
}
