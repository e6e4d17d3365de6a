/** Attention of a decoder that keeps the keys and values of earlier positions in variables. Not differentiated. */
import { tf } from "../tfjs.ts";
import { emitNode, isTracing } from "../trace/emit-nodes.ts";
import { checkShape } from "./check-shape.ts";
import { maskedAttention, splitHeads } from "./masked-attention.ts";

/** Keys and values of one layer for positions up to T of B sequences: two variables [B, G, T, E]. */
export interface AttentionCache {
  readonly keys: tf.Variable;
  readonly values: tf.Variable;
}

/** Sizes of an attention with grouped keys: `heads` H a multiple of `keyHeads` G. */
export interface CachedAttentionShape {
  readonly heads: number;
  readonly keyHeads: number;
  /** Multiplies the scores; 1/√E if left out. */
  readonly scale?: number;
}

/** Makes an empty cache for `batch` sequences of at most `length` positions; programs are fast for E a multiple of 8. */
export function makeAttentionCache(
  batch: number,
  length: number,
  { keyHeads }: CachedAttentionShape,
  headSize: number,
): AttentionCache {
  const empty = (): tf.Variable =>
    tf.variable(tf.zeros([batch, keyHeads, length, headSize]), false);
  return { keys: empty(), values: empty() };
}

const scaleOf = ({ scale }: CachedAttentionShape, cache: AttentionCache): number =>
  scale ?? 1 / Math.sqrt(cache.keys.shape[3]!);

/** ONNX Runtime's operator takes heads of a multiple of this; programs compose attention of others. */
const FUSED_STEP = 8;

const isFused = (cache: AttentionCache): boolean =>
  isTracing() && cache.keys.shape[3]! % FUSED_STEP === 0;

type Operands = readonly [query: tf.Tensor, key: tf.Tensor, value: tf.Tensor];

/** Operands [B, S, …] of any S against the cache and each other. */
function checkOperands(
  operation: string,
  [query, key, value]: Operands,
  { keys }: AttentionCache,
  { heads }: CachedAttentionShape,
): void {
  const [batch, keyHeads, , size] = keys.shape as [number, number, number, number];
  const rows = query.shape.slice(1, -1);
  checkShape(`${operation}: query`, query, [batch, ...rows, heads * size]);
  checkShape(`${operation}: key`, key, [batch, ...rows, keyHeads * size]);
  checkShape(`${operation}: value`, value, [batch, ...rows, keyHeads * size]);
}

/** One operator that reads and extends the cache in place: [B, S, H·E]. */
function fused(
  operands: Operands,
  cache: AttentionCache,
  shape: CachedAttentionShape,
  last: tf.Tensor,
  total: tf.Tensor,
): tf.Tensor {
  const outputs = [operands[0].shape, cache.keys.shape, cache.values.shape].map((one) => ({
    shape: one,
    dtype: "float32" as const,
  }));
  const attributes = {
    num_heads: shape.heads,
    kv_num_heads: shape.keyHeads,
    scale: { float: scaleOf(shape, cache) },
  };
  const inputs = [...operands, cache.keys, cache.values, last, total];
  const [output, keys, values] = emitNode(
    "GroupQueryAttention",
    inputs,
    outputs,
    attributes,
    "com.microsoft",
  );
  cache.keys.assign(keys!);
  cache.values.assign(values!);
  return output!;
}

/** Where the new position of each sequence and head lies in a cache: [B · G, 3]. */
function newPlaces(seen: tf.Tensor1D, keyHeads: number): tf.Tensor {
  const batch = seen.size;
  const column = (x: tf.Tensor, times: [number, number]): tf.Tensor =>
    tf.reshape(tf.tile(x, times), [batch * keyHeads, 1]);
  const sequence = tf.reshape(tf.range(0, batch, 1, "int32"), [batch, 1]);
  const head = tf.reshape(tf.range(0, keyHeads, 1, "int32"), [1, keyHeads]);
  const position = tf.reshape(seen, [batch, 1]);
  return tf.concat(
    [column(sequence, [1, keyHeads]), column(head, [batch, 1]), column(position, [1, keyHeads])],
    1,
  );
}

/**
 * Attention of one new position of each sequence; extends the cache by it.
 *
 * **Details** The new keys and values are written into the cache in place; the products run over all of it, with what is not
 * there yet hidden: faster, with many short sequences, than the operator that looks at each sequence's own length.
 *
 * **Gotchas** A sequence whose cache is full is an error of the program.
 *
 * @param query - [B, H·E].
 * @param key - [B, G·E]; `value` too.
 * @param seen - [B], int32: how many positions of each sequence the cache holds; below T.
 * @returns [B, H·E].
 * @throws ShapeError if the shapes do not fit.
 */
export function decodeAttention(
  query: tf.Tensor,
  key: tf.Tensor,
  value: tf.Tensor,
  seen: tf.Tensor1D,
  cache: AttentionCache,
  shape: CachedAttentionShape,
): tf.Tensor {
  checkOperands("decodeAttention", [query, key, value], cache, shape);
  const [batch, , length, size] = cache.keys.shape as [number, number, number, number];
  const places = newPlaces(seen, shape.keyHeads);
  const extend = (old: tf.Variable, one: tf.Tensor): tf.Tensor => {
    const rows = tf.reshape(one, [batch * shape.keyHeads, size]);
    const extended = tf.tensorScatterUpdate(old, places, rows);
    old.assign(extended);
    return extended;
  };
  const keys = extend(cache.keys, key);
  const values = extend(cache.values, value);
  const allowed = tf.lessEqual(tf.range(0, length, 1, "int32"), tf.reshape(seen, [batch, 1, 1, 1]));
  const sizes = { heads: shape.heads, scale: scaleOf(shape, cache) };
  const alone = tf.reshape(query, [batch, 1, query.shape[1]!]);
  return tf.reshape(maskedAttention(alone, keys, values, allowed, sizes), query.shape);
}

/**
 * Causal attention over the first S positions of each sequence; fills an empty cache.
 *
 * @param query - [B, S, H·E]; sequences begin at position 0 and are padded at the end.
 * @param key - [B, S, G·E]; `value` too.
 * @param lengths - [B], int32, in [1, S]: positions beyond them are padding; what they give is of no meaning.
 * @returns [B, S, H·E].
 * @throws ShapeError if the shapes do not fit.
 */
export function prefillAttention(
  query: tf.Tensor,
  key: tf.Tensor,
  value: tf.Tensor,
  lengths: tf.Tensor1D,
  cache: AttentionCache,
  shape: CachedAttentionShape,
): tf.Tensor {
  checkOperands("prefillAttention", [query, key, value], cache, shape);
  const positions = query.shape[1]!;
  if (isFused(cache)) {
    const last = tf.sub(lengths, tf.scalar(1, "int32"));
    return fused([query, key, value], cache, shape, last, tf.tensor1d([positions], "int32"));
  }
  const [k, v] = [splitHeads(key, shape.keyHeads), splitHeads(value, shape.keyHeads)];
  const rest = cache.keys.shape[2]! - positions;
  const around = [0, 0, rest, 0].map((after) => [0, after] as [number, number]);
  cache.keys.assign(tf.pad(k, around));
  cache.values.assign(tf.pad(v, around));
  const index = tf.range(0, positions, 1, "int32");
  const allowed = tf.lessEqual(index, tf.reshape(index, [positions, 1]));
  const sizes = { heads: shape.heads, scale: scaleOf(shape, cache) };
  return maskedAttention(query, k, v, allowed, sizes);
}
