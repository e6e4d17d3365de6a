/** The entropy bonus: high token entropy lowers the loss. */
import type { OptionsOf } from "../../config/intervention-config.ts";
import { tf } from "../../engine/tfjs.ts";
import type { AdjustmentTensors } from "./intervention.ts";

/** Subtracts coefficient · H from each token's loss. */
export function adjustEntropyBonus(
  tokenLoss: tf.Tensor2D,
  { entropy }: AdjustmentTensors,
  { coefficient }: OptionsOf<"entropy-bonus">,
): tf.Tensor2D {
  return tf.sub(tokenLoss, tf.mul(entropy, coefficient));
}
