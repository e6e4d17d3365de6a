/** Adaptive entropy coefficient: a bonus that grows while entropy is below its target. */
import type { OptionsOf } from "../../config/intervention-config.ts";
import { tf } from "../../engine/tfjs.ts";
import type { AdjustmentTensors, Control, ControlState } from "./intervention.ts";

/**
 * c rises by `delta` while entropy is below `target` and falls by it otherwise, within [0, `largest`]; it applies only
 * below the target.
 *
 * @see Skywork-OR1, arXiv:2505.22312; SkyworkAI/Skywork-OR1, `core_algos.py`
 */
export function controlAdaptiveEntropy(
  state: ControlState,
  entropy: number,
  { target, delta, largest, start }: OptionsOf<"adaptive-entropy">,
): Control {
  const isBelow = entropy < target;
  const before = state["coefficient"] ?? start;
  const coefficient = Math.min(Math.max(before + (isBelow ? delta : -delta), 0), largest);
  return { state: { coefficient }, coefficient: isBelow ? coefficient : 0 };
}

/** Subtracts c · H from each token's loss. */
export function adjustAdaptiveEntropy(
  tokenLoss: tf.Tensor2D,
  { entropy, coefficient }: AdjustmentTensors,
): tf.Tensor2D {
  return tf.sub(tokenLoss, tf.mul(entropy, coefficient!));
}
