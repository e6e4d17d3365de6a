/** Entropy ratio clipping: tokens whose entropy has moved too far since they were sampled leave the gradient. */
import type { OptionsOf } from "../../config/intervention-config.ts";
import type { WeighedTokens } from "./intervention.ts";

/**
 * 1 where 1 − low < H / H_old < 1 + high, 0 elsewhere, H_old being the entropy at sampling. Entropies of 0 have not moved
 * from 0.
 *
 * **Details** The band is a second clip beside the surrogate's own, and knows no sign of the advantage. On a step's first
 * update all ratios are 1. Deviation: such tokens are detached in the code, which keeps their loss; here it is 0 too, and
 * they still count in the mean. "-style": the default of 0.05 for both ends could not be checked.
 *
 * @see arXiv:2512.05591; Kwai-Klear/ERC
 */
export function weighByEntropyRatio(
  { entropy, sampledEntropy }: WeighedTokens,
  { low, high }: OptionsOf<"erc">,
): Float64Array {
  return entropy.map((value, at) => {
    const old = sampledEntropy[at]!;
    const ratio = value === old ? 1 : value / old;
    return 1 - low < ratio && ratio < 1 + high ? 1 : 0;
  });
}
