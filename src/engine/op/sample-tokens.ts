/** Draws the next tokens of a decoder from its logits, with noise handed in, so that a seed gives the same rollout. */
import type { Rng } from "../../base/random.ts";
import { tf } from "../tfjs.ts";
import { checkShape } from "./check-shape.ts";
import { tokenStatistics } from "./token-statistics.ts";

/** How tokens are drawn. */
export interface SamplingOptions {
  /** Divides the logits; 0 takes the likeliest token. */
  readonly temperature?: number;
  /** Draws among the likeliest tokens that hold this share of the probability; 1 draws among all. */
  readonly topP?: number;
}

/** Tokens drawn and what the policy thought of them; each [B]. */
export interface SampledTokens {
  readonly tokens: tf.Tensor1D;
  /** log p(token) at the sampling temperature over the whole vocabulary; nats. */
  readonly logProb: tf.Tensor1D;
  /** Policy entropy at temperature 1; nats. */
  readonly entropy: tf.Tensor1D;
}

/** Keeps log(0) out. */
const SMALLEST = 2 ** -54;

/** Standard Gumbel draws −log(−log u). Argmax of logits plus these is a draw from their softmax. */
export function gumbelNoise(rng: Rng, length: number): Float32Array {
  return Float32Array.from(
    { length },
    () => -Math.log(-Math.log(Math.max(rng.uniform(), SMALLEST))),
  );
}

const EXCLUDED = -1e9;

/** The logits, with those outside the top-p set pushed down. The likeliest token always stays. */
export function withinTopP(logits: tf.Tensor2D, topP: number): tf.Tensor2D {
  const p = tf.softmax(logits);
  const { values } = tf.topk(p, logits.shape[1], true); // [B, V], falling
  const before = tf.cumsum(values, 1, true); // probability of the likelier ones
  const smallest = tf.min(tf.where(tf.less(before, topP), values, tf.onesLike(values)), 1, true);
  return tf.where(tf.greaterEqual(p, smallest), logits, tf.fill(logits.shape, EXCLUDED));
}

/**
 * Draws one token a row.
 *
 * @param logits - [B, V].
 * @param noise - [B, V], from {@link gumbelNoise}.
 * @throws ShapeError if the noise has another shape than the logits.
 */
export function sampleTokens(
  logits: tf.Tensor2D,
  noise: tf.Tensor2D,
  { temperature = 1, topP = 1 }: SamplingOptions = {},
): SampledTokens {
  checkShape("sampleTokens: noise", noise, logits.shape);
  const scaled =
    temperature === 0 || temperature === 1 ? logits : tf.div<tf.Tensor2D>(logits, temperature);
  const open = topP < 1 ? withinTopP(scaled, topP) : scaled;
  const tokens = tf.argMax<tf.Tensor1D>(temperature === 0 ? open : tf.add(open, noise), 1);
  const { logProb, entropy } = tokenStatistics(logits, tokens, temperature === 0 ? 1 : temperature);
  return { tokens, logProb, entropy };
}
