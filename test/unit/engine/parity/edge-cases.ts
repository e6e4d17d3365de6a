/** Calls of tfjs operations at the edges: odd numbers, booleans, scalars, broadcasting, axes from the back, every option. */
import { tf } from "../../../../src/engine/tfjs.ts";
import { type Given, integers, normal } from "../op/run-both.ts";
import type { Case } from "./cases.ts";
import { bool, type Call, flat, floats, smooth, whole } from "./make-case.ts";
import { notNative } from "./not-native.ts";
import { typeCases } from "./type-cases.ts";

const away = (name: string, ...shape: number[]): Given => {
  const { data } = normal(name, ...shape);
  return { shape, data: data.map((x) => Math.sign(x) * (0.3 + Math.abs(x))) };
};
const above = (name: string, ...shape: number[]): Given => {
  const { data } = normal(name, ...shape);
  return { shape, data: data.map((x) => 0.3 + Math.abs(x)) };
};
const ODD = floats([10], Number.NaN, Infinity, -Infinity, 0, -0, 2.5, -2.5, 3.5, 0.4, 7);
const ODD2 = floats([10], 1, Infinity, Infinity, -0, 0, Number.NaN, -2.5, -3.5, 0.5, -1);
type T = tf.Tensor;

const CUBE = normal("cube", 2, 3, 4);

type Unary = (x: T) => T;
type Binary = (a: T, b: T) => T;

const unary: Readonly<Record<string, Unary>> = {
  abs: tf.abs,
  ceil: tf.ceil,
  clip: (x) => tf.clipByValue(x, -1, 1.5),
  cos: tf.cos,
  elu: tf.elu,
  erf: tf.erf,
  exp: tf.exp,
  expm1: tf.expm1,
  floor: tf.floor,
  isFinite: tf.isFinite,
  isInf: tf.isInf,
  isNaN: tf.isNaN,
  leakyRelu: (x) => tf.leakyRelu(x, 0.1),
  log: tf.log,
  log1p: tf.log1p,
  neg: tf.neg,
  reciprocal: tf.reciprocal,
  relu: tf.relu,
  relu6: tf.relu6,
  round: tf.round,
  rsqrt: tf.rsqrt,
  selu: tf.selu,
  sigmoid: tf.sigmoid,
  sin: tf.sin,
  sinh: tf.sinh,
  cosh: tf.cosh,
  tan: tf.tan,
  tanh: tf.tanh,
  acos: tf.acos,
  acosh: tf.acosh,
  asin: tf.asin,
  asinh: tf.asinh,
  atan: tf.atan,
  atanh: tf.atanh,
  softplus: tf.softplus,
  sqrt: tf.sqrt,
  square: tf.square,
  step: (x) => tf.step(x, 0.25),
};
const binary: Readonly<Record<string, Binary>> = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  div: tf.div,
  maximum: tf.maximum,
  minimum: tf.minimum,
  squaredDifference: tf.squaredDifference,
  prelu: tf.prelu,
  where: (a, b) => tf.where(tf.greater(a, b), a, b),
  pow: tf.pow,
};

const oddNumbers: readonly Case[] = [
  ...Object.entries(unary).map(([name, call]) =>
    flat(`${name} of odd numbers`, "not finite", [ODD], call),
  ),
  ...Object.entries(binary).map(([name, call]) =>
    flat(`${name} of odd numbers`, "not finite", [ODD, ODD2], call),
  ),
  ...Object.entries({ max: tf.max, min: tf.min, sum: tf.sum, mean: tf.mean, prod: tf.prod }).map(
    ([name, reduce]) =>
      flat(`${name} of odd numbers`, "not finite", [ODD], (x) => reduce(tf.reshape(x, [5, 2]), 1)),
  ),
  flat("diag of odd numbers", "not finite", [ODD], tf.diag),
  flat("cumsum of odd numbers", "not finite", [ODD], (x) => tf.cumsum(tf.reshape(x, [5, 2]), 1)),
  flat("cumprod of odd numbers", "not finite", [ODD], (x) => tf.cumprod(tf.reshape(x, [5, 2]), 1)),
  flat("sign", "flat between steps", [floats([5], Infinity, -Infinity, 0, -0, -1e-30)], tf.sign),
];

