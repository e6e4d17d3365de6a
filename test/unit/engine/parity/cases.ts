/** Calls of tfjs operations, at least one for each kernel that the graph engine lowers; run on several engines and compared. */
import { tf } from "../../../../src/engine/tfjs.ts";
import { type Given, integers, normal } from "../op/run-both.ts";

/** One call. Gradients are taken of the float32 inputs unless it says otherwise. */
export interface Case {
  readonly name: string;
  readonly inputs: readonly Given[];
  readonly run: (x: readonly tf.Tensor[]) => tf.Tensor | readonly tf.Tensor[];
  /** Why there is no gradient to compare: tfjs has none, or the function is flat or broken where it is taken. */
  readonly flat?: string;
  /** Why native TensorFlow differs from tfjs's own backends. */
  readonly notNative?: string;
}

const given = (shape: readonly number[], ...data: number[]): Given => ({
  shape,
  data: Float32Array.from(data),
});
const whole = (shape: readonly number[], ...data: number[]): Given => ({
  shape,
  data: Int32Array.from(data),
});
/** Normal numbers put through a function, to stay inside a domain. */
const within = (name: string, change: (x: number) => number, ...shape: number[]): Given => {
  const { data } = normal(name, ...shape);
  return { shape, data: data.map(change) };
};

const A = normal("A", 4, 3);
const B = normal("B", 4, 3);
const ROW = normal("row", 3);
const COLUMN = normal("column", 4, 1);
const CUBE = normal("cube", 2, 3, 4);
const POSITIVE = within("positive", (x) => 0.3 + Math.abs(x), 4, 3);
const UNIT = within("unit", (x) => 0.9 * Math.sin(x), 4, 3);
const ODD = given([9], Number.NaN, Infinity, -Infinity, 0, -0, 2.5, -2.5, 3.5, 0.4);
const ODD2 = given([9], 1, Infinity, Infinity, -0, 0, Number.NaN, -2.5, -3.5, 0.5);
const I = integers("I", 9, 4, 3);
const J = whole([4, 3], -7, 3, 2, -3, 5, 1, 4, -2, 2, 7, -5, 3);
const FLAGS = whole([4, 3], 0, 1, 1, 0, 1, 0, 0, 0, 0, 1, 1, 1);
const COMPARED = "comparisons have no gradient";
const STEPS = "flat between steps";

type Run = Case["run"];
const unary = (
  name: string,
  input: Given,
  run: (x: tf.Tensor) => tf.Tensor,
  flat?: string,
): Case => ({
  name,
  inputs: [input],
  run: ([x]) => run(x!),
  ...(flat === undefined ? {} : { flat }),
});
const binary = (
  name: string,
  run: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
  left: Given = A,
  right: Given = B,
  flat?: string,
): Case => ({
  name,
  inputs: [left, right],
  run: ([a, b]) => run(a!, b!),
  ...(flat === undefined ? {} : { flat }),
});
const free = (name: string, inputs: readonly Given[], run: Run, flat?: string): Case => ({
  name,
  inputs,
  run,
  ...(flat === undefined ? {} : { flat }),
});
const bool = (x: tf.Tensor): tf.Tensor => tf.cast(x, "bool");
const float = (x: tf.Tensor): tf.Tensor => tf.cast(x, "float32");
const matrix = (x: tf.Tensor | undefined): tf.Tensor2D => x as tf.Tensor2D;

