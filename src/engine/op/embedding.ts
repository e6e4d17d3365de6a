/** The table of token vectors at both ends of a decoder; knows no position. */
import { tf } from "../tfjs.ts";
import { checkShape } from "./check-shape.ts";

/**
 * The rows of a table, one for each token.
 *
 * **Details** In a program the table's gradient is a product with a one-hot matrix up to 1024 tokens of vocabulary and
 * scattered addition beyond.
 *
 * @param table - [V, D].
 * @param tokens - [N], int32 in [0, V).
 * @returns [N, D].
 * @throws ShapeError if the shapes do not fit.
 */
export function embedding(table: tf.Tensor, tokens: tf.Tensor): tf.Tensor2D {
  checkShape("embedding: table", table, ["V", "D"]);
  checkShape("embedding: tokens", tokens, ["N"]);
  return tf.gather(table as tf.Tensor2D, tokens as tf.Tensor1D);
}

/**
 * Logits by the table itself: the head tied to the embedding.
 *
 * @param x - [N, D], hidden states.
 * @param table - [V, D].
 * @returns [N, V].
 * @throws ShapeError if the shapes do not fit.
 * @see arXiv:1608.05859
 */
export function tiedLogits(x: tf.Tensor, table: tf.Tensor): tf.Tensor2D {
  checkShape("tiedLogits: x", x, ["N", "D"]);
  checkShape("tiedLogits: table", table, ["V", x.shape[1]!]);
  return tf.matMul<tf.Tensor2D>(x, table, false, true);
}
