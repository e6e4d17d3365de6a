/** Operations, their gradients and the optimizers against PyTorch in double precision; see bench/peers/ops_golden.py. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { gelu, geluExact, reluSquared, silu } from "../../../../src/engine/op/activations.ts";
import { adamW } from "../../../../src/engine/op/adam-w.ts";
import { causalAttention, segmentMask } from "../../../../src/engine/op/causal-attention.ts";
import { embedding } from "../../../../src/engine/op/embedding.ts";
import { clipFactor, globalNorm } from "../../../../src/engine/op/gradients.ts";
import { layerNorm, rmsNorm } from "../../../../src/engine/op/layer-norm.ts";
import { linear } from "../../../../src/engine/op/linear.ts";
import type { Optimizer } from "../../../../src/engine/op/optimizer.ts";
import { sgd } from "../../../../src/engine/op/sgd.ts";
import { tokenStatistics } from "../../../../src/engine/op/token-statistics.ts";
import { tf } from "../../../../src/engine/tfjs.ts";
import { type Given, type Outputs, runBoth, worst } from "./run-both.ts";

interface Listed {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}
interface Options {
  readonly batch: number;
  readonly length: number;
  readonly heads: number;
  readonly keyHeads?: number;
  readonly segments?: Listed;
  readonly temperature: number;
}
interface Case {
  readonly name: string;
  readonly options: Options;
  readonly inputs: readonly Listed[];
  readonly value: Listed;
  readonly weights: Listed;
  readonly gradients: readonly Listed[];
}
interface Golden {
  readonly cases: readonly Case[];
  readonly optimizers: {
    readonly starts: readonly Listed[];
    readonly gradients: readonly (readonly Listed[])[];
    readonly results: Readonly<
      Record<string, { readonly norms: readonly number[]; readonly parameters: readonly Listed[] }>
    >;
  };
}
const golden = JSON.parse(readFileSync("test/golden/op/operations.json", "utf8")) as Golden;

type Operation = (inputs: readonly tf.Tensor[], options: Options) => tf.Tensor;
const operations: Readonly<Record<string, Operation>> = {
  linear: ([x, w, b]) => linear(x!, w!, b),
  embedding: ([table, tokens]) => embedding(table!, tokens!),
  layerNorm: ([x, gain, bias]) => layerNorm(x!, gain!, bias!),
  rmsNorm: ([x, gain]) => rmsNorm(x!, gain!),
  gelu: ([x]) => gelu(x!),
  geluExact: ([x]) => geluExact(x!),
  silu: ([x]) => silu(x!),
  reluSquared: ([x]) => reluSquared(x!),
  causalAttention: ([qkv], { segments, ...shape }) =>
    causalAttention(
      qkv!,
      shape,
      segments && segmentMask(tf.tensor(segments.data.slice(), segments.shape.slice(), "int32")),
    ),
  tokenStatistics: ([logits, tokens], { temperature }) => {
    const { logProb, entropy, polarity } = tokenStatistics(logits!, tokens!, temperature);
    return tf.stack([logProb, entropy, polarity]);
  },
};

const given = ({ shape, data }: Listed, whole = false): Given => ({
  shape,
  data: whole ? Int32Array.from(data) : Float32Array.from(data),
});
/** Tokens come second in the operations that take any. */
const isWhole = (name: string, k: number): boolean =>
  k === 1 && (name === "embedding" || name === "tokenStatistics");

describe("values and gradients are PyTorch's to 1e-5, as nodes and composed", () => {
  test.each(golden.cases.map((one, k) => [`${k + 1}. ${one.name}`, one] as const))(
    "%s",
    async (_, { name, options, inputs, value, weights, gradients }) => {
      const operation = operations[name]!;
      const feeds = inputs.map((input, k) => given(input, isWhole(name, k)));
      const { graph, cpu } = await runBoth(
        Object.fromEntries(feeds.map((feed, k) => [`x${k}`, feed])),
        () => undefined,
        () => (x) => {
          const all = inputs.map((_input, k) => x[`x${k}`]!);
          const loss = (...floats: tf.Tensor[]): tf.Scalar => {
            const y = operation([...floats, ...all.slice(floats.length)], options);
            return tf.sum(tf.mul(y, tf.tensor(weights.data.slice(), y.shape)));
          };
          const grads = tf.grads(loss)(all.slice(0, gradients.length));
          return {
            value: operation(all, options),
            ...Object.fromEntries(grads.map((gradient, k) => [`g${k}`, gradient])),
          };
        },
      );
      const expected: Outputs = {
        value: value.data,
        ...Object.fromEntries(gradients.map(({ data }, k) => [`g${k}`, data])),
      };
      expect(worst(graph, expected)).toBeLessThan(1e-5);
      expect(worst(cpu, expected)).toBeLessThan(1e-5);
    },
  );
});

const optimizers: Readonly<Record<string, (variables: tf.Variable[]) => Optimizer>> = {
  adamW: (variables) => adamW(variables, { beta1: 0.9, beta2: 0.95, weightDecay: 0.1 }),
  sgd: (variables) => sgd(variables),
  momentum: (variables) => sgd(variables, 0.9),
};

describe("five steps with gradients clipped to a norm of 1 are PyTorch's", () => {
  const { starts, gradients, results } = golden.optimizers;
  test.each(Object.entries(results))("%s", async (name, { norms, parameters }) => {
    const { graph, cpu } = await runBoth(
      { rate: { shape: [], data: Float32Array.of(1e-2) } },
      () => {
        const variables = starts.map(({ shape, data }) =>
          tf.variable(tf.tensor(data.slice(), shape.slice())),
        );
        return { variables, optimizer: optimizers[name]!(variables) };
      },
      ({ variables, optimizer }) =>
        ({ rate }) => {
          const found = gradients.map((step) => {
            const named = Object.fromEntries(
              step.map(({ shape, data }, k) => [
                variables[k]!.name,
                tf.tensor(data.slice(), shape.slice()),
              ]),
            );
            const norm = globalNorm(named);
            optimizer.apply(named, rate!, clipFactor(norm, 1));
            return norm;
          });
          const after = variables.map((variable, k) => [`p${k}`, tf.add(variable, 0)]);
          return { norms: tf.stack(found), ...Object.fromEntries(after) };
        },
    );
    const expected = {
      norms,
      ...Object.fromEntries(parameters.map(({ data }, k) => [`p${k}`, data])),
    };
    expect(worst(graph, expected)).toBeLessThan(2e-6); // five float32 steps
    expect(worst(cpu, expected)).toBeLessThan(2e-6);
  });
});
