/** GPG: the policy gradient without a ratio. */
import { tf } from "../../engine/tfjs.ts";
import { neverClipped } from "./ratio.ts";
import type { Surrogate, TokenTensors } from "./surrogate.ts";

/**
 * −A log π.
 *
 * @see arXiv:2504.02546
 */
export function gpg(tokens: TokenTensors): Surrogate {
  return {
    tokenLoss: tf.neg(tf.mul(tokens.advantage, tokens.logProb)),
    clipped: neverClipped(tokens),
  };
}
