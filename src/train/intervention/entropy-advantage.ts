/** Entropy-shaped advantage: tokens of high entropy get a higher one. */
import type { OptionsOf } from "../../config/intervention-config.ts";
import type { SampledTokens } from "./intervention.ts";

/**
 * A + min(α H, |A| / κ), H fixed: of the policy that sampled, at temperature 1.
 *
 * **Details** α 0.4 and κ 2. With κ > 1 no advantage changes its sign, and one of 0 stays 0. "-style": the formula is
 * confirmed, the two values are from a secondary source.
 *
 * @see arXiv:2506.14758
 */
export function shapeByEntropy(
  { entropy, advantage }: SampledTokens,
  { alpha, kappa }: OptionsOf<"entropy-advantage">,
): Float64Array {
  return advantage.map(
    (value, at) => value + Math.min(alpha * entropy[at]!, Math.abs(value) / kappa),
  );
}
