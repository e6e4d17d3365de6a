/** Random calls of tfjs operations: any shape from scalars and empty tensors up, any axes, any option; fast-check draws them. */
import fc from "fast-check";
import { makeRng } from "../../../../src/base/random.ts";
import { tf } from "../../../../src/engine/tfjs.ts";
import type { Given } from "../op/run-both.ts";
import type { Case } from "./cases.ts";

type T = tf.Tensor;
type Call = (...x: T[]) => T | readonly T[];
type Shape = readonly number[];

const sizeOf = (shape: Shape): number => shape.reduce((size, length) => size * length, 1);
const seed = fc.nat(2 ** 20);

/** Standard normal numbers. */
function floats(from: number, ...shape: number[]): Given {
  const rng = makeRng(from, "generated");
  return { shape, data: Float32Array.from({ length: sizeOf(shape) }, () => rng.normal()) };
}
/** Integers in [0, bound). */
function indices(from: number, bound: number, ...shape: number[]): Given {
  const rng = makeRng(from, "indices");
  return { shape, data: Int32Array.from({ length: sizeOf(shape) }, () => rng.below(bound)) };
}

const lengths = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 4 }) },
  { weight: 1, arbitrary: fc.constant(0) },
);
const shapes = (minLength = 0, maxLength = 4): fc.Arbitrary<number[]> =>
  fc.array(lengths, { minLength, maxLength });
/** Shapes without an empty axis. */
const filled = (minLength = 0, maxLength = 4): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 1, max: 4 }), { minLength, maxLength });
/** An axis, counted from either end. */
const axisOf = (shape: Shape): fc.Arbitrary<number> =>
  fc.integer({ min: -shape.length, max: shape.length - 1 });
const axesOf = (shape: Shape): fc.Arbitrary<number[]> => fc.subarray(shape.map((_, axis) => axis));
const orderOf = (shape: Shape): fc.Arbitrary<number[]> =>
  fc.shuffledSubarray(
    shape.map((_, axis) => axis),
    { minLength: shape.length },
  );

/** Shapes that broadcast against each other. */
const broadcasting = (count: number, from: fc.Arbitrary<number[]>): fc.Arbitrary<number[][]> =>
  from.chain((shape) =>
    fc.array(
      fc
        .record({
          from: fc.nat(shape.length),
          ones: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
        })
        .map(({ from, ones }) =>
          shape.map((length, axis) => (ones[axis] ? 1 : length)).slice(from),
        ),
      { minLength: count, maxLength: count },
    ),
  );

const text = (inputs: readonly Given[], options: unknown): string =>
  `${inputs.map(({ shape }) => `[${shape.join()}]`).join(" ")} ${JSON.stringify(options)}`;

/** With gradients of the float32 inputs. */
const smooth = (inputs: readonly Given[], call: Call, options?: unknown): Case => ({
  name: text(inputs, options),
  inputs,
  run: (x) => call(...x),
});
/** Without; why not. */
const flat = (why: string, inputs: readonly Given[], call: Call, options?: unknown): Case => ({
  ...smooth(inputs, call, options),
  flat: why,
});

const functions = { exp: tf.exp, relu: tf.relu, tanh: tf.tanh, neg: tf.neg, square: tf.square };
const arithmetic = { add: tf.add, sub: tf.sub, mul: tf.mul };
const comparing = { maximum: tf.maximum, squaredDifference: tf.squaredDifference };
const folds = { sum: tf.sum, mean: tf.mean, max: tf.max, min: tf.min };
const extremes = { argMax: tf.argMax, argMin: tf.argMin };
const running = { cumsum: tf.cumsum, cumprod: tf.cumprod };

const oneOf = <F>(table: Readonly<Record<string, F>>): fc.Arbitrary<{ name: string; call: F }> =>
  fc.constantFrom(...Object.entries(table).map(([name, call]) => ({ name, call })));

const elementWise: Readonly<Record<string, fc.Arbitrary<Case>>> = {
  "functions of one number": fc
    .tuple(oneOf(functions), shapes(), seed)
    .map(([{ name, call }, shape, s]) => smooth([floats(s, ...shape)], call, name)),
  arithmetic: fc
    .tuple(oneOf(arithmetic), broadcasting(2, filled()), seed)
    .map(([{ name, call }, [a, b], s]) =>
      smooth([floats(s, ...a!), floats(s + 1, ...b!)], call, name),
    ),
  "comparing arithmetic": fc
    .tuple(oneOf(comparing), broadcasting(2, shapes()), seed)
    .map(([{ name, call }, [a, b], s]) =>
      flat("tfjs's has a wrong shape", [floats(s, ...a!), floats(s + 1, ...b!)], call, name),
    ),
  where: fc
    .tuple(broadcasting(3, filled()), seed)
    .map(([[c, a, b], s]) =>
      flat(
        "tfjs's has a wrong shape",
        [indices(s, 2, ...c!), floats(s, ...a!), floats(s + 1, ...b!)],
        (condition, x, y) => tf.where(tf.cast(condition, "bool"), x, y),
      ),
    ),
};

