/** High-entropy mask: the gradient is that of the tokens of highest entropy alone. */
import type { OptionsOf } from "../../config/intervention-config.ts";
import type { WeighedTokens } from "./intervention.ts";

/** 1 where H is at least that of the ⌈share n⌉th token from above; equals are kept all. */
function highest(entropy: Float64Array, share: number): Uint8Array {
  const count = Math.min(Math.max(Math.ceil(share * entropy.length), 1), entropy.length);
  const threshold = entropy.toSorted()[entropy.length - count]!;
  return Uint8Array.from(entropy, (value) => (value >= threshold ? 1 : 0));
}

/**
 * n / kept for the kept tokens, 0 for the others: with `token-mean` the loss is the mean over the kept tokens, since the
 * mask stands in the denominator too.
 *
 * **Details** share 0.2, the paper's. The threshold is the paper's Eq. 6; its code takes exactly ⌈share n⌉ tokens, which
 * differs where entropies are equal. Deviation: the scope is that of the configuration, the code's is a micro-batch.
 *
 * **Gotchas** With another aggregation the factor is right on average over the scope alone.
 *
 * @see arXiv:2506.01939; Shenzhi-Wang/Beyond-the-80-20-Rule-RLVR, `core_algos.py`; TRL's `top_entropy_quantile`
 */
export function weighByEntropy(
  { entropy }: WeighedTokens,
  { share }: OptionsOf<"high-entropy">,
): Float64Array {
  const kept = highest(entropy, share);
  const count = kept.reduce((sum, mark) => sum + mark, 0);
  return Float64Array.from(kept, (mark) => (mark === 1 ? kept.length / count : 0));
}