const numberFunctions: readonly Case[] = [
  unary("abs", A, tf.abs),
  unary("abs of integers", J, tf.abs),
  unary("acos", UNIT, tf.acos),
  unary(
    "acosh",
    within("above one", (x) => 1.2 + Math.abs(x), 5),
    tf.acosh,
  ),
  unary("asin", UNIT, tf.asin),
  unary("asinh", A, tf.asinh),
  unary("atan", A, tf.atan),
  unary("atanh", UNIT, tf.atanh),
  unary("ceil", A, tf.ceil, STEPS),
  unary("cos", A, tf.cos),
  unary("cosh", A, tf.cosh),
  unary("elu", A, tf.elu),
  unary("erf", A, tf.erf),
  unary("exp", A, tf.exp),
  unary("exp of a scalar", given([], 0.3), tf.exp),
  unary("expm1", A, tf.expm1),
  unary("floor", A, tf.floor, STEPS),
  unary("isFinite", ODD, (x) => float(tf.isFinite(x)), COMPARED),
  unary("isInf", ODD, (x) => float(tf.isInf(x)), COMPARED),
  unary("isNaN", ODD, (x) => float(tf.isNaN(x)), COMPARED),
  unary("leakyRelu", A, (x) => tf.leakyRelu(x, 0.1)),
  unary("log", POSITIVE, tf.log),
  unary("log1p", POSITIVE, tf.log1p),
  unary("neg", A, tf.neg),
  unary("neg of integers", J, tf.neg),
  unary("reciprocal", POSITIVE, tf.reciprocal),
  unary("relu", A, tf.relu),
  unary(
    "relu6",
    within("wide", (x) => 6 * x, 4, 3),
    tf.relu6,
  ),
  unary("round", given([6], 0.5, 1.5, 2.5, -0.5, -1.5, 0.49), tf.round, STEPS),
  unary("rsqrt", POSITIVE, tf.rsqrt),
  unary("selu", A, tf.selu),
  unary("sigmoid", A, tf.sigmoid),
  unary("sign", given([4], -2, 0, 3, 0.5), tf.sign, STEPS),
  unary("sin", A, tf.sin),
  unary("sinh", A, tf.sinh),
  unary("softplus", A, tf.softplus),
  unary("sqrt", POSITIVE, tf.sqrt),
  unary("square", A, tf.square),
  unary("square of integers", J, tf.square),
  unary("step", A, (x) => tf.step(x, 0.2), STEPS),
  unary("tan", UNIT, tf.tan),
  unary("tanh", A, tf.tanh),
  unary("clip", A, (x) => tf.clipByValue(x, -0.4, 0.6)),
  unary(
    "cast to integers and back",
    within("wide", (x) => 6 * x, 4, 3),
    (x) => float(tf.cast(x, "int32")),
    STEPS,
  ),
  unary("cast to booleans and back", FLAGS, (x) => float(bool(x)), STEPS),
  unary("identity", A, (x) => x.clone()),
  binary(
    "prelu",
    tf.prelu,
    A,
    within("slope", (x) => 0.1 + Math.abs(x), 4, 3),
  ),
  unary("zeros and ones like", A, (x) =>
    tf.add(tf.add(tf.zerosLike(x), tf.mul(tf.onesLike(x), 2)), x),
  ),
];

const arithmetic: readonly Case[] = [
  binary("add", tf.add),
  binary("add, broadcasting a row and a column", tf.add, ROW, COLUMN),
  binary("add integers", tf.add, I, J),
  binary("add integers to floats", tf.add, I, A),
  free("addN", [A, B, POSITIVE], (x) => tf.addN([...x])),
  binary("sub", tf.sub, A, ROW),
  binary("mul", tf.mul, COLUMN, B),
  binary("div", tf.div, A, POSITIVE),
  binary("div by zero", tf.div, given([3], 1, -1, 0), given([3], 0, 0, 0), "infinite"),
  binary("floorDiv", (a, b) => tf.floorDiv(a, b), J, whole([3], 2, -3, 4)),
  binary("mod", (a, b) => tf.mod(a, b), J, whole([3], 2, -3, 4)),
  binary(
    "mod of floats",
    (a, b) => tf.mod(a, b),
    A,
    given([3], 0.7, -0.4, 1.1),
    "broken at multiples",
  ),
  binary("pow", tf.pow, POSITIVE, B),
  binary("atan2", tf.atan2, A, B),
  binary("maximum", tf.maximum, A, B),
  binary("maximum of integers", tf.maximum, I, J),
  binary("minimum", tf.minimum, A, B),
  binary("minimum of integers", tf.minimum, I, J),
  binary("squaredDifference", tf.squaredDifference, A, B),
];