const scalars: readonly Case[] = [
  ...["exp", "relu", "neg", "clip", "step", "leakyRelu"].map((name) =>
    smooth(`${name} of a scalar`, [floats([], 0.7)], unary[name]!),
  ),
  ...Object.entries(binary)
    .filter(([name]) => name !== "where") // it compares, which has no gradient
    .map(([name, call]) => smooth(`${name} of scalars`, [floats([], 0.7), floats([], 1.3)], call)),
  smooth("reductions of a scalar", [floats([], 0.7)], (x) => [
    tf.add(tf.add(tf.sum(x), tf.mean(x)), tf.add(tf.max(x), tf.min(x))),
  ]),
  smooth("layout of a scalar", [floats([], 0.7)], (x) =>
    tf.add(tf.reshape(tf.expandDims(x, 0), []), tf.transpose(x)),
  ),
  smooth("stack of scalars", [floats([], 1), floats([], 2)], (a, b) => tf.stack([a, b])),
  flat("gather by a scalar", "its index has none", [CUBE, whole([], 1)], (x, i) =>
    tf.gather(x, i as tf.Tensor1D, 1),
  ),
  flat("argMax and oneHot of few", "integers", [floats([2], 1, 2)], (x) => [
    tf.argMax(x),
    tf.oneHot(tf.argMax(x) as tf.Tensor1D, 3),
  ]),
];

/** Whose gradients have the shape of the result where operands broadcast, or that compare. */
const UNSUMMED = new Set(["maximum", "minimum", "squaredDifference", "prelu", "where"]);
/** These too; operands away from 0. */
const divisions: Readonly<Record<string, Binary>> = {
  atan2: tf.atan2,
  mod: tf.mod,
  floorDiv: tf.floorDiv,
};
const broadcasting: readonly Case[] = Object.entries({ ...binary, ...divisions }).flatMap(
  ([name, call]) => {
    const take = UNSUMMED.has(name)
      ? (title: string, inputs: readonly Given[], of: Call): Case =>
          flat(title, "tfjs has none of the right shape", inputs, of)
      : smooth;
    return [
      take(
        `${name} of a column and a row`,
        [(name === "pow" ? above : away)("column", 4, 1), away("row", 3)],
        call,
      ),
      take(
        `${name} of a row and a cube`,
        [(name === "pow" ? above : away)("row", 4), away("cube", 2, 3, 4)],
        call,
      ),
      take(
        `${name} of a cube and a scalar`,
        [(name === "pow" ? above : away)("cube", 2, 3, 4), floats([], -1.25)],
        call,
      ),
      ...(name === "prelu" || name === "atan2" // of integers tfjs cuts the results to integers
        ? []
        : [
            take(`${name} of integers and floats`, [integers("i", 5, 4, 3), above("f", 3)], call),
            flat(
              `${name} of integers`,
              "integers",
              [integers("i", 5, 4, 3), whole([3], 2, 3, 1)],
              call,
            ),
          ]),
    ];
  },
);

const DIVIDENDS = whole([9], -7, 7, -7, 7, 0, 5, -6, -(2 ** 31), 9);
const DIVISORS = whole([9], 2, -2, -2, 2, 0, 0, 3, -1, -1);
/** By turns beside a divisor of -1, which ends a process that divides so, and alone. */
const SMALLEST = whole([1], -(2 ** 31));
const dividing: readonly Case[] = [
  ...Object.entries({ floorDiv: tf.floorDiv, mod: tf.mod }).flatMap(([name, divide]) => [
    flat(`${name} of the smallest integer`, "integers", [SMALLEST, whole([1], -1)], divide),
    flat(`${name} by the smallest integer`, "integers", [DIVIDENDS, SMALLEST], divide),
    flat(`${name} by constants`, "integers", [DIVIDENDS], (x) =>
      divide(x, tf.tensor1d([3, -3, 4, -1, 0, 0, 5, -1, 1], "int32")),
    ),
  ]),
  flat("floorDiv by zero and by -1", "integers", [DIVIDENDS, DIVISORS], tf.floorDiv),
  flat("mod by zero and by -1", "integers", [DIVIDENDS, DIVISORS], tf.mod),
  flat("floorDiv by a constant", "integers", [DIVIDENDS], (x) =>
    tf.floorDiv(x, tf.scalar(-4, "int32")),
  ),
  flat("mod by a constant", "integers", [DIVIDENDS], (x) => tf.mod(x, tf.scalar(-4, "int32"))),
  flat("floorDiv of large integers", "integers", [whole([2], 2 ** 31 - 1, -(2 ** 31))], (x) =>
    tf.floorDiv(x, tf.scalar(2, "int32")),
  ),
  flat(
    "mod of floats in all signs",
    "jumps",
    [floats([8], 7, -7, 7, -7, 6, -6, 0, 0.5), floats([8], 4, 4, -4, -4, 3, 3, 3, -0.2)],
    tf.mod,
  ),
  flat(
    "atan2 on the axes",
    "jumps",
    [floats([8], 0, 1, -1, 0, 0, 2, -2, 2), floats([8], 0, 0, 0, 1, -1, -2, -2, Infinity)],
    tf.atan2,
  ),
];

