/** The plain policy gradient, corrected for the policy that sampled; nothing is clipped. */
import { tf } from "../../engine/tfjs.ts";
import { neverClipped, ratioOf } from "./ratio.ts";
import type { Surrogate, TokenTensors } from "./surrogate.ts";

/** −A r: on-policy its gradient is that of −A log π. */
export function policyGradient(tokens: TokenTensors): Surrogate {
  return {
    tokenLoss: tf.neg(tf.mul(tokens.advantage, ratioOf(tokens))),
    clipped: neverClipped(tokens),
  };
}