const comparisons: readonly Case[] = (
  [
    ["equal", tf.equal],
    ["notEqual", tf.notEqual],
    ["greater", tf.greater],
    ["greaterEqual", tf.greaterEqual],
    ["less", tf.less],
    ["lessEqual", tf.lessEqual],
  ] as const
).flatMap(([name, compare]) => [
  binary(`${name} of odd numbers`, (a, b) => float(compare(a, b)), ODD, ODD2, COMPARED),
  binary(
    `${name} of integers, broadcasting`,
    (a, b) => float(compare(a, b)),
    I,
    whole([3], 4, 2, 6),
    COMPARED,
  ),
  {
    ...binary(
      `${name} of booleans`,
      (a, b) => float(compare(bool(a), bool(b))),
      FLAGS,
      whole([3], 1, 0, 1),
      COMPARED,
    ),
    ...(name === "equal" || name === "notEqual" ? {} : { notNative: "it orders no booleans" }),
  },
]);

const logic: readonly Case[] = [
  binary(
    "and",
    (a, b) => float(tf.logicalAnd(bool(a), bool(b))),
    FLAGS,
    whole([3], 1, 0, 1),
    COMPARED,
  ),
  binary(
    "or",
    (a, b) => float(tf.logicalOr(bool(a), bool(b))),
    FLAGS,
    whole([3], 1, 0, 1),
    COMPARED,
  ),
  binary(
    "xor",
    (a, b) => float(tf.logicalXor(bool(a), bool(b))),
    FLAGS,
    whole([3], 1, 0, 1),
    COMPARED,
  ),
  unary("not", FLAGS, (x) => float(tf.logicalNot(bool(x))), COMPARED),
  unary("all", FLAGS, (x) => float(tf.all(bool(x), 1)), COMPARED),
  unary("any", FLAGS, (x) => float(tf.any(bool(x), 0, true)), COMPARED),
  free("where", [FLAGS, A, B], ([c, a, b]) => tf.where(bool(c!), a!, b!)),
  free("where of integers", [FLAGS, I, J], ([c, a, b]) => tf.where(bool(c!), a!, b!)),
  free("where of booleans", [FLAGS, FLAGS, I], ([c, a, b]) =>
    float(tf.where(bool(c!), bool(a!), bool(b!))),
  ),
];

const reductions: readonly Case[] = [
  unary("sum", CUBE, (x) => tf.sum(x)),
  unary("sum over an axis from the back, kept", CUBE, (x) => tf.sum(x, -2, true)),
  unary("sum over two axes", CUBE, (x) => tf.sum(x, [0, 2])),
  unary("sum over the first axis of many rows", normal("rows", 12, 3), (x) => tf.sum(x, 0)),
  unary("sum of integers", I, (x) => tf.sum(x, 1)),
  unary("sum of booleans", FLAGS, (x) => tf.sum(bool(x), 0)),
  unary("mean", CUBE, (x) => tf.mean(x, 1)),
  unary("mean of integers", I, (x) => tf.mean(x)),
  unary("max", CUBE, (x) => tf.max(x, -1)),
  unary("max of integers", I, (x) => tf.max(x, 0, true)),
  unary("min", CUBE, (x) => tf.min(x)),
  unary("min of integers", J, (x) => tf.min(x, 1)),
  unary("prod", A, (x) => tf.prod(x, 1)),
  unary("prod of integers", J, (x) => tf.prod(x, 1)),
  unary(
    "argMax, the first of equals",
    given([2, 4], 1, 3, 3, 2, 0, 0, -1, 0),
    (x) => tf.argMax(x, 1),
    COMPARED,
  ),
  unary("argMin over the first axis", A, (x) => tf.argMin(x, 0), COMPARED),
  {
    ...unary("cumsum", CUBE, (x) => tf.cumsum(x, 2)),
    notNative: "its gradient of cumsum reads a wrong axis",
  },
  {
    ...unary(
      "cumsum, exclusive and reversed",
      A,
      (x) => tf.cumsum(x, 0, true, true),
      "tfjs's has a wrong shape",
    ),
  },
  unary("cumprod", A, (x) => tf.cumprod(x, 1), "tfjs has none"),
  unary("softmax", CUBE, (x) => tf.softmax(x)),
  unary("logSoftmax", A, (x) => tf.logSoftmax(x)),
  unary("logSumExp", A, (x) => tf.logSumExp(x, 1)),
  free(
    "topk, the first of equals",
    [given([2, 5], 1, 3, 3, 2, 0, 5, 4, 5, 5, 1)],
    ([x]) => Object.values(tf.topk(x!, 3)),
    "indices",
  ),
  unary("norm", A, (x) => tf.norm(x)),
];

