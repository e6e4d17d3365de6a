/** Operations at the edge of what they take: huge and excluded logits, rows that see nothing, shapes that do not fit. */
import { describe, expect, test } from "vitest";
import { makeRng } from "../../../../src/base/random.ts";
import { useEngine } from "../../../../src/engine/backend/use-engine.ts";
import { gelu, geluExact, silu } from "../../../../src/engine/op/activations.ts";
import { decodeAttention, makeAttentionCache } from "../../../../src/engine/op/cached-attention.ts";
import { causalAttention } from "../../../../src/engine/op/causal-attention.ts";
import { layerNorm, rmsNorm } from "../../../../src/engine/op/layer-norm.ts";
import { linear } from "../../../../src/engine/op/linear.ts";
import { bandMask, maskedMean, topMask } from "../../../../src/engine/op/masked-statistics.ts";
import { rotaryEmbedding } from "../../../../src/engine/op/rotary-embedding.ts";
import { sampleTokens } from "../../../../src/engine/op/sample-tokens.ts";
import { tokenStatistics } from "../../../../src/engine/op/token-statistics.ts";
import { tf } from "../../../../src/engine/tfjs.ts";
import {
  type Code,
  type Inputs,
  integers,
  normal,
  type Outputs,
  runBoth,
  worst,
} from "./run-both.ts";

/** Both engines, expected to agree to 1e-5; the graph's outputs. */
async function agreed(inputs: Inputs, code: Code): Promise<Outputs> {
  const { graph, cpu } = await runBoth(
    inputs,
    () => undefined,
    () => code,
  );
  expect(worst(graph, cpu)).toBeLessThan(1e-5);
  return graph;
}
const rowsOf = (values: ArrayLike<number>, width: number): number[][] =>
  Array.from({ length: values.length / width }, (_, n) =>
    Array.from({ length: width }, (_, k) => values[n * width + k]!),
  );
const total = (row: readonly number[]): number => row.reduce((sum, one) => sum + one, 0);

/** Statistics of logits, and the gradients of Σ log p and Σ H. */
const statistics =
  (temperature = 1): Code =>
  ({ logits, tokens }) => {
    const slope = (pick: "logProb" | "entropy"): tf.Tensor =>
      tf.grad((z) => tf.sum(tokenStatistics(z, tokens!, temperature)[pick]))(logits!);
    const all = tokenStatistics(logits!, tokens!, temperature);
    return { ...all, ofLogProb: slope("logProb"), ofEntropy: slope("entropy") };
  };

describe("token statistics", () => {
  test("gradients with respect to logits sum to zero in each row: a constant changes nothing", async () => {
    const inputs = { logits: normal("logits", 6, 9), tokens: integers("tokens", 9, 6) };
    const out = await agreed(inputs, statistics(0.7));
    for (const name of ["ofLogProb", "ofEntropy"] as const)
      for (const row of rowsOf(out[name]!, 9)) expect(total(row)).toBeCloseTo(0, 5);
  });

  test("at a uniform distribution entropy is log V, flat, and has no polarity", async () => {
    const logits = { shape: [2, 5], data: new Float32Array(10).fill(3) };
    const out = await agreed({ logits, tokens: integers("tokens", 5, 2) }, statistics());
    expect(
      worst(out, {
        entropy: [Math.log(5), Math.log(5)],
        ofEntropy: new Float32Array(10),
        stateTerm: [0, 0],
        polarity: [0, 0],
      }),
    ).toBeLessThan(1e-6);
  });

  test("logits of −∞ are as if their tokens were not in the vocabulary", async () => {
    const few = normal("logits", 3, 4);
    const data = Float32Array.from({ length: 3 * 6 }, (_, k) =>
      k % 6 < 4 ? few.data[Math.floor(k / 6) * 4 + (k % 6)]! : -Infinity,
    );
    const tokens = integers("tokens", 4, 3);
    for (const temperature of [1, 0.5]) {
      const without = await agreed({ logits: few, tokens }, statistics(temperature));
      const out = await agreed(
        { logits: { shape: [3, 6], data }, tokens },
        statistics(temperature),
      );
      for (const name of ["logProb", "entropy", "stateTerm", "polarity"] as const)
        expect(worst({ y: out[name]! }, { y: without[name]! })).toBeLessThan(1e-6);
      for (const name of ["ofLogProb", "ofEntropy"] as const) {
        const rows = rowsOf(out[name]!, 6);
        const kept = rows.flatMap((row) => row.slice(0, 4));
        expect(worst({ y: kept }, { y: without[name]! })).toBeLessThan(1e-6);
        expect(rows.flatMap((row) => row.slice(4)).every((one) => one === 0)).toBe(true);
      }
    }
  });

  test("a row of −∞ alone counts as uniform, a certain one has entropy 0; nothing is NaN", async () => {
    const logits = {
      shape: [3, 2],
      data: Float32Array.of(-Infinity, -Infinity, 1e4, -1e4, -1e4, 1e4),
    };
    const tokens = { shape: [3], data: Int32Array.of(0, 0, 0) };
    const out = await agreed({ logits, tokens }, statistics());
    const half = Math.log(0.5);
    expect(worst(out, { entropy: [-half, 0, 0], logProb: [half, 0, -2e4] })).toBeLessThan(1e-6);
    const numbers = Object.values(out).flatMap((values) => Array.from(values));
    expect(numbers.every(Number.isFinite)).toBe(true);
  });
});

