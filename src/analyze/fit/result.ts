/** How a fit ended and what it found, as plain data; knows no law and no method. */

/** The laws entlaw can fit. `entropy`, `linear` and `constant` take policy entropy as x; `sigmoid` and `power` take progress (steps, tokens, GPU-hours). */
export type LawKind = "entropy" | "sigmoid" | "power" | "linear" | "constant";

/**
 * How a fit was made. `iv`: two-stage least squares with each step's neighbours as the instrument (the default for
 * laws in entropy, which is measured with noise); `ols`: closed-form least squares; `lm`: Levenberg–Marquardt;
 * `deming`: errors in both variables; `grid`: the ScaleRL grid over (A, C_mid).
 */
export type FitMethod = "iv" | "ols" | "lm" | "deming" | "grid";

/** One number that was estimated, never without its doubt. Intervals are two-sided, 95 %. */
export interface Estimate {
  readonly value: number;
  /** Standard error, in the unit of `value`. */
  readonly se: number;
  /** The interval to quote: value ± t × se, of the method's own standard error. */
  readonly ci95: readonly [number, number];
  /** Newey–West (Bartlett) standard error, where the method has one. */
  readonly neweyWestSe?: number;
  /** Profile-likelihood interval; an end is ±Infinity where the profile does not rise. */
  readonly profile95?: readonly [number, number];
  /** Percentile interval of the moving-block bootstrap, where one was asked for. */
  readonly bootstrap95?: readonly [number, number];
}

/** Goodness of fit. k in the criteria is the number of parameters + 1; the likelihood is Gaussian: n ln(RSS/n) + 2k. */
export interface Goodness {
  readonly r2: number;
  /** sqrt(RSS / n). */
  readonly rmse: number;
  /** Residual sum of squares. */
  readonly rss: number;
  readonly aic: number;
  readonly aicc: number;
  readonly bic: number;
  readonly durbinWatson: number;
}

/** A fit that has parameters. `max-iterations` means the numbers are the best found, not a minimum. */
export interface SolvedFit {
  readonly status: "converged" | "max-iterations";
  readonly law: LawKind;
  readonly method: FitMethod;
  /** Number of points used. */
  readonly n: number;
  /** Estimates by the law's own parameter names, in the law's order. */
  readonly parameters: Readonly<Record<string, Estimate>>;
  /** [p × p], row-major, in the order of `parameters`. */
  readonly covariance: Float64Array;
  /** Reward the law promises when its resource is spent (entropy 0, or unlimited compute); undefined for `constant`. */
  readonly ceiling: Estimate | undefined;
  readonly goodness: Goodness;
  /** [n], fitted values in the order of the input. */
  readonly fitted: Float64Array;
  /** Doubts about this fit alone, such as a parameter at its bound. */
  readonly warnings: readonly string[];
}

/** Why no number can be given. */
export type DegenerateReason =
  | "too-few-points"
  | "constant-x"
  | "not-finite"
  /** x lies where the law is not defined, such as progress 0 in a power of progress. */
  | "x-outside-domain"
  /** The data do not determine the parameters: several values fit equally well. */
  | "not-identified";

/** A fit that could not be made: a result, not an exception, and never NaN. */
export interface DegenerateFit {
  readonly status: "degenerate";
  readonly law: LawKind;
  readonly method: FitMethod;
  readonly n: number;
  readonly reason: DegenerateReason;
  /** The reason as a sentence with the numbers that led to it. */
  readonly explanation: string;
}

export type LawFit = SolvedFit | DegenerateFit;
