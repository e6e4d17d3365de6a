/** CW-GRPO: tokens count the less the further their covariance is from 0. */
import type { OptionsOf } from "../../config/intervention-config.ts";
import type { WeighedTokens } from "./intervention.ts";
import { meanOf, varianceOf } from "./moments.ts";
import { tokenCovariance } from "./token-covariance.ts";

/**
 * e^(−s c² / (2 σ²)) over its mean, with c the tokens' covariances over the scope (Eq. 10 of arXiv:2505.22617), σ their
 * standard deviation and s the strength.
 *
 * **Details** The paper has no hyperparameter: s is 1. 1 for all where no covariance differs. The divisor of σ is n;
 * no code is published.
 *
 * @see arXiv:2605.11538
 */
export function weighByCovariance(
  { logProb, advantage }: WeighedTokens,
  { strength }: OptionsOf<"covariance-weights">,
): Float64Array {
  const covariance = tokenCovariance(logProb, advantage);
  const variance = varianceOf(covariance);
  if (variance === 0) return covariance.fill(1);
  const weights = covariance.map((value) => Math.exp((-strength * value ** 2) / (2 * variance)));
  const scale = meanOf(weights);
  return weights.map((weight) => weight / scale);
}