describe("activations and norms", () => {
  test("far from 0 activations are x or 0 with slope 1 or 0", async () => {
    const x = { shape: [4], data: Float32Array.of(-1e4, -50, 50, 1e4) };
    for (const activation of [gelu, geluExact, silu]) {
      const out = await agreed({ x }, (given) => ({
        y: activation(given["x"]!),
        g: tf.grad((z) => tf.sum(activation(z)))(given["x"]!),
      }));
      expect(worst(out, { y: [0, 0, 50, 1e4], g: [0, 0, 1, 1] })).toBeLessThan(1e-6);
    }
  });

  test("the fast GELU is within 5e-4 of the exact one", async () => {
    const x = { shape: [801], data: Float32Array.from({ length: 801 }, (_, k) => k / 100 - 4) };
    const out = await agreed({ x }, (given) => ({
      y: tf.max(tf.abs(tf.sub(gelu(given["x"]!), geluExact(given["x"]!)))),
    }));
    expect(out["y"]![0]).toBeLessThan(5e-4);
    expect(out["y"]![0]).toBeGreaterThan(1e-4); // they are not the same function
  });

  test("rows of zeros are normalised to the bias, with finite gradients", async () => {
    const inputs = {
      x: { shape: [2, 3], data: Float32Array.of(0, 0, 0, 1, 2, 3) },
      g: normal("g", 3),
      b: normal("b", 3),
    };
    const out = await agreed(inputs, ({ x, g, b }) => ({
      layer: tf.slice(layerNorm(x!, g!, b!), [0, 0], [1, 3]),
      root: tf.slice(rmsNorm(x!, g!), [0, 0], [1, 3]),
      slope: tf.grad((z) => tf.sum(tf.add(layerNorm(z, g!, b!), rmsNorm(z, g!))))(x!),
    }));
    expect(worst(out, { layer: inputs.b.data, root: [0, 0, 0] })).toBeLessThan(1e-6);
    expect(Array.from(out["slope"]!).every(Number.isFinite)).toBe(true);
  });
});

describe("attention", () => {
  test("rows that see nothing are 0, nothing flows back through them, and −∞ in the mask is no NaN", async () => {
    const [batch, length, heads] = [2, 3, 2];
    const qkv = normal("qkv", batch * length, 3 * 4);
    const closed = -Infinity;
    // Sequence 0 sees nothing; in sequence 1 the first position is padding, which also closes its own row.
    const mask = {
      shape: [batch, 1, 1, length],
      data: Float32Array.of(closed, closed, closed, closed, 0, 0),
    };
    const shape = { batch, length, heads };
    const out = await agreed({ qkv, mask }, (x) => ({
      y: causalAttention(x["qkv"]!, shape, x["mask"]),
      g: tf.grad((z) => tf.sum(tf.square(causalAttention(z, shape, x["mask"]))))(x["qkv"]!),
      alone: causalAttention(tf.slice(x["qkv"]!, [4, 0], [2, 12]), { batch: 1, length: 2, heads }),
    }));
    expect(
      Array.from(out["y"]!)
        .slice(0, 4 * 4)
        .every((one) => one === 0),
    ).toBe(true);
    expect(
      Array.from(out["g"]!)
        .slice(0, 4 * 12)
        .every((one) => one === 0),
    ).toBe(true);
    expect(worst({ y: Array.from(out["y"]!).slice(4 * 4) }, { y: out["alone"]! })).toBeLessThan(
      1e-6,
    );
  });

  test("scores of ±10⁴ are no NaN: the largest takes all", async () => {
    const qkv = { shape: [2, 3], data: Float32Array.of(100, 100, 7, 100, -100, 9) };
    const out = await agreed({ qkv }, (x) => ({
      y: causalAttention(x["qkv"]!, { batch: 1, length: 2, heads: 1 }),
    }));
    expect(Array.from(out["y"]!)).toEqual([7, 7]);
  });

  test("a single position gives its value", async () => {
    const qkv = normal("qkv", 3, 12);
    const out = await agreed({ qkv }, (x) => ({
      y: causalAttention(x["qkv"]!, { batch: 3, length: 1, heads: 2 }),
    }));
    expect(worst(out, { y: rowsOf(qkv.data, 12).flatMap((row) => row.slice(8)) })).toBeLessThan(
      1e-6,
    );
  });
});

