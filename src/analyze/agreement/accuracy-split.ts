/** Estimators on the prompt groups of one accuracy class at a time; reads no log. */
import type { AgreementSplit } from "./agreement-finding.ts";
import { type AgreementBootstrap, bootstrapAgreement } from "./bootstrap-agreement.ts";
import type { TokenPredictions } from "./token-predictions.ts";

/**
 * Splits by the share of a group's responses with a positive advantage (arXiv:2505.22617, Fig. 8 right: the covariance
 * of easy prompts is the larger).
 *
 * @param y - measured change of the whole point [n].
 */
export function accuracySplit(
  { whole, classes }: TokenPredictions,
  y: Float64Array,
  bootstrap: AgreementBootstrap,
): AgreementSplit {
  const parts = classes.map(({ part, tokens, x, covariance }) => ({
    part,
    share: tokens.map((count, i) =>
      Number.isNaN(whole.tokens[i]!)
        ? Number.NaN
        : (Number.isNaN(count) ? 0 : count) / whole.tokens[i]!,
    ),
    covariance: covariance ?? new Float64Array(y.length).fill(Number.NaN),
    predictions: [...x].map(([estimator, values]) => ({
      estimator,
      x: values,
      agreement: bootstrapAgreement(values, y, bootstrap),
    })),
  }));
  return { by: "accuracy", parts };
}
