/** How well fitted values describe observed ones: R², error and information criteria; knows no law. */
import { ShapeError } from "../../base/errors.ts";
import { isConstant } from "./line.ts";
import { mean } from "./moments.ts";
import type { Goodness } from "./result.ts";

/**
 * Durbin–Watson statistic of residuals: 2 for white ones, towards 0 for positive autocorrelation.
 *
 * Residuals that are all zero show no autocorrelation: 2.
 *
 * @param residuals - [n], in order of step.
 */
export function durbinWatson(residuals: Float64Array): number {
  let squares = 0;
  let differences = 0;
  for (let i = 0; i < residuals.length; i += 1) {
    squares += residuals[i]! ** 2;
    if (i > 0) differences += (residuals[i]! - residuals[i - 1]!) ** 2;
  }
  return squares === 0 ? 2 : differences / squares;
}

/** Akaike and Bayesian criteria of a Gaussian likelihood, without the constants that all laws share. */
export interface InformationCriteria {
  readonly aic: number;
  readonly aicc: number;
  readonly bic: number;
}

/**
 * AIC = n ln(RSS/n) + 2k, its small-sample form, and BIC, with k = parameters + 1 (the noise variance counts).
 *
 * A perfect fit has −Infinity; AICc is Infinity where n ≤ k + 1, since such a fit cannot be compared.
 *
 * @param n - number of points.
 * @param rss - residual sum of squares.
 * @param parameterCount - parameters that were estimated.
 * @see Burnham and Anderson, Model Selection and Multimodel Inference (2002), section 2.4 (AICc).
 */
export function informationCriteria(
  n: number,
  rss: number,
  parameterCount: number,
): InformationCriteria {
  const k = parameterCount + 1;
  const deviance = n * Math.log(rss / n);
  const aic = deviance + 2 * k;
  const isComparable = n > k + 1;
  return {
    aic,
    aicc: isComparable ? aic + (2 * k * (k + 1)) / (n - k - 1) : Number.POSITIVE_INFINITY,
    bic: deviance + k * Math.log(n),
  };
}

/**
 * Goodness of fit of `fitted` for `observed`.
 *
 * R² is 0 where the observed values do not vary, since then there is nothing to explain.
 *
 * @param observed - [n], n ≥ 1.
 * @param fitted - [n].
 * @param parameterCount - parameters that were estimated.
 * @throws {@link ShapeError} if the two differ in length.
 */
export function goodnessOfFit(
  observed: Float64Array,
  fitted: Float64Array,
  parameterCount: number,
): Goodness {
  const n = observed.length;
  if (fitted.length !== n) {
    throw new ShapeError(
      "fitted-length",
      `observed and fitted values must have one length, got ${n} and ${fitted.length}`,
    );
  }
  const residuals = observed.map((value, i) => value - fitted[i]!);
  const centre = mean(observed);
  let rss = 0;
  let total = 0;
  for (let i = 0; i < n; i += 1) {
    rss += residuals[i]! ** 2;
    total += (observed[i]! - centre) ** 2;
  }
  return {
    r2: isConstant(observed) ? 0 : 1 - rss / total,
    rmse: Math.sqrt(rss / n),
    rss,
    ...informationCriteria(n, rss, parameterCount),
    durbinWatson: durbinWatson(residuals),
  };
}