const reductions: Readonly<Record<string, fc.Arbitrary<Case>>> = {
  folds: filled().chain((shape) =>
    fc
      .tuple(oneOf(folds), axesOf(shape), fc.boolean(), seed)
      .map(([{ name, call }, axes, keep, s]) =>
        smooth([floats(s, ...shape)], (x) => call(x, axes, keep), [name, axes, keep]),
      ),
  ),
  "sums over nothing": shapes(1).chain((shape) =>
    fc
      .tuple(axesOf(shape), fc.boolean(), seed)
      .map(([axes, keep, s]) =>
        flat(
          "empty",
          [floats(s, ...shape)],
          (x) => [tf.sum(x, axes, keep), tf.prod(x, axes, keep)],
          [axes, keep],
        ),
      ),
  ),
  extremes: filled(1).chain((shape) =>
    fc
      .tuple(oneOf(extremes), axisOf(shape), fc.integer({ min: 1, max: 3 }), seed)
      .map(([{ name, call }, axis, bound, s]) =>
        flat("integers", [indices(s, bound, ...shape)], (x) => call(x, axis), [name, axis]),
      ),
  ),
  "running sums and products": filled(1).chain((shape) =>
    fc
      // tfjs's cpu backend finds the last axis only from the front.
      .tuple(oneOf(running), fc.nat(shape.length - 1), fc.boolean(), fc.boolean(), seed)
      .map(([{ name, call }, axis, exclusive, reverse, s]) =>
        flat(
          "tfjs's has a wrong shape",
          [floats(s, ...shape)],
          (x) => call(x, axis, exclusive, reverse),
          [name, axis, exclusive, reverse],
        ),
      ),
  ),
  softmax: filled(1)
    .chain((shape) => fc.tuple(fc.constant(shape), seed))
    .map(([shape, s]) => smooth([floats(s, ...shape)], (x) => tf.softmax(x))),
  topk: filled(1).chain((shape) =>
    fc
      .tuple(fc.integer({ min: 1, max: shape.at(-1)! }), seed)
      .map(([k, s]) =>
        flat("indices", [indices(s, 3, ...shape)], (x) => Object.values(tf.topk(x, k)), k),
      ),
  ),
};

/** Begin and length of a part of an axis. */
const partOf = (length: number): fc.Arbitrary<{ begin: number; size: number }> =>
  fc
    .nat(length)
    .chain((begin) =>
      fc.integer({ min: -1, max: length - begin }).map((size) => ({ begin, size })),
    );
