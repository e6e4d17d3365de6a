/** What a policy update needs of each token's distribution, from one softmax over the vocabulary. */
import { tf } from "../tfjs.ts";
import { emitNode, isTracing } from "../trace/emit-nodes.ts";
import { checkShape } from "./check-shape.ts";
import { differentiable, withoutGradient } from "./differentiable.ts";

/** Statistics of N tokens, each [N]; nats. */
export interface TokenStatistics {
  /** log p(token), at the sampling temperature. Differentiable. */
  readonly logProb: tf.Tensor1D;
  /** H = −Σ p log p over the vocabulary, at temperature 1. Differentiable. */
  readonly entropy: tf.Tensor1D;
  /** Σ p² (log p + H) over the vocabulary, at temperature 1: what polarity has of the state alone. Not differentiated. */
  readonly stateTerm: tf.Tensor1D;
  /**
   * D = Σ p² (log p + H) − p_a (log p_a + H) for the token a, at temperature 1: to first order, entropy changes by
   * η A D under the logit step η A (e_a − p). Not differentiated.
   *
   * @see arXiv:2605.11775
   */
  readonly polarity: tf.Tensor1D;
}

/** Logits below this count as this: −∞ times a probability of 0 would be NaN. */
const LOWEST = -1e30;

/** tfjs composes it of five kernels; ONNX Runtime has one. */
function logSoftmax(logits: tf.Tensor): tf.Tensor {
  if (!isTracing()) return tf.logSoftmax(logits);
  const output = { shape: logits.shape, dtype: "float32" as const };
  return emitNode("LogSoftmax", [logits], [output], { axis: -1 })[0]!;
}

/** log p and p [N, V], p log p [N, V], and H [N]. In a program equal nodes become one, however often this is called. */
function distribution(logits: tf.Tensor) {
  const open = tf.maximum(logits, LOWEST);
  const logP = logSoftmax(open);
  const p = tf.exp(logP);
  const pLogP = tf.mul(p, logP);
  return { open, logP, p, pLogP, entropy: tf.neg(tf.sum(pLogP, 1)) };
}

/** [2, N]: Σ p² (log p + H), and that less p_a (log p_a + H). */
function polarities(logits: tf.Tensor, chosen: tf.Tensor): tf.Tensor {
  const { logP, p, pLogP, entropy } = distribution(logits);
  // Σ p² (log p + H) = Σ p · p log p + H Σ p²
  const stateTerm = tf.add(tf.sum(tf.mul(p, pLogP), 1), tf.mul(entropy, tf.sum(tf.mul(p, p), 1)));
  const own = tf.sum(tf.mul(chosen, logP), 1);
  return tf.stack([stateTerm, tf.sub(stateTerm, tf.mul(tf.exp(own), tf.add(own, entropy)))]);
}

/**
 * Log-probability, entropy and polarity of tokens.
 *
 * **Details** Of each statistic that is not used, a program computes nothing but what the others share.
 *
 * **Gotchas** Logits of −∞ take tokens out of the vocabulary; their log-probability is about −10³⁰, and a row of nothing
 * else counts as uniform.
 *
 * @param logits - [N, V].
 * @param tokens - [N], int32 in [0, V).
 * @param temperature - above 0; divides the logits in `logProb` alone.
 * @throws ShapeError if the shapes do not fit.
 */
export function tokenStatistics(
  logits: tf.Tensor,
  tokens: tf.Tensor,
  temperature = 1,
): TokenStatistics {
  checkShape("tokenStatistics: logits", logits, ["N", "V"]);
  const [rows, vocabulary] = logits.shape as [number, number];
  checkShape("tokenStatistics: tokens", tokens, [rows]);
  const chosen = tf.oneHot(tokens, vocabulary, 1, 0, "float32"); // [N, V]
  const composed = ([logits_]: readonly [tf.Tensor]) => {
    const { open, logP, p, entropy } = distribution(logits_);
    const sampled = temperature === 1 ? logP : logSoftmax(tf.div(open, temperature));
    const logProb = tf.sum(tf.mul(chosen, sampled), 1);
    return [tf.stack([logProb, entropy]), logP, p, sampled, entropy, chosen] as const;
  };
  const statistics = differentiable(
    [logits],
    { composed },
    (dy, _, [, logP, p, sampled, entropy, hot]) => {
      const [dLogProb, dEntropy] = tf.unstack(dy).map((one) => tf.reshape(one, [rows, 1]));
      const fromEntropy = tf.mul(
        dEntropy!,
        tf.mul(p, tf.add(logP, tf.reshape(entropy, [rows, 1]))),
      );
      const atTemperature = temperature === 1 ? p : tf.exp(sampled);
      const fromLogProb = tf.mul(tf.div(dLogProb!, temperature), tf.sub(hot, atTemperature));
      return [tf.sub(fromLogProb, fromEntropy)]; // dH/dz = −p (log p + H)
    },
  );
  const [logProb, entropy] = tf.unstack(statistics) as [tf.Tensor1D, tf.Tensor1D];
  const unmoved = withoutGradient([logits], ([logits_]) => polarities(logits_, chosen));
  const [stateTerm, polarity] = tf.unstack(unmoved) as [tf.Tensor1D, tf.Tensor1D];
  return { logProb, entropy, stateTerm, polarity };
}
