/** The graph engine computes what tfjs's own cpu backend computes: every lowered kernel, forward and gradient, and random programs. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useEngine } from "../../../../src/engine/backend/use-engine.ts";
import { tf } from "../../../../src/engine/tfjs.ts";
import { lowerings } from "../../../../src/engine/trace/lowerings.ts";
import { normal } from "../op/run-both.ts";
import { cases } from "./cases.ts";
import { difference, runCase } from "./run-case.ts";

const lowered = new Set<string>();
const rules = Object.entries(lowerings).flatMap(([name, entry]) =>
  entry.kind === "rule" ? [{ name, entry, lower: entry.lower.bind(entry) }] : [],
);

beforeAll(() => {
  for (const { name, entry, lower } of rules)
    entry.lower = (...call) => {
      lowered.add(name);
      return lower(...call);
    };
});
afterAll(() => {
  for (const { entry, lower } of rules) entry.lower = lower;
});

describe("each operation equals tfjs on its cpu backend to 1e-5", () => {
  test.each(cases)("$name", async (one) => {
    await useEngine("reference");
    const expected = await runCase(one);
    await useEngine("graph", { threads: 1 });
    expect(difference(await runCase(one, { passes: [] }), expected)).toBeUndefined();
    expect(difference(await runCase(one), expected)).toBeUndefined();
  });

  test("no rule of the table goes without a case", () => {
    expect(rules.map(({ name }) => name).filter((name) => !lowered.has(name))).toEqual([]);
  });
});

/** Steps of a random program on matrices [3, 4]: each takes two earlier values. */
const STEPS: Readonly<Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor>> = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  divide: (a, b) => tf.div(a, tf.add(tf.square(b), 1)),
  maximum: tf.maximum,
  tanh: (a) => tf.tanh(a),
  sigmoid: (a) => tf.sigmoid(a),
  softmax: (a) => tf.softmax(a),
  logSoftmax: (a) => tf.logSoftmax(a),
  centre: (a) => tf.sub(a, tf.mean(a, 1, true)),
  scale: (a, b) => tf.mul(a, tf.sum(b, 0)),
  product: (a, b) => tf.matMul(tf.matMul(a, b, false, true), a),
  turned: (a, b) =>
    tf.transpose(tf.matMul(tf.transpose(a), tf.mul(tf.matMul(a, b, false, true), 0.5))),
  reshaped: (a, b) => tf.reshape(tf.add(tf.reshape(a, [4, 3]), tf.transpose(b)), [3, 4]),
  joined: (a, b) => tf.slice(tf.concat([a, b], 1), [0, 2], [3, 4]),
  split: (a, b) =>
    tf.concat([...tf.split(a, 2, 1).toReversed(), ...tf.split(b, 2, 1)].slice(1, 3), 1),
  gathered: (a) => tf.gather(a, tf.tensor1d([2, 0, 0], "int32")),
  biased: (a, b) =>
    tf.add(
      tf.matMul(tf.matMul(a, b, true, false), tf.transpose(a), true).reshape([3, 4]),
      tf.slice(b, [0, 0], [1, 4]),
    ),
  constant: (a) => tf.mul(tf.add(tf.mul(a, 1), 0), 0.5),
};

test("random programs and their gradients are the same with all passes, with none, and on tfjs's cpu backend", async () => {
  const step = fc.record({
    name: fc.constantFrom(...Object.keys(STEPS)),
    left: fc.nat(20),
    right: fc.nat(20),
  });
  const inputs = [normal("p", 3, 4), normal("q", 3, 4)];
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
      const run = (x: readonly tf.Tensor[]): tf.Tensor => {
        const values = [...x];
        for (const { name, left, right } of steps) {
          const [a, b] = [left, right].map((k) => values[k % values.length]!);
          const grown = STEPS[name]!(a!, b!);
          values.push(tf.mul(grown, tf.rsqrt(tf.add(tf.mean(tf.square(grown)), 1)))); // stays of the size of one
        }
        return tf.add(values.at(-1)!, tf.mul(tf.add(x[0]!, x[1]!), 0.1));
      };
      const program = { name: "random", inputs, run };
      await useEngine("reference");
      const expected = await runCase(program);
      await useEngine("graph", { threads: 1 });
      expect(difference(await runCase(program, { passes: [] }), expected)).toBeUndefined();
      expect(difference(await runCase(program), expected)).toBeUndefined();
    }),
    { seed: 21, numRuns: 60 },
  );
}, 60_000);
