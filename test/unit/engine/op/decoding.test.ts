/** Decoding with a cache, call by call, gives at every position what attention over the whole sequence gives. */
import { describe, expect, test } from "vitest";
import { useEngine } from "../../../../src/engine/backend/use-engine.ts";
import { compile } from "../../../../src/engine/compile.ts";
import {
  decodeAttention,
  makeAttentionCache,
  prefillAttention,
} from "../../../../src/engine/op/cached-attention.ts";
import { causalAttention } from "../../../../src/engine/op/causal-attention.ts";
import { rotaryEmbedding } from "../../../../src/engine/op/rotary-embedding.ts";
import { tf } from "../../../../src/engine/tfjs.ts";
import { normal, worst } from "./run-both.ts";

const [B, T] = [3, 11];
/** Prompts of these lengths, padded to the longest; then that many single positions. */
const LENGTHS = [1, 3, 5];
const [PROMPT, STEPS] = [5, 6];

interface Heads {
  readonly heads: number;
  readonly keyHeads: number;
  /** Their size E. */
  readonly size: number;
}

/** Queries, keys and values of a layer, turned by their positions. */
function turned(
  x: tf.Tensor,
  positions: tf.Tensor,
  { heads, keyHeads, size: E }: Heads,
): tf.Tensor[] {
  const [q, k, v] = tf.split(x, [heads * E, keyHeads * E, keyHeads * E], 1);
  return [rotaryEmbedding(q!, positions, heads), rotaryEmbedding(k!, positions, keyHeads), v!];
}

/** Rows of qkv [B·T, …] picked by (sequence, position). */
function rowsAt(
  data: Float32Array,
  width: number,
  places: readonly [number, number][],
): Float32Array {
  const picked = places.map(([b, t]) =>
    data.subarray((b * T + t) * width, (b * T + t + 1) * width),
  );
  return Float32Array.from(picked.flatMap((row) => Array.from(row)));
}
const sequences = [...Array(B).keys()];

/** Attention at all positions of all sequences: at once, and through a cache where the prompts and steps reach. */
async function bothWays(sizes: Heads): Promise<readonly [number[], number[]]> {
  const { heads, keyHeads, size: E } = sizes;
  const width = (heads + 2 * keyHeads) * E;
  const { data } = normal("qkv", B * T, width);
  const shape = { heads, keyHeads, scale: 0.6 };
  const whole = await compile(
    ({ qkv, at }) => {
      const parts = turned(qkv!, at!, sizes);
      return { y: causalAttention(tf.concat(parts, 1), { batch: B, length: T, ...shape }) };
    },
    { qkv: { shape: [B * T, width] }, at: { shape: [B * T], dtype: "int32" } },
  );
  const cache = makeAttentionCache(B, T, shape, E);
  const prefill = await compile(
    ({ qkv, at, lengths }) => {
      const parts = turned(qkv!, at!, sizes);
      const [q, k, v] = parts.map((one) => tf.reshape(one, [B, PROMPT, one.shape[1]!]));
      return { y: prefillAttention(q!, k!, v!, lengths as tf.Tensor1D, cache, shape) };
    },
    {
      qkv: { shape: [B * PROMPT, width] },
      at: { shape: [B * PROMPT], dtype: "int32" },
      lengths: { shape: [B], dtype: "int32" },
    },
  );
  const decode = await compile(
    ({ qkv, seen }) => {
      const [q, k, v] = turned(qkv!, seen!, sizes);
      return { y: decodeAttention(q!, k!, v!, seen as tf.Tensor1D, cache, shape) };
    },
    { qkv: { shape: [B, width] }, seen: { shape: [B], dtype: "int32" } },
  );

  const column = (length: number): Int32Array =>
    Int32Array.from({ length: B * length }, (_, k) => k % length);
  const full = (await whole({ qkv: data, at: column(T) })).y as Float32Array;
  const expected: number[] = [];
  const got: number[] = [];
  const keep = (found: Float32Array, row: number, b: number, t: number): void => {
    const size = heads * E;
    got.push(...found.subarray(row * size, (row + 1) * size));
    expected.push(...full.subarray((b * T + t) * size, (b * T + t + 1) * size));
  };
  const begun = sequences.flatMap((b) =>
    Array.from({ length: PROMPT }, (_, t): [number, number] => [b, t]),
  );
  const prompt = await prefill({
    qkv: rowsAt(data, width, begun),
    at: column(PROMPT),
    lengths: Int32Array.from(LENGTHS),
  });
  for (const [row, [b, t]] of begun.entries())
    if (t < LENGTHS[b]!) keep(prompt.y as Float32Array, row, b, t);
  for (let s = 0; s < STEPS; s++) {
    const places = sequences.map((b): [number, number] => [b, LENGTHS[b]! + s]);
    const seen = Int32Array.from(places, ([, t]) => t);
    const { y } = await decode({ qkv: rowsAt(data, width, places), seen });
    for (const [b, t] of places) keep(y as Float32Array, b, b, t);
  }
  for (const program of [whole, prefill, decode]) await program.dispose();
  tf.disposeVariables();
  return [got, expected];
}

describe.each(["graph", "reference"] as const)("on the engine %s", (engine) => {
  test.each<Heads>([
    { heads: 2, keyHeads: 2, size: 8 },
    { heads: 4, keyHeads: 2, size: 8 },
    { heads: 3, keyHeads: 1, size: 16 },
    { heads: 4, keyHeads: 2, size: 6 }, // no multiple of 8: the prompt is composed also in programs
  ])("$heads query heads, $keyHeads of keys, of size $size", async (sizes) => {
    await useEngine(engine, { threads: 1 });
    const [got, expected] = await bothWays(sizes);
    expect(got).toHaveLength((1 + 3 + 5 + B * STEPS) * sizes.heads * sizes.size);
    expect(worst({ y: got }, { y: expected })).toBeLessThan(1e-5);
  });
});

test("a full cache is an error of the program, not a write beyond it", async () => {
  await useEngine("graph", { threads: 1 });
  const shape = { heads: 1, keyHeads: 1 };
  const cache = makeAttentionCache(1, 2, shape, 8);
  const program = await compile(
    ({ x, seen }) => ({ y: decodeAttention(x!, x!, x!, seen as tf.Tensor1D, cache, shape) }),
    { x: { shape: [1, 8] }, seen: { shape: [1], dtype: "int32" } },
  );
  const x = normal("x", 1, 8).data;
  await program({ x, seen: Int32Array.of(1) });
  await expect(program({ x, seen: Int32Array.of(2) })).rejects.toThrow(/ScatterND/);
  await program.dispose();
  tf.disposeVariables();
});