const TIES = floats([2, 4], 1, 3, 3, 2, 0, 0, -1, 0);
const directions = [0, 1, 2, 3].map((k) => [k > 1, k % 2 === 1] as const);
const reductions: readonly Case[] = [
  smooth("max of equals", [TIES], (x) => tf.max(x, 1)),
  smooth("min of equals", [TIES], (x) => tf.min(x, 1)),
  flat("extremes of equals", "integers", [TIES], (x) => [tf.argMax(x, 1), tf.argMin(x, 1)]),
  flat("topk of all", "tfjs has none", [TIES], (x) => Object.values(tf.topk(x, 4))),
  smooth("sum over no axis", [CUBE], (x) => tf.sum(x, [])),
  smooth("mean over axes from the back, kept", [CUBE], (x) => tf.mean(x, [-1, -3], true)),
  smooth("max over two axes", [CUBE], (x) => tf.max(x, [0, -1])),
  smooth("min over two axes, kept", [CUBE], (x) => tf.min(x, [1, 2], true)),
  smooth("prod over all", [normal("few", 2, 2)], (x) => tf.prod(x)),
  ...directions.flatMap(([exclusive, reverse]) => [
    smooth(`cumsum ${exclusive ? "exclusive" : ""} ${reverse ? "reversed" : ""}`, [CUBE], (x) =>
      tf.cumsum(x, 2, exclusive, reverse),
    ),
    flat(
      `cumsum ${exclusive ? "exclusive" : ""} ${reverse ? "reversed" : ""} along an inner axis`,
      "tfjs's has a wrong shape",
      [CUBE],
      (x) => tf.cumsum(x, 1, exclusive, reverse),
    ),
    flat(
      `cumprod ${exclusive ? "exclusive" : ""} ${reverse ? "reversed" : ""}`,
      "tfjs has none",
      [CUBE, normal("seven", 7)],
      (x, y) => [0, 1, 2].map((axis) => tf.cumprod(x, axis, exclusive, reverse)).concat(tf.cumprod(y, 0, exclusive, reverse)), // prettier-ignore
    ),
  ]),
  smooth("softmax over equals", [TIES], (x) => tf.softmax(x, -1)),
  smooth("softmax of large numbers", [floats([3], 1000, 1001, -1000)], (x) => tf.softmax(x)),
  smooth("logSumExp over all", [CUBE], (x) => tf.logSumExp(x)),
];