const layout: Readonly<Record<string, fc.Arbitrary<Case>>> = {
  transpose: shapes().chain((shape) =>
    fc
      .tuple(orderOf(shape), seed)
      .map(([order, s]) => smooth([floats(s, ...shape)], (x) => tf.transpose(x, order), order)),
  ),
  slice: shapes(1).chain((shape) =>
    fc.tuple(fc.tuple(...shape.map(partOf)), seed).map(([parts, s]) =>
      smooth(
        [floats(s, ...shape)],
        (x) =>
          tf.slice(
            x,
            parts.map(({ begin }) => begin),
            parts.map(({ size }) => size),
          ),
        parts,
      ),
    ),
  ),
  stridedSlice: filled(1).chain((shape) => {
    const place = fc.array(fc.integer({ min: -6, max: 6 }), {
      minLength: shape.length,
      maxLength: shape.length,
    });
    const step = fc.array(fc.constantFrom(-3, -2, -1, 1, 2, 3), {
      minLength: shape.length,
      maxLength: shape.length,
    });
    const mask = fc.nat(2 ** shape.length - 1);
    return fc
      .tuple(place, place, step, mask, mask, seed)
      .map(([begin, end, strides, beginMask, endMask, s]) =>
        flat(
          "tfjs has none",
          [floats(s, ...shape)],
          (x) => tf.stridedSlice(x, begin, end, strides, beginMask, endMask),
          { begin, end, strides, beginMask, endMask },
        ),
      );
  }),
  concat: shapes(1).chain((shape) =>
    fc
      .tuple(axisOf(shape), fc.array(lengths, { minLength: 1, maxLength: 4 }), seed)
      .map(([axis, parts, s]) =>
        smooth(
          parts.map((length, k) => floats(s + k, ...shape.with(axis, length))),
          (...x) => tf.concat(x, axis),
          axis,
        ),
      ),
  ),
  stack: shapes(0, 3).chain((shape) =>
    fc.tuple(axisOf([...shape, 1]), fc.integer({ min: 1, max: 3 }), seed).map(([axis, count, s]) =>
      smooth(
        Array.from({ length: count }, (_, k) => floats(s + k, ...shape)),
        (...x) => tf.stack(x, axis),
        axis,
      ),
    ),
  ),
  unstack: filled(1).chain((shape) =>
    fc.tuple(axisOf(shape), seed).map(([axis, s]) => {
      const halves = (x: T): T =>
        tf.unstack(x, axis).reduce((sum, part) => tf.add(tf.mul(sum, 0.5), part));
      return shape.at(axis) === 1
        ? flat("tfjs's of a list of one fails", [floats(s, ...shape)], halves, axis)
        : smooth([floats(s, ...shape)], halves, axis);
    }),
  ),
  split: shapes(1).chain((shape) =>
    fc
      .tuple(axisOf(shape), fc.array(lengths, { minLength: 1, maxLength: 4 }), seed)
      .map(([axis, parts, s]) =>
        flat(
          "of all parts",
          [
            floats(
              s,
              ...shape.with(
                axis,
                parts.reduce((sum, part) => sum + part, 0),
              ),
            ),
          ],
          (x) => tf.split(x, parts, axis),
          { axis, parts },
        ),
      ),
  ),
  reverse: shapes(1).chain((shape) =>
    fc
      .tuple(axesOf(shape), seed)
      .map(([axes, s]) => smooth([floats(s, ...shape)], (x) => tf.reverse(x, axes), axes)),
  ),
  tile: shapes(1, 3).chain((shape) =>
    fc
      .tuple(
        fc.array(fc.integer({ min: 1, max: 3 }), {
          minLength: shape.length,
          maxLength: shape.length,
        }),
        seed,
      )
      .map(([times, s]) => smooth([floats(s, ...shape)], (x) => tf.tile(x, times), times)),
  ),
  pad: shapes(1, 3).chain((shape) =>
    fc
      .tuple(
        fc.array(fc.tuple(fc.nat(2), fc.nat(2)), {
          minLength: shape.length,
          maxLength: shape.length,
        }),
        seed,
      )
      .map(([pads, s]) => smooth([floats(s, ...shape)], (x) => tf.pad(x, pads, 0.5), pads)),
  ),
  mirrorPad: fc
    .array(fc.integer({ min: 3, max: 5 }), { minLength: 1, maxLength: 3 })
    .chain((shape) =>
      fc
        .tuple(
          fc.array(fc.tuple(fc.nat(2), fc.nat(2)), {
            minLength: shape.length,
            maxLength: shape.length,
          }),
          fc.constantFrom("reflect" as const, "symmetric" as const),
          seed,
        )
        .map(([pads, mode, s]) =>
          flat("tfjs's is wrong", [floats(s, ...shape)], (x) => tf.mirrorPad(x, pads, mode), [
            pads,
            mode,
          ]),
        ),
    ),
  expandDims: shapes(0, 3).chain((shape) =>
    fc
      .tuple(axisOf([...shape, 1]), seed)
      .map(([axis, s]) => smooth([floats(s, ...shape)], (x) => tf.expandDims(x, axis), axis)),
  ),
};

