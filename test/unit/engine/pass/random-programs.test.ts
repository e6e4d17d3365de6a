/** Rewrites keep what programs compute: random programs and their gradients, each pass alone and all of them. */
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { useEngine } from "../../../../src/engine/backend/use-engine.ts";
import { compile } from "../../../../src/engine/compile.ts";
import type { Pass } from "../../../../src/engine/ir/rewrite.ts";
import { foldIdentities } from "../../../../src/engine/pass/fold-identities.ts";
import { foldMatrixOperands } from "../../../../src/engine/pass/fold-matrix-operands.ts";
import { fuseBias } from "../../../../src/engine/pass/fuse-bias.ts";
import { standardPasses } from "../../../../src/engine/pass/passes.ts";
import { removeDeadCode } from "../../../../src/engine/pass/remove-dead-code.ts";
import { shareCommon } from "../../../../src/engine/pass/share-common.ts";
import { sinkBroadcasts } from "../../../../src/engine/pass/sink-broadcasts.ts";
import { sumRowsByProduct } from "../../../../src/engine/pass/sum-rows-by-product.ts";
import { tf } from "../../../../src/engine/tfjs.ts";
import { normal } from "../op/run-both.ts";

const ROWS = 10;
const COLUMNS = 6;
const FULL: [number, number] = [ROWS, COLUMNS];

/** Any tensor here is [10, 6], or has some axes of length 1, or none. */
const full = (x: tf.Tensor): tf.Tensor2D => tf.broadcastTo(x, FULL);
const half = (x: tf.Tensor): tf.Tensor => tf.mul(x, 0.5);

/** Steps of a program; each keeps numbers of size 1 at size 1. */
const steps: Readonly<Record<string, (x: tf.Tensor, y: tf.Tensor) => tf.Tensor>> = {
  add: (x, y) => half(tf.add(x, y)),
  subtract: (x, y) => half(tf.sub(x, y)),
  multiply: (x, y) => tf.tanh(tf.mul(x, y)),
  maximum: (x, y) => tf.maximum(full(x), full(y)), // tfjs has no gradient for operands that broadcast
  times1: (x) => tf.mul(x, tf.ones(FULL)),
  times0: (x) => tf.mul(x, 0),
  plus0: (x) => tf.add(tf.zeros([1, COLUMNS]), x),
  over1: (x) => tf.div(x, 1),
  power1: (x) => tf.pow(x, 1),
  power2: (x) => tf.tanh(tf.pow(x, 2)),
  minus: (x, y) => half(tf.sub(x, tf.neg(y))),
  plusMinus: (x, y) => half(tf.add(tf.neg(x), y)),
  twiceNegated: (x) => tf.neg(tf.neg(x)),
  fill: (x) => half(tf.add(x, tf.fill(FULL, 0.25))),
  root: (x) => tf.sqrt(x),
  broadcast: (x) => full(x),
  tile: (x) => tf.tile(tf.mean(full(x), 0, true), [ROWS, 1]),
  sumRows: (x) => tf.div(tf.sum(full(x), 0), ROWS),
  sumColumns: (x) => tf.div(tf.sum(full(x), 1, true), COLUMNS),
  sumAll: (x) => tf.div(tf.sum(full(x)), ROWS * COLUMNS),
  meanRows: (x) => tf.mean(full(x), 0, true),
  greatest: (x) => tf.max(full(x), 1, true),
  reshape: (x) => tf.reshape(tf.reshape(full(x), [3, 20]), FULL),
  turn: (x) => tf.transpose(tf.transpose(full(x))),
  weigh: (x, y) =>
    tf.matMul(
      full(x),
      tf.tanh(tf.mul(tf.matMul(tf.transpose(full(x)), full(y)), 0.1)) as tf.Tensor2D,
    ),
  linear: (x, y) =>
    tf.relu(
      tf.add(
        tf.matMul(
          half(full(x)) as tf.Tensor2D,
          tf.tanh(tf.matMul(full(y), full(x), true)) as tf.Tensor2D,
        ),
        tf.slice(tf.tanh(full(y)), [0, 0], [1, COLUMNS]),
      ),
    ),
  turned: (x, y) =>
    tf
      .tanh(tf.transpose(tf.matMul(full(x), tf.matMul(full(x), full(y), true)) as tf.Tensor2D))
      .transpose(),
};

