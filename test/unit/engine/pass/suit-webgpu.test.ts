/** The program for WebGPU computes the same with other operators; on the processor here, on WebGPU in test/slow/webgpu.test.ts. */
import { beforeAll, describe, expect, test } from "vitest";
import { useEngine } from "../../../../src/engine/backend/use-engine.ts";
import { compile } from "../../../../src/engine/compile.ts";
import { reluSquared } from "../../../../src/engine/op/activations.ts";
import { causalAttention } from "../../../../src/engine/op/causal-attention.ts";
import { rmsNorm } from "../../../../src/engine/op/layer-norm.ts";
import { tokenStatistics } from "../../../../src/engine/op/token-statistics.ts";
import { standardPasses } from "../../../../src/engine/pass/passes.ts";
import { removeDeadCode } from "../../../../src/engine/pass/remove-dead-code.ts";
import { suitWebgpu } from "../../../../src/engine/pass/suit-webgpu.ts";
import { tf } from "../../../../src/engine/tfjs.ts";
import { normal } from "../op/run-both.ts";

const WIDTH = 8;
const ROWS = 6;
const shapes = { x: [ROWS, WIDTH], w: [WIDTH, WIDTH], row: [WIDTH], qkv: [ROWS, 3 * WIDTH] };
type Inputs = { readonly [K in keyof typeof shapes]: tf.Tensor };

const product = (a: tf.Tensor, b: tf.Tensor, transA = false, transB = false): tf.Tensor =>
  tf.matMul(a, b, transA, transB);
const batch = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [2, ROWS / 2, WIDTH]);
const ids = (): tf.Tensor1D => tf.tensor1d([0, 7, 3, 1, 4, 4], "int32");

/** A case, the operator that is in the program before and not after, and the input whose gradient is taken. */
const CASES: readonly (readonly [string, string, (x: Inputs) => tf.Tensor, keyof Inputs])[] = [
  ["a transposed product", "FusedMatMul", ({ x, w }) => product(x, w, false, true), "x"],
  [
    "a product transposed on both sides",
    "FusedMatMul",
    ({ x, w }) => product(w, x, true, true),
    "x",
  ],
  ["a product with a factor", "FusedMatMul", ({ x, w }) => tf.mul(product(x, w), 0.3), "x"],
  ["a batch of products", "FusedMatMul", ({ x }) => product(batch(x), batch(x), false, true), "x"],
  [
    "a batch of products with a factor",
    "FusedMatMul",
    ({ x }) => tf.mul(product(batch(x), batch(x), true, false), 0.3),
    "x",
  ],
  [
    "a product with bias and ReLU²",
    "FusedGemm",
    ({ x, w, row }) => reluSquared(tf.add(product(x, w, false, true), row)),
    "x",
  ],
  [
    "attention",
    "FusedMatMul",
    ({ qkv }) => causalAttention(qkv, { batch: 2, length: 3, heads: 2 }),
    "qkv",
  ],
  ["RMSNorm", "SimplifiedLayerNormalization", ({ x, row }) => rmsNorm(x, row), "x"],
  [
    "statistics of tokens",
    "LogSoftmax",
    ({ x }) => {
      const { logProb, entropy } = tokenStatistics(tf.mul(x, 40) as tf.Tensor2D, ids());
      return tf.add(logProb, entropy);
    },
    "x",
  ],
];

beforeAll(async () => {
  await useEngine("graph", { threads: 1 });
});

describe("suitWebgpu", () => {
  test.each(CASES)(
    "%s is computed without %s, forward and gradient",
    async (_, operator, run, of) => {
      const specs = Object.fromEntries(
        Object.entries(shapes).map(([name, shape]) => [name, { shape }]),
      );
      const feeds = Object.fromEntries(
        Object.entries(shapes).map(([name, shape]) => [name, normal(name, ...shape).data]),
      );
      const outcomes = [];
      for (const passes of [standardPasses, [...standardPasses, suitWebgpu, removeDeadCode]]) {
        const program = await compile(
          (given) => {
            const inputs = given as Inputs;
            const weighted = (changed: tf.Tensor): tf.Tensor => {
              const y = run({ ...inputs, [of]: changed });
              return tf.sum(tf.mul(y, tf.tensor(normal("weights", y.size).data, y.shape)));
            };
            return { y: run(inputs), g: tf.grad(weighted)(inputs[of]) };
          },
          specs,
          { passes },
        );
        outcomes.push({ text: program.print(), results: await program(feeds) });
        await program.dispose();
      }
      const [before, after] = outcomes;
      expect(before?.text).toContain(operator);
      for (const name of ["FusedMatMul", "FusedGemm", "SimplifiedLayer", "LogSoftmax"])
        expect(after?.text).not.toContain(name);
      for (const name of ["y", "g"] as const) {
        const expected = before?.results[name] ?? [];
        const got = after?.results[name] ?? [];
        expect(got.length).toBe(expected.length);
        for (const [k, value] of expected.entries())
          expect(Math.abs((got[k] ?? Number.NaN) - value)).toBeLessThan(
            1e-5 * (1 + Math.abs(value)),
          );
      }
    },
  );
});
