/** Hand-written gradients: as nodes they equal what tfjs computes, and both equal differences of the function itself. */
import { describe, expect, test } from "vitest";
import { useEngine } from "../../../../src/engine/backend/use-engine.ts";
import { gelu, geluExact, reluSquared, silu } from "../../../../src/engine/op/activations.ts";
import { causalAttention } from "../../../../src/engine/op/causal-attention.ts";
import { stopGradient } from "../../../../src/engine/op/differentiable.ts";
import { embedding, tiedLogits } from "../../../../src/engine/op/embedding.ts";
import { layerNorm, rmsNorm } from "../../../../src/engine/op/layer-norm.ts";
import { linear } from "../../../../src/engine/op/linear.ts";
import { maskedMean, topMask } from "../../../../src/engine/op/masked-statistics.ts";
import { rotaryEmbedding } from "../../../../src/engine/op/rotary-embedding.ts";
import { tokenStatistics } from "../../../../src/engine/op/token-statistics.ts";
import { tf } from "../../../../src/engine/tfjs.ts";
import { type Given, integers, normal, runBoth, worst } from "./run-both.ts";

type Operation = (inputs: readonly tf.Tensor[]) => tf.Tensor;

const tokens = integers("tokens", 5, 6);
const targets = (): tf.Tensor1D => tf.tensor1d(tokens.data, "int32");
const positions = (): tf.Tensor1D => tf.tensor1d([0, 3, 7], "int32");
/** The second sequence's last two positions are padding. */
const padding = (): tf.Tensor => tf.tensor([0, 0, 0, 0, 0, 0, -1e9, -1e9], [2, 1, 1, 4]);
const away = (given: Given): Given => ({
  ...given,
  data: given.data.map((x) => (Math.abs(x) < 0.3 ? x + 0.6 : x)),
});

const operations: readonly (readonly [string, readonly Given[], Operation])[] = [
  [
    "layerNorm",
    [normal("x", 5, 8), normal("g", 8), normal("b", 8)],
    ([x, g, b]) => layerNorm(x!, g!, b!),
  ],
  ["rmsNorm", [normal("x", 5, 8), normal("g", 8)], ([x, g]) => rmsNorm(x!, g!)],
  ["gelu", [normal("x", 6, 4)], ([x]) => gelu(x!)],
  ["geluExact", [normal("x", 6, 4)], ([x]) => geluExact(x!)],
  [
    "linear",
    [normal("x", 4, 3), normal("w", 3, 5), normal("b", 5)],
    ([x, w, b]) => linear(x!, w!, b),
  ],
  ["embedding", [normal("table", 5, 3)], ([table]) => embedding(table!, targets())],
  [
    "tiedLogits",
    [normal("x", 4, 3), normal("table", 5, 3)],
    ([x, table]) => tiedLogits(x!, table!),
  ],
  ["silu", [normal("x", 6, 4)], ([x]) => silu(x!)],
  ["reluSquared", [away(normal("x", 6, 4))], ([x]) => reluSquared(x!)],
  [
    "causalAttention",
    [normal("qkv", 8, 24)],
    ([x]) => causalAttention(x!, { batch: 2, length: 4, heads: 2 }),
  ],
  [
    "causalAttention with padding",
    [normal("qkv", 8, 24)],
    ([x]) => causalAttention(x!, { batch: 2, length: 4, heads: 2 }, padding()),
  ],
  ["rotaryEmbedding", [normal("x", 3, 8)], ([x]) => rotaryEmbedding(x!, positions(), 2)],
  [
    "logProb",
    [normal("logits", 6, 5)],
    ([x]) => tokenStatistics(x as tf.Tensor2D, targets()).logProb,
  ],
  [
    "logProb at .7",
    [normal("logits", 6, 5)],
    ([x]) => tokenStatistics(x as tf.Tensor2D, targets(), 0.7).logProb,
  ],
  [
    "entropy",
    [normal("logits", 6, 5)],
    ([x]) => tokenStatistics(x as tf.Tensor2D, targets(), 0.7).entropy,
  ],
];