const products: readonly Case[] = directions.flatMap(([left, right]) => {
  const a = (...batch: number[]): Given => normal("a", ...batch, ...(left ? [4, 3] : [3, 4]));
  const b = (...batch: number[]): Given => normal("b", ...batch, ...(right ? [5, 4] : [4, 5]));
  const how = `${left ? "left" : ""} ${right ? "right" : ""}`;
  return [
    smooth(`matMul of batches, transposed ${how}`, [a(2, 3), b(2, 3)], (x, y) =>
      tf.matMul(x, y, left, right),
    ),
    flat(
      `matMul of batches that broadcast, transposed ${how}`,
      "tfjs does not sum over what it broadcast",
      [a(3), b(1)],
      (x, y) => tf.matMul(x, y, left, right),
    ),
    smooth(`fused matMul, transposed ${how}`, [a(), b(), normal("bias", 5)], (x, y, bias) =>
      tf.fused.matMul({
        a: x as tf.Tensor2D,
        b: y as tf.Tensor2D,
        transposeA: left,
        transposeB: right,
        bias,
        activation: "relu",
      }),
    ),
  ];
});
const equations: Readonly<Record<string, readonly (readonly number[])[]>> = {
  "ij->ji": [[2, 3]],
  "ij->j": [[2, 3]],
  "ij->": [[2, 3]],
  "i,i->": [[4], [4]],
  "i,j->ji": [[2], [3]],
  "bthd,bshd->bhts": [
    [2, 3, 2, 4],
    [2, 3, 2, 4],
  ],
  "bij,jk->bik": [
    [2, 3, 4],
    [4, 2],
  ],
};
const activations = ["linear", "relu", "relu6", "elu", "sigmoid", "leakyrelu", "prelu"] as const;
const matrices: readonly Case[] = [
  ...products,
  ...Object.entries(equations).map(([equation, shapes]) =>
    flat(
      `einsum ${equation}`,
      "tfjs has none",
      shapes.map((shape, k) => normal(`operand ${k}`, ...shape)),
      (...x) => tf.einsum(equation, ...x),
    ),
  ),
  ...activations.map((activation) =>
    flat(
      `fused matMul, ${activation}`,
      "compared without",
      [normal("m", 2, 4, 3), normal("n", 2, 3, 5), normal("slope", 5)],
      (a, b, slope) =>
        tf.fused.matMul({
          a,
          b,
          activation,
          leakyreluAlpha: 0.3,
          ...(activation === "prelu" ? { preluActivationWeights: slope } : {}),
        }),
    ),
  ),
  flat("bandPart", "tfjs has none", [normal("band", 2, 4, 5)], (x) => tf.linalg.bandPart(x, 1, 2)),
];

const strided = (name: string, ...options: Tail<Parameters<typeof tf.stridedSlice>>): Case =>
  flat(`stridedSlice ${name}`, "tfjs has none", [normal("long", 5, 4, 3)], (x) =>
    tf.stridedSlice(x, ...options),
  );
type Tail<L extends unknown[]> = L extends [unknown, ...infer R] ? R : never;

const layout: readonly Case[] = [
  strided("by twos", [0, 1, 0], [5, 4, 3], [2, 2, 2]),
  strided("backwards to the start", [-1, 3, 2], [-6, -5, -4], [-1, -2, -1]),
  strided("with open begin and end", [3, 3, 1], [1, 1, 2], [1, -1, 1], 0b011, 0b011),
  strided("with an ellipsis", [0, 1], [0, 3], [1, 1], 0, 0, 0b01),
  strided("with a new axis", [0, 1, 0], [0, 3, 2], [1, 1, 1], 0, 0, 0, 0b001),
  strided("that takes an axis away", [2, 1, 0], [3, 3, 2], [1, 1, 1], 0, 0, 0, 0, 0b001),
  strided("of the last row", [-1, 0, 0], [5, 4, 3], [1, 1, 1]),
  smooth("slice of the first axes", [CUBE], (x) => tf.slice(x, [1, 1], [1, 2])),
  flat("slice by one number", "tfjs's fails", [CUBE], (x) => tf.slice(x, 1, 1)),
  smooth("concat with an empty tensor", [CUBE], (x) => tf.concat([x, tf.zeros([2, 0, 4])], 1)),
  smooth("concat of three from the back", [CUBE, CUBE], (x, y) => tf.concat([x, y, x], -2)),
  smooth("split with a rest", [CUBE], (x) => {
    const [a, b] = tf.split(x, [1, -1], -1);
    return tf.mul(a!, tf.square(b!));
  }),
  smooth("stack from the back", [CUBE, CUBE], (x, y) => tf.stack([x, tf.square(y)], -2)),
  smooth("unstack from the back", [CUBE], (x) => {
    const [a, b, c] = tf.unstack(x, -2);
    return tf.mul(tf.mul(a!, b!), c!);
  }),
  smooth("transpose back", [CUBE], (x) => tf.transpose(tf.square(tf.transpose(x)))),
  smooth("tile of three axes", [CUBE], (x) => tf.tile(x, [2, 1, 3])),
  smooth("pad and reverse", [CUBE], (x) => tf.reverse(tf.pad(x, [[0, 1], [2, 0], [1, 1]]))), // prettier-ignore
  smooth("mirrorPad", [CUBE], (x) => tf.mirrorPad(x, [[0, 1], [2, 0], [1, 3]], "reflect")), // prettier-ignore
  smooth("where with a row that broadcasts", [normal("t", 2, 3), normal("e", 3)], (t, e) =>
    tf.where(tf.tensor1d([true, false, true], "bool"), t, e),
  ),
  smooth("where with a column that broadcasts", [normal("t", 2, 3), normal("e", 3)], (t, e) =>
    tf.where(tf.tensor2d([1, 0], [2, 1], "bool"), t, e),
  ),
  flat("ranges", "constants", [CUBE], (x) => [
    tf.add(tf.sum(x), tf.range(5, 0, -2)),
    tf.add(tf.sum(x), tf.range(4, 1)),
    tf.add(tf.sum(x), tf.range(0, 1, 0.3)),
    tf.add(tf.argMax(tf.reshape(x, [-1])), tf.range(2, 6, 2, "int32")),
    tf.mul(tf.sum(x), tf.linspace(-1, 2, 7)),
    tf.mul(tf.sum(x), tf.linspace(3, 9, 1)),
    tf.mul(tf.sum(x), tf.fill([2], 1.5)),
    tf.add(tf.argMax(tf.reshape(x, [-1])), tf.fill([2], 3, "int32")),
  ]),
];

