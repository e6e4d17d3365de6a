/** Float64 evaluation: the operations of a program without the rounding. */
import { describe, expect, test } from "vitest";
import { makeRng } from "../../../../src/base/random.ts";
import { useEngine } from "../../../../src/engine/backend/use-engine.ts";
import { evaluateInFloat64 } from "../../../../src/engine/run/evaluate-graph.ts";
import { tf } from "../../../../src/engine/tfjs.ts";

type Fn = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

/** Operations of a [2, 3] and a [3] tensor, and the same on two numbers. */
const PLACE_BY_PLACE: Readonly<Record<string, [Fn, (a: number, b: number) => number]>> = {
  add: [tf.add, (a, b) => a + b],
  sub: [tf.sub, (a, b) => a - b],
  mul: [tf.mul, (a, b) => a * b],
  div: [tf.div, (a, b) => a / b],
  maximum: [tf.maximum, Math.max],
  minimum: [tf.minimum, Math.min],
  exp: [(a) => tf.exp(a), (a) => Math.exp(a)],
  log: [(a) => tf.log(tf.abs(a)), (a) => Math.log(Math.abs(a))],
  sqrt: [(a) => tf.sqrt(tf.square(a)), (a) => Math.abs(a)],
  sign: [(a) => tf.sign(a), (a) => Math.sign(a)],
  sigmoid: [(a) => tf.sigmoid(a), (a) => 1 / (1 + Math.exp(-a))],
  tanh: [(a) => tf.tanh(a), Math.tanh],
  reciprocal: [(a) => tf.reciprocal(a), (a) => 1 / a],
  clip: [(a) => tf.clipByValue(a, -0.1, 0.7), (a) => Math.min(Math.max(a, -0.1), 0.7)],
  where: [(a, b) => tf.where(tf.greater(a, b), a, tf.neg(b)), (a, b) => (a > b ? a : -b)],
  "less or equal": [(a, b) => tf.cast(tf.lessEqual(a, b), "float32"), (a, b) => Number(a <= b)],
  "and, not": [
    (a, b) => tf.cast(tf.logicalAnd(tf.less(a, 0), tf.logicalNot(tf.less(b, 0))), "float32"),
    (a, b) => Number(a < 0 && !(b < 0)),
  ],
  or: [(a, b) => tf.cast(tf.logicalOr(tf.greaterEqual(a, 0), tf.equal(b, b)), "float32"), () => 1],
  "to integers": [
    (a) => tf.cast(tf.cast(tf.mul(a, 3), "int32"), "float32"),
    (a) => Math.trunc(3 * a) + 0,
  ],
};

const rng = makeRng(5, "evaluate");
const A = Float64Array.from({ length: 6 }, () => rng.normal());
const B = Float64Array.from({ length: 3 }, () => rng.normal());
const specs = { a: { shape: [2, 3] }, b: { shape: [3] } };

describe("evaluateInFloat64", () => {
  test.each(Object.entries(PLACE_BY_PLACE))(
    "%s is that of JavaScript's numbers",
    async (_, pair) => {
      const [fn, oracle] = pair;
      const { y } = await evaluateInFloat64(({ a, b }) => ({ y: fn(a, b) }), specs, { a: A, b: B });
      expect(y).toEqual(A.map((value, at) => oracle(value, B[at % 3]!)));
    },
  );

  test("sums and means run over the axes that are named", async () => {
    const { all, rows, columns, mean } = await evaluateInFloat64(
      ({ a }) => ({
        all: tf.sum(a),
        rows: tf.sum(a, 1, true),
        columns: tf.sum(a, 0),
        mean: tf.mean(a, 1),
      }),
      { a: { shape: [2, 3] } },
      { a: Float64Array.of(1, 2, 3, 10, 20, 30) },
    );
    expect([...all]).toEqual([66]);
    expect([...rows]).toEqual([6, 60]);
    expect([...columns]).toEqual([11, 22, 33]);
    expect([...mean]).toEqual([2, 20]);
  });

  test("axes of length 1 broadcast from either side", async () => {
    const { y } = await evaluateInFloat64(
      ({ a, b }) => ({ y: tf.add(tf.reshape(a, [2, 1]), tf.reshape(b, [1, 3])) }),
      { a: { shape: [2] }, b: { shape: [3] } },
      { a: Float64Array.of(100, 200), b: Float64Array.of(1, 2, 3) },
    );
    expect([...y]).toEqual([101, 102, 103, 201, 202, 203]);
  });

  test("tiles repeat the whole", async () => {
    const { y } = await evaluateInFloat64(
      ({ a }) => ({ y: tf.tile(a, [2, 2]) }),
      { a: { shape: [1, 2] } },
      { a: Float64Array.of(1, 2) },
    );
    expect([...y]).toEqual([1, 2, 1, 2, 1, 2, 1, 2]);
  });

  test("gradients come out in float64 too", async () => {
    const { g } = await evaluateInFloat64(
      ({ a }) => ({ g: tf.grad((x) => tf.sum(tf.exp(tf.mul(x, 0.3))))(a) }),
      { a: { shape: [6] } },
      { a: A },
    );
    A.forEach((value, at) => expect(g[at]).toBeCloseTo(0.3 * Math.exp(0.3 * value), 15));
  });

  test("numbers in the function count as written, not as float32 rounds them", async () => {
    const { y } = await evaluateInFloat64(
      ({ a }) => ({ y: tf.mul(tf.add(a, 1.05), tf.scalar(2e-4)) }),
      { a: { shape: [1] } },
      { a: Float64Array.of(0) },
    );
    expect(y[0]).toBe(1.05 * 2e-4);
    expect(Math.fround(1.05)).not.toBe(1.05);
  });

  test("inputs are not rounded either", async () => {
    const { y } = await evaluateInFloat64(
      ({ a }) => ({ y: tf.sub(a, 1) }),
      { a: { shape: [1] } },
      { a: Float64Array.of(1 + 1e-12) },
    );
    expect(y[0]).toBe(1 + 1e-12 - 1);
  });

  test("leaves the backend that was in use", async () => {
    await useEngine("reference");
    await evaluateInFloat64(({ a }) => ({ y: tf.neg(a) }), { a: { shape: [6] } }, { a: A });
    expect(tf.getBackend()).toBe("cpu");
  });

  test("refuses what it does not know by name, and leaves the backend all the same", async () => {
    await useEngine("reference");
    const product = evaluateInFloat64(
      ({ a }) => ({ y: tf.matMul(tf.reshape(a, [2, 3]), tf.reshape(a, [3, 2])) }),
      { a: { shape: [6] } },
      { a: A },
    );
    await expect(product).rejects.toThrow(/float64 evaluation knows .*, got .*\(of /);
    expect(tf.getBackend()).toBe("cpu");
  });

  test("refuses variables", async () => {
    await useEngine("graph");
    const variable = tf.variable(tf.scalar(1));
    const read = evaluateInFloat64(
      ({ a }) => ({ y: tf.add(a, variable) }),
      { a: { shape: [6] } },
      { a: A },
    );
    await expect(read).rejects.toThrow(/knows no variables/);
    variable.dispose();
  });
});
