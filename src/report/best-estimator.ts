/** The estimator that a title speaks of; computes no statistic. */
import type { EstimatorAgreement } from "../analyze/agreement/agreement-finding.ts";

/** The one with the largest R²; undefined where none has one. */
export function bestEstimator(
  estimators: readonly EstimatorAgreement[],
): EstimatorAgreement | undefined {
  let best: EstimatorAgreement | undefined;
  for (const one of estimators) {
    const { r2 } = one.agreement;
    if (Number.isFinite(r2) && (best === undefined || r2 > best.agreement.r2)) best = one;
  }
  return best;
}

/** Whether an estimator predicts better than the mean change does, beyond the noise of its R². */
export function predictsClearly({ agreement }: EstimatorAgreement): boolean {
  return (agreement.ci95.r2?.[0] ?? 0) > 0;
}

/** A statistic of agreement in a title: two decimals are all that it is known to. */
export function statistic(value: number): string {
  return Number.isFinite(value) ? value.toFixed(2).replace(/^-(0\.00)$/, "$1") : "-";
}