interface Step {
  readonly name: string;
  readonly left: number;
  readonly right: number;
}
const program = fc.array(
  fc.record<Step>({
    name: fc.constantFrom(...Object.keys(steps)),
    left: fc.nat(30),
    right: fc.nat(30),
  }),
  { minLength: 1, maxLength: 12 },
);

/** The last tensors of a program and the gradients of the mean of the very last. */
function code(program_: readonly Step[]) {
  const run = (...inputs: tf.Tensor[]): tf.Tensor[] => {
    const tensors = [...inputs];
    const pick = (k: number): tf.Tensor => tensors[tensors.length - 1 - (k % tensors.length)]!;
    for (const { name, left, right } of program_)
      tensors.push(steps[name]!(pick(left), pick(right)));
    return tensors.slice(-3);
  };
  return ({ a, b, row, column }: Record<"a" | "b" | "row" | "column", tf.Tensor>) => {
    const inputs = [a, b, row, column];
    const loss = (...x: tf.Tensor[]): tf.Tensor =>
      tf.add(tf.mean(run(...x).at(-1)!), tf.mul(0.1, tf.addN(x.map((one) => tf.mean(one)))));
    const gradients = tf.grads(loss)(inputs);
    return Object.fromEntries([...run(...inputs), ...gradients].map((y, k) => [`y${k}`, y]));
  };
}

const specs = {
  a: { shape: FULL },
  b: { shape: FULL },
  row: { shape: [1, COLUMNS] },
  column: { shape: [ROWS, 1] },
};
const feeds = Object.fromEntries(
  Object.entries(specs).map(([name, { shape }]) => [name, normal(name, ...shape).data]),
) as Record<keyof typeof specs, Float32Array>;
/**
 * Infinities alone, and with NaN: a rewrite must neither lose nor make any. (Whether ONNX Runtime's ReduceMax sees a NaN
 * depends on the shape, so programs with it do without.)
 */
const infinite = {
  ...feeds,
  a: feeds.a.map((x, k) => (k === 7 ? Infinity : k === 31 ? -Infinity : x)),
};
const missing = { ...infinite, row: feeds.row.map((x, k) => (k === 2 ? Number.NaN : x)) };

function expectAlike(got: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  const differs = Array.from(expected).findIndex((value, k) => {
    const other = got[k] ?? Number.NaN;
    if (!Number.isFinite(value)) return !Object.is(other, value);
    return !(Math.abs(other - value) <= 1e-5 * (1 + Math.abs(value)));
  });
  if (differs < 0) return;
  expect.fail(`${what}[${differs}] must be ${expected[differs]}, got ${got[differs]}`);
}

beforeAll(async () => {
  await useEngine("graph", { threads: 1 });
});

const passes: readonly Pass[] = [
  foldIdentities,
  sinkBroadcasts,
  foldMatrixOperands,
  fuseBias,
  shareCommon,
  sumRowsByProduct,
];

test("any program and its gradients stay what they were, pass by pass and under all passes", async () => {
  await fc.assert(
    fc.asyncProperty(program, fc.constantFrom(...passes), async (program_, pass) => {
      const fn = code(program_);
      const plain = await compile(fn, specs, { passes: [removeDeadCode] });
      const one = await compile(fn, specs, { passes: [pass, removeDeadCode] });
      const all = await compile(fn, specs, { passes: standardPasses });
      const hasExtremes = program_.some(({ name }) => name === "greatest");
      for (const given of hasExtremes ? [feeds, infinite] : [feeds, infinite, missing]) {
        const expected = await plain(given);
        for (const [rewritten, name] of [
          [one, pass.name],
          [all, "all"],
        ] as const) {
          const got = await rewritten(given);
          for (const [key, values] of Object.entries(expected))
            expectAlike(got[key]!, values, `${name}: ${key}`);
        }
      }
      await Promise.all([plain.dispose(), one.dispose(), all.dispose()]);
    }),
    { seed: 7, numRuns: 15 },
  );
}, 60_000);

test("any program under all passes computes what tfjs computes", async () => {
  await fc.assert(
    fc.asyncProperty(program, async (program_) => {
      const results = [];
      for (const engine of ["reference", "graph"] as const) {
        await useEngine(engine, { threads: 1 });
        const compiled = await compile(code(program_), specs);
        results.push(await compiled(feeds));
        await compiled.dispose();
      }
      const [expected, got] = results;
      for (const [key, values] of Object.entries(expected!)) expectAlike(got![key]!, values, key);
    }),
    { seed: 8, numRuns: 10 },
  );
}, 60_000);