describe("masks", () => {
  test("the largest of uniform numbers choose a random few of a band", async () => {
    const [rows, count] = [200, 30];
    const dice = makeRng(1, "choice");
    const inputs = {
      x: normal("x", rows),
      u: { shape: [rows], data: Float32Array.from({ length: rows }, () => dice.uniform()) },
      mask: { shape: [rows], data: Float32Array.from({ length: rows }, (_, k) => (k % 4 ? 1 : 0)) },
    };
    const out = await agreed(inputs, ({ x, u, mask }) => {
      const f = (z: tf.Tensor): tf.Tensor => {
        const chosen = topMask(u!, bandMask(z, -1, 1, mask!), tf.scalar(count, "int32"), count);
        return maskedMean(tf.square(z), chosen);
      };
      const chosen = topMask(u!, bandMask(x!, -1, 1, mask!), tf.scalar(count, "int32"), count);
      return { chosen, g: tf.grad(f)(x!) };
    });
    const chosen = Array.from(out["chosen"]!);
    const inside = inputs.x.data.map((x, k) => (Math.abs(x) <= 1 && k % 4 ? 1 : 0));
    const open = [...inputs.u.data.keys()].filter((k) => inside[k] === 1);
    const largest = open.toSorted((i, k) => inputs.u.data[k]! - inputs.u.data[i]!).slice(0, count);
    expect(chosen).toEqual(chosen.map((_, k) => (largest.includes(k) ? 1 : 0)));
    const expected = inputs.x.data.map((x, k) => (largest.includes(k) ? (2 * x) / count : 0));
    expect(worst({ g: out["g"]! }, { g: expected })).toBeLessThan(1e-6);
  });
});

describe("refusals", () => {
  test("shapes that do not fit are refused with what must hold and what was got", async () => {
    await useEngine("reference");
    tf.tidy(() => {
      const zeros = (...shape: number[]): tf.Tensor => tf.zeros(shape);
      const cache = makeAttentionCache(2, 4, { heads: 2, keyHeads: 2 }, 3);
      const seen = tf.tensor1d([0, 0], "int32");
      const refusals: readonly (readonly [() => unknown, string])[] = [
        [
          () => linear(zeros(2, 3), zeros(4, 3)),
          "linear: weight must have the shape [3, O], got [4, 3]",
        ],
        [
          () => linear(zeros(2, 3), zeros(3, 5), zeros(1)),
          "linear: bias must have the shape [5], got [1]",
        ],
        [
          () => layerNorm(zeros(2, 3), zeros(1), zeros(3)),
          "layerNorm: gain must have the shape [3], got [1]",
        ],
        [
          () => rmsNorm(zeros(2, 2, 3), zeros(3)),
          "rmsNorm: x must have the shape [N, D], got [2, 2, 3]",
        ],
        [
          () => rotaryEmbedding(zeros(2, 4), zeros(3), 1),
          "rotaryEmbedding: positions must have the shape [2], got [3]",
        ],
        [
          () => tokenStatistics(zeros(2, 4), zeros(3)),
          "tokenStatistics: tokens must have the shape [2], got [3]",
        ],
        [
          () => sampleTokens(tf.zeros([2, 4]), tf.zeros([1, 4])),
          "sampleTokens: noise must have the shape [2, 4], got [1, 4]",
        ],
        [
          () => causalAttention(zeros(6, 12), { batch: 2, length: 3, heads: 2, keyHeads: 3 }),
          "with 2 a multiple of 3",
        ],
        [
          () =>
            decodeAttention(zeros(2, 6), zeros(2, 3), zeros(2, 6), seen, cache, {
              heads: 2,
              keyHeads: 2,
            }),
          "decodeAttention: key must have the shape [2, 6], got [2, 3]",
        ],
      ];
      for (const [call, message] of refusals) expect(call).toThrow(message);
    });
    tf.disposeVariables();
  });

  test("a gradient of a gradient is refused: it would be wrong", async () => {
    await useEngine("reference");
    const slope = tf.grad(silu);
    expect(slope(tf.scalar(0)).dataSync()[0]).toBeCloseTo(0.5, 6);
    expect(() => tf.grad((x) => slope(x))(tf.scalar(0))).toThrow(/differentiated once/);
  });
});
