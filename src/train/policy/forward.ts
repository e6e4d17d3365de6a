/** From token ids to logits: the decoder itself, for whole sequences and with a cache; knows nothing of losses. */
import { reluSquared } from "../../engine/op/activations.ts";
import {
  type AttentionCache,
  decodeAttention,
  prefillAttention,
} from "../../engine/op/cached-attention.ts";
import { causalAttention } from "../../engine/op/causal-attention.ts";
import { embedding, tiedLogits } from "../../engine/op/embedding.ts";
import { rmsNorm } from "../../engine/op/layer-norm.ts";
import { linear } from "../../engine/op/linear.ts";
import { rotaryEmbedding } from "../../engine/op/rotary-embedding.ts";
import { tf } from "../../engine/tfjs.ts";
import type { Policy } from "./policy.ts";

/** Queries, keys and values of a layer, [N, D] each, to what attention makes of them [N, D]. */
type Attend = (
  qkv: { readonly query: tf.Tensor; readonly key: tf.Tensor; readonly value: tf.Tensor },
  layer: number,
) => tf.Tensor;

const parameter = (policy: Policy, name: string): tf.Variable => policy.parameters.get(name)!;

/** Token and, if they are learned, position embeddings added: [N, D]. */
function start(policy: Policy, tokens: tf.Tensor1D, positions: tf.Tensor1D): tf.Tensor {
  const embedded = embedding(parameter(policy, "tokens.weight"), tokens);
  return policy.shape.positions === "learned"
    ? tf.add(embedded, embedding(parameter(policy, "positions.weight"), positions))
    : embedded;
}

/**
 * All blocks and the last norm: [N, D] to [N, D].
 *
 * @param keep - takes the rows whose outputs are wanted, once no row looks at another any more.
 */
function trunk(
  policy: Policy,
  embedded: tf.Tensor,
  attend: (qkv: tf.Tensor, layer: number) => tf.Tensor,
  keep: (rows: tf.Tensor) => tf.Tensor = (rows) => rows,
): tf.Tensor {
  const { layers } = policy.shape;
  let x = embedded;
  for (let layer = 0; layer < layers; layer++) {
    const at = (name: string): tf.Variable => parameter(policy, `blocks.${layer}.${name}`);
    const qkv = linear(rmsNorm(x, at("attention_norm.gain")), at("attention.qkv")); // [N, 3 D]
    const attended = attend(qkv, layer);
    const [before, seen] = layer === layers - 1 ? [keep(x), keep(attended)] : [x, attended];
    x = tf.add(before, linear(seen, at("attention.out")));
    const up = linear(rmsNorm(x, at("feed_forward_norm.gain")), at("feed_forward.up")); // [N, 4 D]
    x = tf.add(x, linear(reluSquared(up), at("feed_forward.down")));
  }
  return rmsNorm(x, parameter(policy, "norm.gain"));
}

/** Splits queries, keys and values, and turns the first two if positions are rotary. */
function split(policy: Policy, qkv: tf.Tensor, positions: tf.Tensor1D): Parameters<Attend>[0] {
  const [query, key, value] = tf.split(qkv, 3, 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
  if (policy.shape.positions === "learned") return { query, key, value };
  const { heads } = policy.shape;
  return {
    query: rotaryEmbedding(query, positions, heads),
    key: rotaryEmbedding(key, positions, heads),
    value,
  };
}

/** What a forward pass over whole sequences gives. */
export interface Outputs {
  /** [B · (L − skip), V]. */
  readonly logits: tf.Tensor2D;
  /** [B, L − skip], if the policy has a value head. */
  readonly values: tf.Tensor2D | undefined;
}

/**
 * Logits of the positions of whole sequences, padded at the end.
 *
 * @param tokens - [B, L], int32; L at most the policy's length.
 * @param skip - positions at the start whose logits are not wanted.
 */
export function forward(policy: Policy, tokens: tf.Tensor, skip = 0): Outputs {
  const [batch, length] = tokens.shape as [number, number];
  const { heads, width, positions: kind } = policy.shape;
  const rows = batch * length;
  const positions = tf.reshape(tf.tile(tf.range(0, length, 1, "int32"), [batch]), [
    rows,
  ]) as tf.Tensor1D;
  const flat = tf.reshape(tokens, [rows]) as tf.Tensor1D;
  const sizes = { batch, length, heads };
  const wanted = length - skip;
  const keep = (x: tf.Tensor): tf.Tensor =>
    tf.reshape(
      tf.slice(tf.reshape(x, [batch, length, width]), [0, skip, 0], [batch, wanted, width]),
      [batch * wanted, width],
    );
  const attend = (qkv: tf.Tensor): tf.Tensor => {
    if (kind === "learned") return causalAttention(qkv, sizes);
    const { query, key, value } = split(policy, qkv, positions);
    return causalAttention(tf.concat([query, key, value], 1), sizes);
  };
  const embedded = start(policy, flat, positions);
  const hidden = trunk(policy, embedded, attend, skip === 0 ? undefined : keep);
  const logits = tiedLogits(hidden, parameter(policy, "tokens.weight"));
  if (!policy.shape.valueHead) return { logits, values: undefined };
  const values = tf.reshape(linear(hidden, parameter(policy, "value.weight")), [batch, wanted]);
  return { logits, values: values as tf.Tensor2D };
}

/**
 * Fills an empty cache with the first positions of each sequence.
 *
 * @param tokens - [B, S], int32, padded at the end.
 * @param lengths - [B], int32, in [1, S].
 * @returns hidden states [B · S, D], of no use but to keep the pass alive.
 */
export function prefill(
  policy: Policy,
  tokens: tf.Tensor,
  lengths: tf.Tensor1D,
  caches: readonly AttentionCache[],
): void {
  const [batch, length] = tokens.shape as [number, number];
  const { heads, width } = policy.shape;
  const rows = batch * length;
  const positions = tf.reshape(tf.tile(tf.range(0, length, 1, "int32"), [batch]), [
    rows,
  ]) as tf.Tensor1D;
  const flat = tf.reshape(tokens, [rows]) as tf.Tensor1D;
  trunk(policy, start(policy, flat, positions), (qkv, layer) => {
    const { query, key, value } = split(policy, qkv, positions);
    const whole = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [batch, length, width]);
    const attended = prefillAttention(
      whole(query),
      whole(key),
      whole(value),
      lengths,
      caches[layer]!,
      {
        heads,
        keyHeads: heads,
      },
    );
    return tf.reshape(attended, [rows, width]);
  });
}

/**
 * Logits after one more token of each sequence; extends the cache by it.
 *
 * @param tokens - [B], int32.
 * @param seen - [B], int32: positions of each sequence in the cache.
 * @returns [B, V].
 */
export function decode(
  policy: Policy,
  tokens: tf.Tensor1D,
  seen: tf.Tensor1D,
  caches: readonly AttentionCache[],
): tf.Tensor2D {
  const { heads } = policy.shape;
  const hidden = trunk(policy, start(policy, tokens, seen), (qkv, layer) => {
    const { query, key, value } = split(policy, qkv, seen);
    return decodeAttention(query, key, value, seen, caches[layer]!, { heads, keyHeads: heads });
  });
  return tiedLogits(hidden, parameter(policy, "tokens.weight"));
}
