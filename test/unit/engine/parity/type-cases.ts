/** Calls of tfjs operations on integers and booleans. */
import { tf } from "../../../../src/engine/tfjs.ts";
import { integers, normal } from "../op/run-both.ts";
import type { Case } from "./cases.ts";
import { bool, type Call, flat, floats, whole } from "./make-case.ts";

const FLAGS = whole([2, 6], 0, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1, 1);
const FLAGS2 = whole([2, 6], 1, 1, 0, 0, 1, 1, 0, 1, 0, 1, 0, 0);
const SIGNED = whole([2, 6], -3, 0, 1, 2, 5, -1, 7, -2, 0, 4, 1, 3);
const WHOLE = integers("whole", 7, 2, 6);

/** Calls on two tensors [2, 6] of any type. */
const anyType: Readonly<Record<string, Call>> = {
  reshape: (x) => tf.reshape(x, [3, -1]),
  transpose: (x) => tf.transpose(x),
  slice: (x) => tf.slice(x, [0, 1], [2, 3]),
  "stridedSlice backwards": (x) => tf.stridedSlice(x, [1, -1], [0, 0], [1, -2], 0, 1),
  concat: (x, y) => tf.concat([x, y], -1),
  stack: (x, y) => tf.stack([x, y], -1),
  split: (x) => tf.split(x, 3, -1),
  unstack: (x) => tf.unstack(x, -1),
  tile: (x) => tf.tile(x, [1, 2]),
  pad: (x) => tf.pad(x, [[1, 0], [0, 2]], 1), // prettier-ignore
  mirrorPad: (x) => tf.mirrorPad(x, [[1, 1], [2, 0]], "reflect"), // prettier-ignore
  "mirrorPad, the edge twice": (x) => tf.mirrorPad(x, [[2, 1], [0, 3]], "symmetric"), // prettier-ignore
  reverse: (x) => tf.reverse(x, -1),
  gather: (x) => tf.gather(x, tf.tensor1d([5, 0, 0], "int32"), 1),
  gatherND: (x) => tf.gatherND(x, tf.tensor2d([[1, 2], [0, 5]], [2, 2], "int32")), // prettier-ignore
  tensorScatterUpdate: (x, y) =>
    tf.tensorScatterUpdate(x, tf.tensor2d([[1]], [1, 1], "int32"), tf.slice(y, [0, 0], [1, 6])),
  where: (x, y) => tf.where(tf.tensor1d([1, 0, 0, 1, 1, 0], "bool"), x, y),
  max: (x) => tf.max(x, -1),
  min: (x) => tf.min(x, 0, true),
  maximum: (x, y) => tf.maximum(x, y),
  argMax: (x) => tf.argMax(x, -1),
  argMin: (x) => tf.argMin(x, -2),
  topk: (x) => Object.values(tf.topk(x, 4)),
  sum: (x) => tf.sum(x, -1),
  prod: (x) => tf.prod(x, [0]),
  mean: (x) => tf.mean(x, -1, true),
  cumsum: (x) => tf.cumsum(x, 1, true),
  cumprod: (x) => tf.cumprod(x, 1),
  diag: (x) => tf.diag(x),
  clip: (x) => tf.clipByValue(x, 0, 1),
  step: (x) => tf.step(x),
  "zeros and ones": (x) => [tf.zerosLike(x), tf.onesLike(x)],
  clone: (x) => tf.clone(x),
  all: (x) => [tf.all(bool(x)), tf.all(bool(x), -1, true)],
  any: (x) => [tf.any(bool(x)), tf.any(bool(x), -1)],
  not: (x) => tf.logicalNot(bool(x)),
};
const types: readonly Case[] = Object.entries(anyType).flatMap(([name, call]) => [
  flat(`${name} of integers`, "integers", [WHOLE, FLAGS], call),
  flat(`${name} of booleans`, "booleans", [FLAGS, FLAGS2], (x, y) => call(bool(x), bool(y))),
]);
const integerOnly: readonly Case[] = [
  flat("scatterND of integers", "integers", [WHOLE], (x) =>
    tf.scatterND(tf.tensor2d([[2], [2]], [2, 1], "int32"), x, [4, 6]),
  ),
  flat("addN of integers", "integers", [WHOLE, FLAGS], (x, y) => tf.addN([x, y, y])),
  flat("matMul of integers", "integers", [WHOLE, FLAGS], (x, y) => tf.matMul(x, y, false, true)),
  flat("einsum of integers", "integers", [WHOLE, FLAGS], (x, y) => tf.einsum("ij,kj->ki", x, y)),
  flat("segment sums of integers", "sums", [WHOLE, whole([2], 3, -1)], (x, ids) =>
    tf.unsortedSegmentSum(x as tf.Tensor2D, ids as tf.Tensor1D, 4),
  ),
  flat("comparison of integers and floats", "booleans", [WHOLE, normal("f", 6)], (x, y) => [
    tf.greater(x, y),
    tf.equal(x, y),
    tf.notEqual(x, y),
  ]),
  flat("casts", "integers", [floats([6], -2.7, 2.7, 0.4, -0.4, 0, 1e6), FLAGS], (x, flags) => [
    tf.cast(x, "int32"),
    tf.cast(x, "bool"),
    tf.cast(bool(flags), "int32"),
    tf.mul(tf.cast(bool(flags), "float32"), 1.5),
  ]),
];