/** Σ of the operation's places, each with a weight of its own, so that no two places can trade. */
const weighted =
  (operation: Operation) =>
  (inputs: readonly tf.Tensor[]): tf.Scalar => {
    const y = operation(inputs);
    const weights = normal("weights", y.size).data;
    return tf.sum(tf.mul(y, tf.tensor(weights, y.shape))) as tf.Scalar;
  };

describe.each(operations)("%s", (_, inputs, operation) => {
  const named = Object.fromEntries(inputs.map((input, k) => [`x${k}`, input]));

  test("as nodes: value and gradients equal tfjs on its cpu backend to 1e-5", async () => {
    const { graph, cpu } = await runBoth(
      named,
      () => undefined,
      () => (x) => {
        const list = inputs.map((_given, k) => x[`x${k}`]!);
        const { value, grads } = tf.valueAndGrads((...given: tf.Tensor[]) =>
          weighted(operation)(given),
        )(list);
        const gradients = Object.fromEntries(grads.map((gradient, k) => [`g${k}`, gradient]));
        return { y: operation(list), value, ...gradients };
      },
    );
    expect(worst(graph, cpu)).toBeLessThan(1e-5);
  });

  test("the gradient along a direction is the limit of differences", async () => {
    await useEngine("reference");
    tf.tidy(() => {
      const tensors = inputs.map(({ data, shape }) => tf.tensor(data, [...shape]));
      const along = inputs.map(({ shape }, k) =>
        tf.tensor(normal(`v${k}`, ...shape).data, [...shape]),
      );
      const f = weighted(operation);
      const at = (h: number): number =>
        f(tensors.map((x, k) => tf.add(x, tf.mul(along[k]!, h)))).dataSync()[0]!;
      const slope = (h: number): number => (at(h) - at(-h)) / (2 * h);
      const h = 0.04; // float32: rounding costs 1e-7 / h, the fourth-order rule below h⁴
      const limit = (4 * slope(h / 2) - slope(h)) / 3;
      const gradients = tf.grads((...given: tf.Tensor[]) => f(given))(tensors);
      const slopes = gradients.map(
        (gradient, k) => tf.sum(tf.mul(gradient, along[k]!)).dataSync()[0]!,
      );
      const total = slopes.reduce((sum, one) => sum + one, 0);
      expect(Math.abs(total - limit) / Math.max(1, Math.abs(limit))).toBeLessThan(2e-3);
    });
  });
});

describe("what has no gradient", () => {
  test("stopGradient gives the value and lets nothing through", async () => {
    const { graph, cpu } = await runBoth(
      { x: normal("x", 4) },
      () => undefined,
      () =>
        ({ x }) => {
          const f = (given: tf.Tensor): tf.Tensor =>
            tf.sum(tf.mul(given, stopGradient(tf.square(given))));
          return { y: f(x!), g: tf.grad(f)(x!) };
        },
    );
    const x = normal("x", 4).data;
    expect(
      worst(graph, { y: [x.reduce((sum, one) => sum + one ** 3, 0)], g: x.map((one) => one ** 2) }),
    ).toBeLessThan(1e-5);
    expect(worst(graph, cpu)).toBeLessThan(1e-5);
  });

  test("a mask of the largest values can stand in a loss", async () => {
    const inputs = {
      x: normal("x", 9),
      mask: { shape: [9], data: Float32Array.of(1, 1, 1, 1, 1, 1, 0, 0, 1) },
    };
    const { graph, cpu } = await runBoth(
      inputs,
      () => undefined,
      () =>
        ({ x, mask }) => {
          const f = (given: tf.Tensor): tf.Tensor => {
            const chosen = topMask(tf.square(given), mask!, tf.scalar(3, "int32"), 5);
            return maskedMean(given, tf.sub(mask!, chosen));
          };
          return { y: f(x!), g: tf.grad(f)(x!) };
        },
    );
    expect(worst(graph, cpu)).toBeLessThan(1e-5);
    const x = normal("x", 9).data;
    const open = [0, 1, 2, 3, 4, 5, 8].toSorted((i, k) => x[k]! ** 2 - x[i]! ** 2).slice(3);
    expect(worst(graph, { g: x.map((_, k) => (open.includes(k) ? 1 / 4 : 0)) })).toBeLessThan(1e-6);
  });
});
