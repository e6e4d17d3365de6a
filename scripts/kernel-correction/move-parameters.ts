/** Adds one vector of all parameters to a policy; knows no optimizer. */
import { tf } from "../../src/engine/tfjs.ts";
import type { Policy } from "../../src/train/policy/policy.ts";

/** @param move - [P], parameters one after another in the policy's order. */
export function moveParameters(policy: Policy, move: Float64Array): void {
  let from = 0;
  for (const variable of policy.parameters.values()) {
    const before = variable.dataSync();
    const start = from;
    const after = Float32Array.from(before, (value, k) => value + move[start + k]!);
    const tensor = tf.tensor(after, variable.shape, "float32");
    variable.assign(tensor);
    tensor.dispose();
    from += variable.size;
  }
}
