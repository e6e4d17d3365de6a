/** What is found when predicted entropy change is held against measured change along one run; computes nothing. */
import type { Quadrant } from "../../log/token-cells.ts";
import type { EstimatorName } from "./estimators.ts";

export { QUADRANTS } from "../../log/token-cells.ts";

/** How well a prediction x agrees with the measured change y over n points. NaN where a number does not exist. */
export interface AgreementStatistics {
  /** Points that have both x and y. */
  readonly n: number;
  readonly pearson: number;
  /** Pearson correlation of mid-ranks. */
  readonly spearman: number;
  /** Share of points whose x and y have one sign, in [0, 1]. */
  readonly sign: number;
  /** Least squares through the origin, y = slope · x. */
  readonly slope: number;
  /** 1 − Σ(y − slope x)² / Σ(y − mean y)²; at most 1, and negative where a constant predicts better. */
  readonly r2: number;
}

/** The statistics that have an interval. */
export type AgreementStatistic = Exclude<keyof AgreementStatistics, "n">;

/** {@link AgreementStatistics} with 95 % intervals. */
export interface Agreement extends AgreementStatistics {
  /** Percentile intervals of a moving-block bootstrap over the points, in their order; absent where there is none. */
  readonly ci95: Readonly<Partial<Record<AgreementStatistic, readonly [number, number]>>>;
}

/** One estimator's prediction along the run, and how it agrees. */
export interface EstimatorAgreement {
  readonly estimator: EstimatorName;
  /** Predicted change up to the unknown step size [n], aligned with `y` of the finding; NaN where there is none. */
  readonly x: Float64Array;
  readonly agreement: Agreement;
}

/** What a split goes by. */
export type SplitKind = "accuracy" | "quadrant" | "clip";

/** One class of tokens or of prompt groups. */
export interface SplitPart {
  /** Name of the class, such as `(0, 0.25]`, `positive-high` or `clipped low`. */
  readonly part: string;
  /** Share of the point's tokens that lie in the class [n], in [0, 1]. */
  readonly share: Float64Array;
  /**
   * Mean covariance of the class [n]; NaN without tokens. By `quadrant` and `clip`: over its tokens, of
   * (l − mean l)(A − mean A), means over all tokens of the point. By `accuracy`: over its groups, of Cov(l, A) over
   * responses, as in arXiv:2505.22617, Fig. 8 right.
   */
  readonly covariance: Float64Array;
  /**
   * Predictions from the class alone [n]. By `accuracy`: each estimator on the class's groups. By `quadrant` and
   * `clip`: the class's summand of `batch`, so that the parts of a point add up to `batch`.
   */
  readonly predictions: readonly EstimatorAgreement[];
}

/** The points taken apart. */
export interface AgreementSplit {
  readonly by: SplitKind;
  readonly parts: readonly SplitPart[];
}

/** Mean covariance of the tokens with the largest covariance. */
export interface CovarianceTail {
  /** Which tokens: `all`, or a third of training in order of step. */
  readonly of: "all" | "first third" | "middle third" | "last third";
  /** First and last step, inclusive. */
  readonly steps: readonly [number, number];
  readonly tokens: number;
  /** One entry a share, in the order of `TAIL_SHARES`: the max(1, ⌊share · tokens⌋) tokens of largest covariance. */
  readonly means: ReadonlyArray<{
    readonly share: number;
    readonly tokens: number;
    readonly mean: number;
  }>;
}

/** Who the tokens of a set are. Means are NaN where the set is empty or a column is missing. */
export interface TokenPortrait {
  /** `all` tokens, the top 2 % by covariance, or those that the intervention chose. */
  readonly of: "all" | "top 2 %" | "selected";
  readonly tokens: number;
  /** Share of the set in each quadrant, in [0, 1]; they add up to 1. */
  readonly quadrants: Readonly<Record<Quadrant, number>>;
  /** Mean of exp(old_log_prob). */
  readonly probability: number;
  /** Mean entropy, nats. */
  readonly entropy: number;
  readonly advantage: number;
  /** Mean covariance, nats × advantage. */
  readonly covariance: number;
}

/** Something asked for that the run cannot give. */
export interface MissingPart {
  /** The estimator, the split, `covariance tail` or `level update`. */
  readonly what: string;
  /** What would have to be there, as a clause: "the column `polarity`". */
  readonly needs: string;
}

/** Everything `entlaw agree` finds about one run. */
export interface AgreementFinding {
  readonly question: "agreement";
  readonly run: string;
  /** What a point is: a step, or one update of the optimiser. */
  readonly of: "step" | "update";
  /** Where the predictions come from: the `tokens` table, or columns of the steps or updates alone. */
  readonly source: "tokens" | "columns";
  /** `change`: entropy on the same tokens after minus before. `difference`: of consecutive rows, other prompts included. */
  readonly measuredAs: "change" | "difference";
  /** [n], increasing. */
  readonly step: Float64Array;
  /** [n], number of the update within its step; undefined where a point is a step. */
  readonly update: Float64Array | undefined;
  /** Measured entropy change [n], nats. */
  readonly y: Float64Array;
  /** In the order of the table of estimators. */
  readonly estimators: readonly EstimatorAgreement[];
  readonly splits: readonly AgreementSplit[];
  /** All tokens first, then thirds of training; empty without a `tokens` table. */
  readonly tail: readonly CovarianceTail[];
  readonly portraits: readonly TokenPortrait[];
  readonly missing: readonly MissingPart[];
  /** One paragraph for people. */
  readonly verdict: string;
  readonly warnings: readonly string[];
}
