/** The non-linearities of transformer blocks. */
import { tf } from "../tfjs.ts";
import { emitNode } from "../trace/emit-nodes.ts";
import { differentiable } from "./differentiable.ts";

/** GELU(x) ≈ x σ(2u), u = C (x + K x³). */
const C = Math.sqrt(2 / Math.PI);
const K = 0.044715;

const gate = (x: tf.Tensor, square: tf.Tensor): tf.Tensor =>
  tf.sigmoid(tf.mul(x, tf.add(tf.mul(square, 2 * C * K), 2 * C)));

/**
 * GELU in the tanh form of GPT-2.
 *
 * @param x - any shape.
 * @see arXiv:1606.08415, section 2
 */
export function gelu(x: tf.Tensor): tf.Tensor {
  const composed = ([x_]: readonly [tf.Tensor]) => [tf.mul(x_, gate(x_, tf.square(x_)))] as const;
  const graph = ([x_]: readonly [tf.Tensor]) =>
    emitNode("FastGelu", [x_], [{ shape: x_.shape, dtype: "float32" }], {}, "com.microsoft");
  return differentiable([x], { composed, graph }, (dy, [x_]) => {
    const square = tf.square(x_);
    const s = gate(x_, square);
    // d/dx x s = s (1 + (1 - s) x 2u')
    const slope = tf.mul(x_, tf.add(tf.mul(square, 6 * C * K), 2 * C));
    return [tf.mul(dy, tf.mul(s, tf.add(tf.mul(tf.sub(1, s), slope), 1)))];
  });
}

/** 1/√2 and 1/√(2π). */
const ROOT_HALF = Math.SQRT1_2;
const DENSITY = 1 / Math.sqrt(2 * Math.PI);

/**
 * GELU itself, x Φ(x) with the normal distribution Φ; {@link gelu} is faster and differs by at most 5·10⁻⁴.
 *
 * @param x - any shape.
 * @see arXiv:1606.08415, section 2
 */
export function geluExact(x: tf.Tensor): tf.Tensor {
  const share = (x_: tf.Tensor): tf.Tensor => tf.mul(tf.add(tf.erf(tf.mul(x_, ROOT_HALF)), 1), 0.5); // Φ
  const composed = ([x_]: readonly [tf.Tensor]) => [tf.mul(x_, share(x_))] as const;
  const graph = ([x_]: readonly [tf.Tensor]) =>
    emitNode("Gelu", [x_], [{ shape: x_.shape, dtype: "float32" }], {}, "com.microsoft");
  return differentiable([x], { composed, graph }, (dy, [x_]) => {
    const density = tf.mul(tf.exp(tf.mul(tf.square(x_), -0.5)), DENSITY); // Φ'
    return [tf.mul(dy, tf.add(share(x_), tf.mul(x_, density)))];
  });
}

/**
 * SiLU, x σ(x).
 *
 * @param x - any shape.
 * @see arXiv:1702.03118
 */
export function silu(x: tf.Tensor): tf.Tensor {
  const composed = ([x_]: readonly [tf.Tensor]) => {
    const s = tf.sigmoid(x_);
    return [tf.mul(x_, s), s] as const;
  };
  return differentiable([x], { composed }, (dy, _, [y, s]) => [
    tf.mul(dy, tf.add(s, tf.sub(y, tf.mul(y, s)))), // s + y (1 - s)
  ]);
}

/**
 * ReLU², max(x, 0)²: the cheapest of the three in both directions.
 *
 * @param x - any shape.
 * @see arXiv:2109.08668
 */
export function reluSquared(x: tf.Tensor): tf.Tensor {
  const composed = ([x_]: readonly [tf.Tensor]) => {
    const r = tf.relu(x_);
    return [tf.mul(r, r), r] as const;
  };
  return differentiable([x], { composed }, (dy, _, [, r]) => [tf.mul(tf.mul(dy, r), 2)]);
}
