/** Operations and their gradients on random shapes, the smallest among them: as nodes they equal tfjs's cpu backend. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gelu, geluExact, reluSquared, silu } from "../../../../src/engine/op/activations.ts";
import { causalAttention, segmentMask } from "../../../../src/engine/op/causal-attention.ts";
import { embedding, tiedLogits } from "../../../../src/engine/op/embedding.ts";
import { layerNorm, rmsNorm } from "../../../../src/engine/op/layer-norm.ts";
import { linear } from "../../../../src/engine/op/linear.ts";
import { maskedCovariance, topMask } from "../../../../src/engine/op/masked-statistics.ts";
import { rotaryEmbedding } from "../../../../src/engine/op/rotary-embedding.ts";
import { tokenStatistics } from "../../../../src/engine/op/token-statistics.ts";
import { tf } from "../../../../src/engine/tfjs.ts";
import { type Given, integers, normal, runBoth, worst } from "./run-both.ts";

/** Sizes drawn: rows, width, heads to a group, groups, sequences, vocabulary. */
interface Sizes {
  readonly n: number;
  readonly d: number;
  readonly share: number;
  readonly groups: number;
  readonly batch: number;
  readonly v: number;
}
const sizes: fc.Arbitrary<Sizes> = fc.record({
  n: fc.integer({ min: 1, max: 9 }),
  d: fc.integer({ min: 1, max: 9 }),
  share: fc.integer({ min: 1, max: 3 }),
  groups: fc.integer({ min: 1, max: 3 }),
  batch: fc.integer({ min: 1, max: 3 }),
  v: fc.integer({ min: 2, max: 9 }),
});

interface Drawn {
  readonly floats: readonly Given[];
  readonly whole?: Given;
  readonly run: (floats: readonly tf.Tensor[], whole: tf.Tensor) => tf.Tensor;
}

const wholeOf = (...data: number[]): Given => ({
  shape: [data.length],
  data: Int32Array.from(data),
});

const operations: Readonly<Record<string, (sizes: Sizes) => Drawn>> = {
  linear: ({ n, d, v }) => ({
    floats: [normal("x", n, d), normal("w", d, v), normal("b", v)],
    run: ([x, w, b]) => linear(x!, w!, b),
  }),
  embedding: ({ n, d, v }) => ({
    floats: [normal("table", v, d)],
    whole: integers("tokens", v, n),
    run: ([table], tokens) => embedding(table!, tokens),
  }),
  tiedLogits: ({ n, d, v }) => ({
    floats: [normal("x", n, d), normal("table", v, d)],
    run: ([x, table]) => tiedLogits(x!, table!),
  }),
  layerNorm: ({ n, d }) => ({
    floats: [normal("x", n, d + 2), normal("g", d + 2), normal("b", d + 2)], // of 2 places only signs are left
    run: ([x, g, b]) => layerNorm(x!, g!, b!),
  }),
  rmsNorm: ({ n, d }) => ({
    floats: [normal("x", n, d), normal("g", d)],
    run: ([x, g]) => rmsNorm(x!, g!),
  }),
  gelu: ({ n, d }) => ({ floats: [normal("x", n, d)], run: ([x]) => gelu(x!) }),
  geluExact: ({ n, d }) => ({ floats: [normal("x", n, d)], run: ([x]) => geluExact(x!) }),
  silu: ({ n, d }) => ({ floats: [normal("x", n, d)], run: ([x]) => silu(x!) }),
  reluSquared: ({ n, d }) => ({ floats: [normal("x", n, d)], run: ([x]) => reluSquared(x!) }),
  rotaryEmbedding: ({ n, d, groups }) => ({
    floats: [normal("x", n, groups * 2 * d)],
    whole: integers("positions", 500, n),
    run: ([x], positions) => rotaryEmbedding(x!, positions, groups),
  }),
  causalAttention: ({ n, d, share, groups, batch }) => ({
    floats: [normal("qkv", batch * n, (share + 2) * groups * d)],
    run: ([qkv]) =>
      causalAttention(qkv!, { batch, length: n, heads: share * groups, keyHeads: groups }),
  }),
  "causalAttention of segments": ({ n, d, share, groups, batch }) => ({
    floats: [normal("qkv", batch * n, (share + 2) * groups * d)],
    whole: integers("segments", 3, batch * n),
    run: ([qkv], segments) =>
      causalAttention(
        qkv!,
        { batch, length: n, heads: share * groups, keyHeads: groups, scale: 0.7 },
        segmentMask(tf.reshape(segments, [batch, n])),
      ),
  }),
  tokenStatistics: ({ n, v }) => ({
    floats: [normal("logits", n, v)],
    whole: integers("tokens", v, n),
    run: ([logits], tokens) => {
      const all = tokenStatistics(logits!, tokens, 0.8);
      return tf.stack([all.logProb, all.entropy, all.stateTerm, all.polarity]);
    },
  }),
  "maskedCovariance without topMask": ({ n }) => ({
    floats: [normal("x", n), normal("y", n)],
    whole: wholeOf(...Array.from({ length: n }, (_, k) => (k % 3 === 1 ? 0 : 1))),
    run: ([x, y], open) => {
      const mask = tf.cast(open, "float32");
      const covariance = maskedCovariance(x!, y!, mask);
      const top = topMask(covariance, mask, tf.scalar(2, "int32"), 4);
      return tf.mul(covariance, tf.sub(mask, top));
    },
  }),
};

describe("on any shape value and gradients equal tfjs's to 1e-5", () => {
  test.each(Object.entries(operations))("%s", async (_, draw) => {
    await fc.assert(
      fc.asyncProperty(sizes, async (drawn) => {
        const { floats, whole = wholeOf(0), run } = draw(drawn);
        const inputs = Object.fromEntries(floats.map((one, k) => [`x${k}`, one]));
        const { graph, cpu } = await runBoth(
          { ...inputs, whole },
          () => undefined,
          () => (x) => {
            const given = floats.map((_one, k) => x[`x${k}`]!);
            const loss = (...list: tf.Tensor[]): tf.Scalar => {
              const y = run(list, x["whole"]!);
              return tf.sum(tf.mul(y, tf.tensor(normal("weights", y.size).data, y.shape)));
            };
            const gradients = tf
              .grads(loss)(given)
              .map((one, k) => [`g${k}`, one]);
            return { y: run(given, x["whole"]!), ...Object.fromEntries(gradients) };
          },
        );
        expect(worst(graph, cpu)).toBeLessThan(1e-5);
      }),
      {
        seed: 31,
        numRuns: 8,
        examples: [
          [{ n: 1, d: 1, share: 1, groups: 1, batch: 1, v: 2 }],
          [{ n: 1, d: 4, share: 2, groups: 2, batch: 2, v: 2 }],
        ],
      },
    );
  });
});