const matrices: readonly Case[] = [
  free("matMul", [normal("m", 4, 3), normal("n", 3, 5)], ([a, b]) =>
    tf.matMul(matrix(a), matrix(b)),
  ),
  free("matMul, left transposed", [normal("m", 3, 4), normal("n", 3, 5)], ([a, b]) =>
    tf.matMul(matrix(a), matrix(b), true),
  ),
  free("matMul, right transposed", [normal("m", 4, 3), normal("n", 5, 3)], ([a, b]) =>
    tf.matMul(matrix(a), matrix(b), false, true),
  ),
  free("matMul, both transposed", [normal("m", 3, 4), normal("n", 5, 3)], ([a, b]) =>
    tf.matMul(matrix(a), matrix(b), true, true),
  ),
  free("matMul of a batch", [CUBE, normal("n", 2, 4, 5)], ([a, b]) => tf.matMul(a!, b!)),
  free("matMul of a batch, right transposed", [CUBE, normal("n", 2, 5, 4)], ([a, b]) =>
    tf.matMul(a!, b!, false, true),
  ),
  free(
    "matMul of a batch with one matrix",
    [CUBE, normal("n", 1, 4, 5)],
    ([a, b]) => tf.matMul(a!, b!),
    "tfjs does not sum over what it broadcast",
  ),
  free(
    "einsum",
    [CUBE, normal("n", 4, 5)],
    ([a, b]) => tf.einsum("btd,de->ebt", a!, b!),
    "tfjs has none",
  ),
  free(
    "fused matMul",
    [normal("m", 4, 3), normal("n", 3, 5), normal("b", 5)],
    ([a, b, c]) =>
      ["linear", "relu", "elu", "sigmoid"].map((activation) =>
        tf.fused.matMul({ a: matrix(a), b: matrix(b), bias: c!, activation: activation as "relu" }),
      ),
    "compared without",
  ),
];

