/** Positions as rotations of pairs of features. */
import { tf } from "../tfjs.ts";
import { emitNode, isTracing } from "../trace/emit-nodes.ts";
import { checkShape } from "./check-shape.ts";
import { differentiable } from "./differentiable.ts";

/** Wave lengths run from 2π to 2π times this. */
const BASE = 10_000;

/** Angles of each position and pair: [N, E/2]. */
function angles(positions: tf.Tensor, size: number, base: number): tf.Tensor {
  const half = size / 2;
  const frequency = Float32Array.from({ length: half }, (_, k) => base ** (-k / half));
  return tf.mul(
    tf.reshape(tf.cast(positions, "float32"), [positions.size, 1]),
    tf.tensor(frequency, [1, half]),
  );
}

/** Turns (first half, second half) of each head of x [N, H·E] by angles of cosine and sine [N, E/2]. */
type Turn = (x: tf.Tensor, heads: number, cosine: tf.Tensor, sine: tf.Tensor) => tf.Tensor;

const turnComposed: Turn = (x, heads, cosine, sine) => {
  const [rows, width] = x.shape as [number, number];
  const [first, second] = tf.split(tf.reshape(x, [rows, heads, width / heads]), 2, 2);
  const [c, s] = [tf.expandDims(cosine, 1), tf.expandDims(sine, 1)]; // [N, 1, E/2]
  const turned = tf.concat(
    [tf.sub(tf.mul(first!, c), tf.mul(second!, s)), tf.add(tf.mul(second!, c), tf.mul(first!, s))],
    2,
  );
  return tf.reshape(turned, [rows, width]);
};

/** One node, with a table of angles that has one row for each row of x. */
const turnNode: Turn = (x, heads, cosine, sine) => {
  const [rows, width] = x.shape as [number, number];
  const row = tf.reshape(tf.range(0, rows, 1, "int32"), [1, rows]);
  const [wide] = emitNode("Cast", [row], [{ shape: row.shape, dtype: "int64" }], { to: INT64 });
  const [turned] = emitNode(
    "RotaryEmbedding",
    [tf.reshape(x, [1, rows, width]), wide, cosine, sine],
    [{ shape: [1, rows, width], dtype: "float32" }],
    { num_heads: heads, interleaved: 0 },
    "com.microsoft",
  );
  return tf.reshape(turned!, [rows, width]);
};

/** ONNX's number of the element type. */
const INT64 = 7;

/**
 * Rotary position embedding: feature k of a head turns with feature k + E/2, by position · base^(−2k/E).
 *
 * @param x - [N, H·E], queries or keys, E even; as many heads as there are.
 * @param positions - [N], int32; in decoding, how many positions each sequence has behind it.
 * @returns [N, H·E].
 * @throws ShapeError if the shapes do not fit.
 * @see arXiv:2104.09864; pairs as in GPT-NeoX and Llama.
 */
export function rotaryEmbedding(
  x: tf.Tensor,
  positions: tf.Tensor,
  heads: number,
  base = BASE,
): tf.Tensor {
  checkShape("rotaryEmbedding: x", x, ["N", "H · E"]);
  checkShape("rotaryEmbedding: positions", positions, [x.shape[0]!]);
  const turn = isTracing() ? turnNode : turnComposed;
  const composed = ([x_]: readonly [tf.Tensor]) => {
    const angle = angles(positions, x_.shape[1]! / heads, base); // [N, E/2]
    const [cosine, sine] = [tf.cos(angle), tf.sin(angle)];
    return [turn(x_, heads, cosine, sine), cosine, sine] as const;
  };
  // A rotation's transpose turns the other way.
  return differentiable([x], { composed }, (dy, _, [, cosine, sine]) => [
    turn(dy, heads, cosine, tf.neg(sine)),
  ]);
}