const indexing: Readonly<Record<string, fc.Arbitrary<Case>>> = {
  gather: filled(1).chain((shape) =>
    fc
      .tuple(axisOf(shape), shapes(0, 2), seed)
      .map(([axis, places, s]) =>
        flat(
          "tfjs's fails from the back",
          [floats(s, ...shape), indices(s, shape.at(axis)!, ...places)],
          (x, i) => tf.gather(x, i as tf.Tensor1D, axis),
          axis,
        ),
      ),
  ),
  "gather in batches": filled(2).chain((shape) =>
    fc
      .integer({ min: 1, max: shape.length - 1 })
      .chain((batch) =>
        fc
          .tuple(
            fc.constant(batch),
            fc.integer({ min: batch, max: shape.length - 1 }),
            filled(0, 2),
            seed,
          )
          .map(([batchDims, axis, places, s]) =>
            flat(
              "compared without",
              [
                floats(s, ...shape),
                indices(s, shape[axis]!, ...shape.slice(0, batchDims), ...places),
              ],
              (x, i) => tf.gather(x, i as tf.Tensor1D, axis, batchDims),
              { axis, batchDims },
            ),
          ),
      ),
  ),
  oneHot: fc.tuple(shapes(0, 3), fc.integer({ min: 2, max: 4 }), seed).map(([shape, depth, s]) =>
    flat("integers", [indices(s, 6, ...shape)], (x) => {
      const shifted = tf.sub(x, tf.scalar(1, "int32"));
      return tf.oneHot(shifted as tf.Tensor1D, depth, 0.75, 0.25, "float32");
    }),
  ),
  "gatherND and scatterND": filled(1, 3).chain((shape) =>
    fc
      .tuple(fc.integer({ min: 1, max: shape.length }), fc.integer({ min: 1, max: 3 }), seed)
      .map(([depth, count, s]) => {
        const places: Given = {
          shape: [count, depth],
          data: Int32Array.from({ length: count * depth }, (_, k) =>
            makeRng(s, `place ${k}`).below(shape[k % depth]!),
          ),
        };
        const updates = floats(s + 1, count, ...shape.slice(depth));
        return flat(
          "tfjs has none",
          [floats(s, ...shape), places, updates],
          (x, i, u) => [tf.gatherND(x, i), tf.scatterND(i, u, shape as [number])],
          depth,
        );
      }),
  ),
  "segment sums": filled(1, 3).chain((shape) =>
    fc
      .tuple(fc.integer({ min: 1, max: 5 }), seed)
      .map(([segments, s]) =>
        flat(
          "tfjs's gathers",
          [floats(s, ...shape), indices(s, segments, shape[0]!)],
          (x, ids) => tf.unsortedSegmentSum(x as tf.Tensor2D, ids as tf.Tensor1D, segments),
          segments,
        ),
      ),
  ),
};

const LETTERS = ["a", "b", "c", "d"];

/** Equations of one or two operands with their letters in any order, summed or kept. */
const equations = fc
  .record({
    left: fc.shuffledSubarray(LETTERS, { minLength: 1, maxLength: 3 }),
    right: fc.shuffledSubarray(LETTERS, { minLength: 1, maxLength: 3 }),
    order: fc.shuffledSubarray(LETTERS, { minLength: 4 }),
    summed: fc.subarray(LETTERS),
    two: fc.boolean(),
  })
  .filter(({ left, right, two }) => !two || left.some((letter) => right.includes(letter)))
  .map(({ left, right, order, summed, two }) => {
    const operands = two ? [left, right] : [left];
    const letters = order.filter((letter) => operands.flat().includes(letter));
    // tfjs sums no letter of one operand alone as it should.
    const shared = (letter: string): boolean => operands.every((one) => one.includes(letter));
    const result = letters.filter((letter) => !(summed.includes(letter) && shared(letter)));
    return {
      operands,
      equation: `${operands.map((one) => one.join("")).join()}->${result.join("")}`,
    };
  });
const lengthOf = (letter: string): number => LETTERS.indexOf(letter) + 1;

const matrices: Readonly<Record<string, fc.Arbitrary<Case>>> = {
  matMul: fc
    .tuple(
      filled(0, 2),
      fc.array(lengths, { minLength: 3, maxLength: 3 }),
      fc.boolean(),
      fc.boolean(),
      seed,
    )
    .map(([batch, [m, k, n], left, right, s]) => {
      const a = floats(s, ...batch, ...(left ? [k!, m!] : [m!, k!]));
      const b = floats(s + 1, ...batch, ...(right ? [n!, k!] : [k!, n!]));
      return smooth([a, b], (x, y) => tf.matMul(x, y, left, right), { left, right });
    }),
  einsum: fc.tuple(equations, seed).map(([{ operands, equation }, s]) =>
    flat(
      "tfjs has none",
      operands.map((letters, k) => floats(s + k, ...letters.map(lengthOf))),
      (...x) => tf.einsum(equation, ...x),
      equation,
    ),
  ),
  diag: shapes(1, 2)
    .chain((shape) => fc.tuple(fc.constant(shape), seed))
    .map(([shape, s]) => flat("tfjs has none", [floats(s, ...shape)], tf.diag)),
};

/** Families of calls by name. */
export const families: Readonly<Record<string, fc.Arbitrary<Case>>> = {
  ...elementWise,
  ...reductions,
  ...layout,
  ...indexing,
  ...matrices,
};
