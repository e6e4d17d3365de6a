/** Draws the next token of each sequence with one uniform number; knows no policy. */
import { withinTopP } from "../../engine/op/sample-tokens.ts";
import { tokenStatistics, type TokenStatistics } from "../../engine/op/token-statistics.ts";
import { tf } from "../../engine/tfjs.ts";

/** How tokens are drawn. */
export interface DrawOptions {
  /** Divides the logits; above 0. */
  readonly temperature: number;
  /** Draws among the likeliest tokens that hold this share of the probability; 1 draws among all. */
  readonly topP: number;
}

/** The largest uniform number: its product with a float32 sum stays below that sum. */
const LARGEST = 1 - 2 ** -22;

/**
 * Draws by inverting the cumulative distribution: the token is the first whose cumulative probability exceeds u.
 *
 * **Details** One number a token, where Gumbel noise takes V; a sequence's numbers are its own, so that what it says does
 * not depend on which sequences are computed beside it.
 *
 * @param logits - [B, V].
 * @param uniforms - [B], in [0, 1).
 * @param greedy - scalar, 1 takes the likeliest token instead.
 * @returns tokens [B] and their statistics: log-probabilities at the sampling temperature over the whole vocabulary,
 * the rest at temperature 1.
 */
export function drawTokens(
  logits: tf.Tensor2D,
  uniforms: tf.Tensor,
  greedy: tf.Tensor,
  { temperature, topP }: DrawOptions,
): { readonly tokens: tf.Tensor1D } & TokenStatistics {
  const [batch, vocabulary] = logits.shape;
  const scaled = temperature === 1 ? logits : tf.div<tf.Tensor2D>(logits, temperature);
  const open = topP < 1 ? withinTopP(scaled, topP) : scaled;
  const cumulative = tf.cumsum(tf.softmax(open), 1); // [B, V]
  const total = tf.slice(cumulative, [0, vocabulary - 1], [batch, 1]);
  const target = tf.mul(tf.reshape(tf.minimum(uniforms, LARGEST), [batch, 1]), total);
  const below = tf.sum(tf.cast(tf.lessEqual(cumulative, target), "int32"), 1);
  const drawn = tf.minimum(below, tf.scalar(vocabulary - 1, "int32"));
  const likeliest = tf.cast(tf.argMax(logits, 1), "int32");
  const tokens = tf.where(tf.greater(greedy, 0), likeliest, drawn) as tf.Tensor1D;
  return { tokens, ...tokenStatistics(logits, tokens, temperature) };
}