const layout: readonly Case[] = [
  unary("reshape", CUBE, (x) => tf.reshape(x, [4, -1])),
  unary("expandDims", A, (x) => tf.expandDims(x, -1)),
  unary("squeeze", COLUMN, (x) => tf.squeeze(x)),
  unary("transpose", CUBE, (x) => tf.transpose(x, [2, 0, 1])),
  unary("slice", CUBE, (x) => tf.slice(x, [0, 1, 2], [2, -1, 1])),
  unary("slice of integers", I, (x) => tf.slice(x, [1, 0], [2, 3])),
  unary(
    "stridedSlice",
    CUBE,
    (x) => tf.stridedSlice(x, [0, 1, 0], [2, 3, 4], [1, 1, 2]),
    "tfjs has none",
  ),
  free("concat", [A, B], (x) => tf.concat([...x] as tf.Tensor2D[], -1)),
  free(
    "concat of booleans",
    [FLAGS, I],
    (x) => float(tf.concat(x.map(bool) as tf.Tensor2D[], 0)),
    COMPARED,
  ),
  free("stack", [A, B], (x) => tf.stack([...x], 1)),
  unary("split", CUBE, (x) => tf.mul(tf.split(x, 2, 2)[0]!, tf.split(x, 2, 2)[1]!)),
  unary("split into unequal parts", CUBE, (x) =>
    tf.matMul(tf.split(x, [1, 3], 2)[1]!, tf.split(x, [1, -1], 2)[1]!, false, true),
  ),
  unary("unstack", CUBE, (x) =>
    tf.div(tf.unstack(x, 1)[2]!, tf.add(tf.square(tf.unstack(x, 1)[0]!), 1)),
  ),
  unary("tile", A, (x) => tf.tile(x, [2, 3])),
  unary("broadcastTo", ROW, (x) => tf.broadcastTo(x, [2, 4, 3])),
  unary("broadcastTo of integers", whole([3], 1, 2, 3), (x) => tf.broadcastTo(x, [2, 3])),
  unary(
    "mirrorPad",
    A,
    (x) =>
      tf.mirrorPad(
        x,
        [
          [1, 0],
          [0, 2],
        ],
        "reflect",
      ),
    "tfjs has none that is right",
  ),
  unary("diag", ROW, (x) => tf.diag(x), "tfjs has none"),
  unary("pad", A, (x) =>
    tf.pad(
      x,
      [
        [1, 0],
        [0, 2],
      ],
      0.5,
    ),
  ),
  unary("reverse", CUBE, (x) => tf.reverse(x, [0, -1])),
  unary("fill and range", A, (x) => tf.add(tf.add(x, tf.fill([4, 3], 2.5)), tf.range(0, 3, 1))),
  unary("linspace", ROW, (x) => tf.mul(x, tf.linspace(1, 2, 3))),
];

const INDEX = whole([4], 2, 0, 2, 1);
const indexing: readonly Case[] = [
  free("gather", [normal("table", 3, 5), INDEX], ([x, i]) => tf.gather(x!, i as tf.Tensor1D)),
  free("gather along the last axis", [CUBE, INDEX], ([x, i]) => tf.gather(x!, i as tf.Tensor1D, 2)),
  free("gather from a large table", [normal("large", 1100, 2), INDEX], ([x, i]) =>
    tf.gather(x!, i as tf.Tensor1D),
  ),
  free(
    "gatherND",
    [CUBE, whole([2, 2], 0, 1, 1, 2)],
    ([x, i]) => tf.gatherND(x!, i!),
    "tfjs has none",
  ),
  unary(
    "oneHot",
    whole([5], 0, 2, 1, 5, -1),
    (x) => tf.oneHot(x as tf.Tensor1D, 3, 0.9, 0.1, "float32"),
    COMPARED,
  ),
  unary("oneHot as integers", INDEX, (x) => tf.oneHot(x as tf.Tensor1D, 3), COMPARED),
  free("unsortedSegmentSum", [normal("rows", 4, 2), INDEX], ([x, i]) =>
    tf.unsortedSegmentSum(x as tf.Tensor2D, i as tf.Tensor1D, 3),
  ),
  free("unsortedSegmentSum into many", [normal("rows", 4, 2), INDEX], ([x, i]) =>
    tf.unsortedSegmentSum(x as tf.Tensor2D, i as tf.Tensor1D, 1100),
  ),
  free(
    "scatterND, adding equals",
    [whole([4, 1], 2, 0, 2, 1), normal("updates", 4, 3)],
    ([i, x]) => tf.scatterND(i!, x!, [5, 3]),
    "tfjs has none",
  ),
  free(
    "tensorScatterUpdate",
    [A, whole([2, 1], 3, 0), normal("updates", 2, 3)],
    ([x, i, u]) => tf.tensorScatterUpdate(x!, i!, u!),
    "tfjs has none",
  ),
];

/** All of them. */
export const cases: readonly Case[] = [
  ...numberFunctions,
  ...arithmetic,
  ...comparisons,
  ...logic,
  ...reductions,
  ...matrices,
  ...layout,
  ...indexing,
];