/** Functions whose results tfjs's cpu backend stores in arrays of the operands' type, whatever they are. */
const stored: Readonly<Record<string, Call>> = {
  abs: (x) => tf.abs(x),
  acos: (x) => tf.acos(x),
  acosh: (x) => tf.acosh(x),
  asin: (x) => tf.asin(x),
  asinh: (x) => tf.asinh(x),
  atan: (x) => tf.atan(x),
  atanh: (x) => tf.atanh(x),
  atan2: (x, y) => tf.atan2(x, y),
  exp: (x) => tf.exp(x),
  expm1: (x) => tf.expm1(x),
  log1p: (x) => tf.log1p(x),
  neg: (x) => tf.neg(x),
  reciprocal: (x) => tf.reciprocal(x),
  relu: (x) => tf.relu(x),
  relu6: (x) => tf.relu6(x),
  round: (x) => tf.round(x),
  selu: (x) => tf.selu(x),
  sign: (x) => tf.sign(x),
  sinh: (x) => tf.sinh(x),
  softplus: (x) => tf.softplus(x),
  square: (x) => tf.square(x),
  squaredDifference: (x, y) => tf.squaredDifference(x, y),
  prelu: (x, y) => tf.prelu(x, y),
  "isNaN, isInf, isFinite": (x) => [tf.isNaN(x), tf.isInf(x), tf.isFinite(x)],
  "where of two types": (x, y) => {
    const row = tf.tensor1d([1, 0, 0, 1, 1, 0], "bool");
    return [
      tf.where(row, x, bool(y)),
      tf.where(row, bool(x), y),
      tf.where(row, x, tf.cast(y, "float32")),
    ];
  },
  scatterND: (x) => tf.scatterND(tf.tensor2d([[2], [0]], [2, 1], "int32"), x, [4, 6]),
  leakyRelu: (x) => tf.leakyRelu(x, 0.3),
  floorDiv: (x, y) => tf.floorDiv(x, y),
  mod: (x, y) => tf.mod(x, y),
  div: (x, y) => tf.div(x, y),
  mul: (x, y) => tf.mul(x, y),
  "and, or": (x, y) => [tf.logicalAnd(bool(x), bool(y)), tf.logicalOr(bool(x), bool(y))],
  comparisons: (x, y) => [tf.greater(x, y), tf.greaterEqual(x, y), tf.equal(x, y)],
  "fill of booleans": (x) => tf.logicalAnd(bool(x), tf.fill([2, 6], 1, "bool")),
  "concat with floats": (x) => tf.concat([x, tf.tensor2d([0.5, 1.5], [2, 1])], 1),
  "segment sums": (x) =>
    tf.unsortedSegmentSum(x as tf.Tensor2D, tf.tensor1d([1, 1], "int32"), 1100),
  "fused matMul": (x, y) =>
    tf.fused.matMul({
      a: tf.slice(x, [0, 1], [2, 1]),
      b: tf.slice(y, [0, 0], [1, 6]),
      activation: "elu",
    }),
};
const NONE = "it has no kernels of these types, or does not cut the results";
const storing: readonly Case[] = Object.entries(stored)
  .flatMap(([name, call]) => [
    flat(`${name} of integers, stored`, "integers", [SIGNED, FLAGS2], call),
    flat(`${name} of booleans, stored`, "booleans", [FLAGS, FLAGS2], (x, y) =>
      call(bool(x), bool(y)),
    ),
  ])
  .map((one) => ({ ...one, notNative: NONE }));

/** All of them. */
export const typeCases: readonly Case[] = [...types, ...integerOnly, ...storing];
