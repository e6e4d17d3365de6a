/** Positive and negative reweighting: tokens count by the sign of their advantage. */
import type { OptionsOf } from "../../config/intervention-config.ts";
import type { WeighedTokens } from "./intervention.ts";

/**
 * `positive` for tokens of positive advantage, `negative` for those of negative advantage, 1 for the others.
 *
 * **Details** (1, 0) is PSR, which learns from right answers alone, (0, 1) NSR, which learns from wrong ones alone, and
 * (0.1, 1) W-REINFORCE.
 *
 * @see arXiv:2506.01347, TianHongZXY/RLVR-Decomposed; positive reweighting also arXiv:2511.05993
 */
export function weighBySign(
  { advantage }: WeighedTokens,
  { positive, negative }: OptionsOf<"sign-weights">,
): Float64Array {
  return advantage.map((value) => (value > 0 ? positive : value < 0 ? negative : 1));
}
