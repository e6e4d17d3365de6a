/** Self-attention of whole sequences, each position looking at itself and those before it. */
import { ShapeError } from "../../base/errors.ts";
import { tf } from "../tfjs.ts";
import { differentiable, withoutGradient } from "./differentiable.ts";
import { hiddenBy, MASKED } from "./masked-attention.ts";

/** Sizes of an attention. */
export interface AttentionShape {
  /** Sequences B and positions of each, T; rows are (b, t). */
  readonly batch: number;
  readonly length: number;
  /** Query heads H. */
  readonly heads: number;
  /** Heads G of keys and values, a divisor of H: H/G neighbouring query heads share one. H if left out. */
  readonly keyHeads?: number;
  /** Multiplies the scores; 1/√E if left out. */
  readonly scale?: number;
}

const masks = new Map<number, Float32Array>();

/** [1, 1, T, T]: 0 on and below the diagonal, {@link MASKED} above. */
function causalMask(length: number): tf.Tensor {
  const known = masks.get(length);
  const values =
    known ??
    Float32Array.from({ length: length * length }, (_, k) =>
      k % length > Math.floor(k / length) ? MASKED : 0,
    );
  masks.set(length, values);
  return tf.tensor(values, [1, 1, length, length]);
}

/**
 * The mask that keeps packed sequences apart and padding out, for {@link causalAttention}.
 *
 * @param segments - [B, T], int32: positions with the same number see each other; 0 is padding, which sees nothing and is
 * seen by nothing.
 * @returns [B, 1, T, T], added to the scores.
 */
export function segmentMask(segments: tf.Tensor): tf.Tensor4D {
  const [batch, length] = segments.shape as [number, number];
  const keys = tf.reshape(segments, [batch, 1, 1, length]);
  const open = tf.logicalAnd(
    tf.equal(tf.reshape(segments, [batch, 1, length, 1]), keys),
    tf.greater(keys, 0),
  );
  return hiddenBy(open) as tf.Tensor4D;
}

/** Mask and causality in one: [B, 1, T, T]; finite also where the mask is −∞. */
function joined(mask: tf.Tensor, length: number): tf.Tensor {
  return withoutGradient([mask], ([mask_]) =>
    tf.maximum(tf.add(mask_, causalMask(length)), MASKED),
  );
}

/** 1 for rows [B·T, 1] that see any position, 0 for the others. */
function openRows(mask: tf.Tensor, rows: number): tf.Tensor {
  return withoutGradient([mask], ([mask_]) =>
    tf.reshape(tf.cast(tf.greater(tf.max(mask_, -1), MASKED / 2), "float32"), [rows, 1]),
  );
}

/**
 * Causal multi-head attention over queries, keys and values packed in one matrix.
 *
 * **Details** One transpose brings all heads of all three to the front, and one back; grouped keys are never repeated.
 * The gradient needs the weights, which are kept: [B, H, T, T].
 *
 * @param qkv - [B·T, (H + 2G)·E]: queries, keys and values side by side, head by head.
 * @param mask - [B, 1, 1, T] or [B, 1, T, T], added to the scores: for padding or packed sequences. Below −5·10⁸ nothing is
 * seen; −∞ will do. Not differentiated.
 * @returns [B·T, H·E]; rows that the mask lets see nothing are 0, and nothing flows back through them.
 * @throws {@link ShapeError} if the sizes do not fit.
 * @see arXiv:1706.03762, section 3.2; arXiv:2305.13245 for grouped keys
 */
export function causalAttention(
  qkv: tf.Tensor,
  shape: AttentionShape,
  mask?: tf.Tensor,
): tf.Tensor {
  const { batch, length, heads, keyHeads = heads } = shape;
  const rows = batch * length;
  const all = heads + 2 * keyHeads;
  const size = (qkv.shape[1] ?? 0) / all;
  if (qkv.shape[0] !== rows || !Number.isInteger(size) || heads % keyHeads !== 0)
    throw new ShapeError(
      "attention-shape",
      `causalAttention: qkv must be [${batch} · ${length}, (${heads} + 2 · ${keyHeads}) · E] with ${heads} a multiple of ${keyHeads}, got [${qkv.shape.join(", ")}]`,
      { fix: "Give the sizes with which qkv was made; a row is one position of one sequence." },
    );
  const { scale = 1 / Math.sqrt(size) } = shape;
  const hidden = mask === undefined ? undefined : joined(mask, length);
  // Query heads that share keys lie one below another, as rows of one product: [B, G, (H/G)·T, …].
  const grouped = (x: tf.Tensor): tf.Tensor =>
    tf.reshape(x, [batch, keyHeads, (heads / keyHeads) * length, x.shape[3]!]);
  const byHead = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [batch, heads, length, x.shape[3]!]);
  const composed = ([qkv_]: readonly [tf.Tensor]) => {
    const split = tf.transpose(tf.reshape(qkv_, [batch, length, all, size]), [0, 2, 1, 3]);
    const parts = tf.split(split, [heads, keyHeads, keyHeads], 1);
    const [q, k, v] = parts as [tf.Tensor, tf.Tensor, tf.Tensor]; // [B, H, T, E], [B, G, T, E] twice
    const scores = byHead(tf.mul(tf.matMul(grouped(q), k, false, true), scale)); // [B, H, T, T]
    const weights = tf.softmax(tf.add(scores, hidden ?? causalMask(length)));
    const output = byHead(tf.matMul(grouped(weights), v)); // [B, H, T, E]
    const together = tf.reshape(tf.transpose(output, [0, 2, 1, 3]), [rows, heads * size]);
    return [together, q, k, v, weights, output] as const;
  };
  const attended = differentiable([qkv], { composed }, (dy, _, [, q, k, v, weights, output]) => {
    const dOutput = tf.transpose(tf.reshape(dy, [batch, length, heads, size]), [0, 2, 1, 3]);
    const dWeights = byHead(tf.matMul(grouped(dOutput), v, false, true)); // [B, H, T, T]
    const dv = tf.matMul(grouped(weights), grouped(dOutput), true, false); // sums over the group
    // The softmax's own term, Σ weights · dWeights over keys, is Σ dOutput · output over E: fewer numbers.
    const inner = tf.sum(tf.mul(dOutput, output), -1, true); // [B, H, T, 1]
    const dScores = grouped(tf.mul(weights, tf.sub(dWeights, inner)));
    const dq = byHead(tf.mul(tf.matMul(dScores, k), scale));
    const dk = tf.mul(tf.matMul(dScores, grouped(q), true, false), scale);
    const dSplit = tf.transpose(tf.concat([dq, dk, dv], 1), [0, 2, 1, 3]);
    return [tf.reshape(dSplit, [rows, all * size])];
  });
  return hidden === undefined ? attended : tf.mul(attended, openRows(hidden, rows));
}