const PLACES = whole([2, 3], 0, 2, 2, 1, 0, 2);
const indexing: readonly Case[] = [
  smooth("gather by a matrix", [CUBE, PLACES], (x, i) => tf.gather(x, i as tf.Tensor1D, 1)),
  flat("gather from the back", "tfjs's fails", [CUBE, PLACES], (x, i) =>
    tf.gather(x, i as tf.Tensor1D, -2),
  ),
  flat("gather row by row", "compared without", [CUBE, PLACES], (x, i) => [
    tf.gather(x, i as tf.Tensor1D, 1, 1),
    tf.gather(x, i as tf.Tensor1D, 2, 1),
    tf.gather(tf.reshape(x, [2, 3, 2, 2]), columns(below2(i)), 3, 2),
  ]),
  flat("gatherND of elements", "tfjs has none", [CUBE], (x) =>
    tf.gatherND(x, tf.tensor2d([1, 2, 3, 0, 1, 2], [2, 3], "int32")),
  ),
  flat("oneHot of a matrix", "integers", [whole([2, 3], 0, -1, 3, 4, 2, 1)], (x) => [
    tf.oneHot(x as tf.Tensor1D, 4),
    tf.oneHot(x as tf.Tensor1D, 4, 1, 0, "bool"),
    tf.oneHot(x as tf.Tensor1D, 4, -2.5, 0.5, "float32"),
  ]),
  flat(
    "segment sums with ids outside",
    "tfjs's gathers outside",
    [CUBE, whole([2], 5, -1)],
    (x, ids) => tf.unsortedSegmentSum(x as tf.Tensor2D, ids as tf.Tensor1D, 3),
  ),
  flat("scatterND of elements", "tfjs has none", [normal("u", 3)], (x) =>
    tf.scatterND(tf.tensor2d([1, 2, 0, 1, 1, 2], [3, 2], "int32"), x, [2, 3]),
  ),
];
const columns = (i: T): tf.Tensor1D => tf.reshape<tf.Rank>(i, [2, 3, 1]) as tf.Tensor1D;
/** Indices below 2. */
function below2(i: T): T {
  return tf.mod(i, tf.scalar(2, "int32"));
}

const secondOrder: readonly Case[] = [
  smooth("a gradient of a gradient", [normal("x", 3, 4)], (x) =>
    tf.grad((y: T) => tf.sum(tf.mul(tf.tanh(y), tf.exp(y))))(x),
  ),
];

const shapes: readonly Case[] = [false, true].map((kept) =>
  flat(`shapes of reductions${kept ? ", axes kept" : ""}`, "shapes only", [CUBE], (x) => [
    ...[tf.sum, tf.mean, tf.max, tf.min, tf.prod].map((reduce) => reduce(x, [0, -1], kept)),
    ...[tf.all, tf.any].map((reduce) => reduce(bool(x), [0, -1], kept)),
  ]),
);

/** All of them. */
export const edgeCases: readonly Case[] = [
  ...oddNumbers,
  ...scalars,
  ...broadcasting,
  ...dividing,
  ...typeCases,
  ...reductions,
  ...matrices,
  ...layout,
  ...indexing,
  ...shapes,
  ...secondOrder,
].map((one) => {
  const reason = notNative[one.name];
  return reason === undefined ? one : { ...one, notNative: reason };
});
