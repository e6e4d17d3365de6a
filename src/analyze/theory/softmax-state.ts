/** One state of a tabular softmax policy and its exact entropy, in float64; knows no advantage and no step's reason. */
import { ShapeError } from "../../base/errors.ts";

/** The distribution over K actions in one state. */
export interface SoftmaxState {
  /** [K], z. */
  readonly logits: Float64Array;
  /** [K], p = softmax(z). */
  readonly p: Float64Array;
  /** [K], nats. */
  readonly logP: Float64Array;
  /** H = −Σ p log p, nats. */
  readonly entropy: number;
}

/**
 * The state with given logits.
 *
 * @param logits - [K], K ≥ 1, finite.
 * @throws {@link ShapeError} for no logits.
 */
export function softmaxState(logits: Float64Array): SoftmaxState {
  if (logits.length === 0) {
    throw new ShapeError("softmax-empty", "a softmax must have at least one logit, got none");
  }
  const highest = logits.reduce((most, z) => Math.max(most, z), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (const z of logits) sum += Math.exp(z - highest);
  const logSum = highest + Math.log(sum);
  const logP = logits.map((z) => z - logSum);
  const p = logP.map(Math.exp);
  let entropy = 0;
  for (let k = 0; k < p.length; k += 1) entropy -= p[k]! * logP[k]!;
  return { logits, p, logP, entropy };
}

/**
 * The exact change of entropy under a change of the logits, H(z + scale · dz) − H(z), nats.
 *
 * **Gotchas** It is the difference of two sums of order 1, so changes below about 1e-15 are rounding.
 *
 * @param step - [K], dz.
 * @throws {@link ShapeError} if the step has another number of actions.
 */
export function exactChange(state: SoftmaxState, step: Float64Array, scale = 1): number {
  if (step.length !== state.logits.length) {
    throw new ShapeError(
      "step-length",
      `a step must have one number for each logit, got ${step.length} for ${state.logits.length}`,
    );
  }
  const after = softmaxState(state.logits.map((z, k) => z + scale * step[k]!));
  return after.entropy - state.entropy;
}
