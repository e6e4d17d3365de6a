/** Reference KL: the policy is held near a fixed one. */
import { ShapeError } from "../../base/errors.ts";
import type { OptionsOf } from "../../config/intervention-config.ts";
import { tf } from "../../engine/tfjs.ts";
import type { AdjustmentTensors } from "./intervention.ts";

type Estimator = OptionsOf<"reference-kl">["estimator"];

/** verl's limits of k3: of the log-ratio and of the estimate, in nats. */
const LARGEST_LOG_RATIO = 20;
const LARGEST_K3 = 10;

/** e^−d − 1 + d, held within verl's limits. */
function k3(d: tf.Tensor2D): tf.Tensor2D {
  const held = tf.clipByValue(d, -LARGEST_LOG_RATIO, LARGEST_LOG_RATIO);
  const estimate: tf.Tensor2D = tf.add(tf.sub(tf.exp(tf.neg(held)), 1), held);
  return tf.clipByValue(estimate, -LARGEST_K3, LARGEST_K3);
}

/**
 * Estimates of KL(π ‖ π_ref) from d = log π − log π_ref of sampled tokens.
 *
 * @see http://joschu.net/blog/kl-approx.html
 */
export const klEstimators: {
  readonly [E in Estimator]: (logRatio: tf.Tensor2D) => tf.Tensor2D;
} = {
  k1: (d) => d,
  k2: (d) => tf.mul(tf.square(d), 0.5),
  k3,
};

/**
 * Adds coefficient · estimate of KL(π ‖ π_ref) to each token's loss.
 *
 * **Gotchas** Taken as a loss, k1's gradient is 0 on average on-policy: it estimates the divergence, but does not lower
 * it. k2's gradient on-policy is that of the divergence.
 *
 * @throws {@link ShapeError} without `referenceLogProb`.
 */
export function adjustReferenceKl(
  tokenLoss: tf.Tensor2D,
  { logProb, referenceLogProb }: AdjustmentTensors,
  { coefficient, estimator }: OptionsOf<"reference-kl">,
): tf.Tensor2D {
  if (referenceLogProb === undefined) {
    throw new ShapeError(
      "no-reference",
      "reference-kl needs the log-probabilities of the reference policy, got none",
      { fix: "Give `referenceLogProb`, [B, T]." },
    );
  }
  const divergence = klEstimators[estimator](tf.sub(logProb, referenceLogProb));
  return tf.add(tokenLoss, tf.mul(divergence, coefficient));
}
