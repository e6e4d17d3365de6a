/** Rules of kernels that work place by place: arithmetic, comparisons, functions of one number, selection. */
import type * as K from "@tensorflow/tfjs-core/dist/kernel_names.js";
import { EngineError } from "../../../base/errors.ts";
import { type Attributes, type DType, filled, type Value } from "../../ir/graph.ts";
import { broadcastShape } from "../../ir/broadcast-shape.ts";
import { elementwise, type Lowering } from "../lowering.ts";
import { currentOperation, type Trace } from "../trace.ts";
import { cast, truncated } from "./cast.ts";

/** A node whose operands broadcast against each other. */
export function broadcast(
  op: string,
  operands: readonly Value[],
  dtype: DType,
  trace: Trace,
  attributes: Attributes = {},
): Value {
  const shape = broadcastShape(operands.map((one) => one.shape));
  if (shape !== undefined) return trace.one(op, operands, shape, dtype, attributes);
  const shapes = operands.map((one) => `[${one.shape.join(", ")}]`).join(" and ");
  throw new EngineError(
    "shape-mismatch",
    `${currentOperation()}: axes must be equal or 1 from the last one back, got ${shapes}`,
    { fix: "Reshape one of the operands." },
  );
}

/** ONNX has no arithmetic on booleans; tfjs computes with 0 and 1. */
export const asNumber = (value: Value, trace: Trace): Value =>
  value.dtype === "bool" ? cast(value, "int32", trace) : value;

/** The type in which tfjs computes on two operands. */
export function commonDType(a: Value, b: Value): DType {
  if (a.dtype === "float32" || b.dtype === "float32") return "float32";
  return a.dtype === "int32" || b.dtype === "int32" ? "int32" : "bool";
}

/** Binary arithmetic that ONNX has under another name. Booleans stay 0 and 1: true + true is true, in tfjs 2. Integers: 0 to a negative power is any. */
export function arithmetic(op: string): Lowering {
  return elementwise<K.AddInputs>(({ a, b }, _, trace) => {
    const dtype = commonDType(a, b);
    const operands = [a, b].map((one) => asNumber(cast(one, dtype, trace), trace));
    const result = broadcast(op, operands, operands[0]!.dtype, trace);
    return cast(result, dtype, trace);
  });
}

/** A comparison; `negate` for the one that ONNX lacks. */
export function comparison(op: string, negate = false): Lowering {
  return elementwise<K.EqualInputs>(({ a, b }, _, trace) => {
    const dtype = commonDType(a, b);
    const operands = [a, b].map((one) => asNumber(cast(one, dtype, trace), trace));
    const result = broadcast(op, operands, "bool", trace);
    return negate ? trace.one("Not", [result], result.shape, "bool") : result;
  });
}

/** A logical operation on booleans. */
export function logical(op: string): Lowering {
  return elementwise<K.LogicalAndInputs>(({ a, b }, _, trace) =>
    broadcast(op, [cast(a, "bool", trace), cast(b, "bool", trace)], "bool", trace),
  );
}

/** A function of one number under its ONNX name, computed in float32. */
export function unary(op: string): Lowering {
  return composed((x, trace) => apply(op, x, trace));
}

/** A function of one number that keeps its type. Sign leaves NaN as it is, where tfjs gives 0. */
export function sameTypeUnary(op: string): Lowering {
  return elementwise<K.NegInputs>(({ x }, _, trace) => {
    const result = apply(op, asNumber(x, trace), trace);
    return cast(result, x.dtype, trace);
  });
}

/** A function of one number written out as nodes on float32. Integers stay integers, as in tfjs: the result is truncated. */
function composed(build: (x: Value, trace: Trace) => Value): Lowering {
  return elementwise<K.ExpInputs>(({ x }, _, trace) =>
    truncated(build(cast(x, "float32", trace), trace), x.dtype, trace),
  );
}

const constant = (element: number, like: Value): Value => filled(element, [], like.dtype);
const apply = (op: string, x: Value, trace: Trace): Value => trace.one(op, [x], x.shape, x.dtype);

export const rsqrt = composed((x, trace) => apply("Reciprocal", apply("Sqrt", x, trace), trace));
/** Absolute error 1e-7; tfjs keeps the relative one near zero. */
export const expm1 = composed((x, trace) =>
  broadcast("Sub", [apply("Exp", x, trace), constant(1, x)], x.dtype, trace),
);
/** Absolute error 1e-7; tfjs keeps the relative one near zero. */
export const log1p = composed((x, trace) =>
  apply("Log", broadcast("Add", [x, constant(1, x)], x.dtype, trace), trace),
);
export const relu6 = elementwise<K.Relu6Inputs>(({ x }, _, trace) =>
  cast(clipped(asNumber(x, trace), 0, 6, trace), x.dtype, trace),
);
/** Rounding to whole numbers, which leaves whole numbers as they are. */
export function rounding(op: "Ceil" | "Floor" | "Round"): Lowering {
  return elementwise<K.RoundInputs>(({ x }, _, trace) =>
    x.dtype === "float32" ? apply(op, x, trace) : x,
  );
}
/** e^x, which tfjs alone of these leaves as float32. */
export const exp = elementwise<K.ExpInputs>(({ x }, _, trace) =>
  apply("Exp", cast(x, "float32", trace), trace),
);

/** A question about a number, which integers answer as float32. */
function question(ask: (x: Value, trace: Trace) => Value): Lowering {
  return elementwise<K.IsNanInputs>(({ x }, _, trace) => ask(cast(x, "float32", trace), trace));
}
export const isNan = question((x, trace) => trace.one("IsNaN", [x], x.shape, "bool"));
export const isInf = question((x, trace) => trace.one("IsInf", [x], x.shape, "bool"));
export const isFinite = question((x, trace) => {
  const asked = ["IsNaN", "IsInf"].map((op) => trace.one(op, [x], x.shape, "bool"));
  return trace.one("Not", [broadcast("Or", asked, "bool", trace)], x.shape, "bool");
});

export const square = elementwise<K.SquareInputs>(({ x }, _, trace) => {
  const number = asNumber(x, trace);
  return cast(broadcast("Mul", [number, number], number.dtype, trace), x.dtype, trace);
});
export const squaredDifference = elementwise<K.SquaredDifferenceInputs>(({ a, b }, _, trace) => {
  const dtype = commonDType(a, b);
  const operands = [a, b].map((one) => asNumber(cast(one, dtype, trace), trace));
  const difference = broadcast("Sub", operands, operands[0]!.dtype, trace);
  const product = broadcast("Mul", [difference, difference], difference.dtype, trace);
  return cast(product, dtype, trace);
});

/** 1 above zero, `alpha` at and below it; tfjs leaves NaN as it is. */
export const step = elementwise<K.StepInputs, K.StepAttrs>(({ x }, { alpha }, trace) => {
  const number = asNumber(x, trace);
  const above = broadcast("Greater", [number, constant(0, number)], "bool", trace);
  const levels = [constant(1, number), constant(alpha, number)];
  const value = broadcast("Where", [above, ...levels], number.dtype, trace);
  if (x.dtype !== "float32") return cast(value, x.dtype, trace);
  const missing = trace.one("IsNaN", [x], x.shape, "bool");
  return broadcast("Where", [missing, x, value], x.dtype, trace);
});

export const leakyRelu = elementwise<K.LeakyReluInputs, K.LeakyReluAttrs>(
  ({ x }, { alpha }, trace) =>
    trace.one("LeakyRelu", [cast(x, "float32", trace)], x.shape, "float32", {
      alpha: { float: alpha },
    }),
);
export const prelu = elementwise<K.PreluInputs>(({ x, alpha }, _, trace) =>
  preluOf(cast(x, "float32", trace), cast(alpha, "float32", trace), trace),
);
/** x, or alpha · x below zero. */
export function preluOf(x: Value, alpha: Value, trace: Trace): Value {
  const slope = broadcast("Mul", [alpha, x], "float32", trace);
  const negative = broadcast("Less", [x, constant(0, x)], "bool", trace);
  return broadcast("Where", [negative, slope, x], "float32", trace);
}
/** dy where y is above zero, else dy (y + 1). */
export const eluGrad = elementwise<K.EluGradInputs>(({ dy, y }, _, trace) => {
  const below = broadcast(
    "Mul",
    [dy, broadcast("Add", [y, constant(1, y)], y.dtype, trace)],
    dy.dtype,
    trace,
  );
  return broadcast(
    "Where",
    [broadcast("GreaterOrEqual", [y, constant(0, y)], "bool", trace), dy, below],
    dy.dtype,
    trace,
  );
});

export const clipByValue = elementwise<K.ClipByValueInputs, K.ClipByValueAttrs>(
  ({ x }, { clipValueMin, clipValueMax }, trace) =>
    cast(clipped(asNumber(x, trace), clipValueMin, clipValueMax, trace), x.dtype, trace),
);
/** The nearest number between two. */
export function clipped(x: Value, low: number, high: number, trace: Trace): Value {
  return trace.one("Clip", [x, constant(low, x), constant(high, x)], x.shape, x.dtype);
}

/** ONNX Runtime selects no booleans; they go through integers. */
export const select = elementwise<K.SelectInputs>(({ condition, t, e }, _, trace) => {
  const dtype = commonDType(t, e);
  const chosen = [t, e].map((one) => asNumber(cast(one, dtype, trace), trace));
  return cast(broadcast("Where", [condition, ...chosen], chosen[0]!.dtype, trace), dtype, trace);
});

/** The same elements in another shape. */
export function reshaped(value: Value, shape: readonly number[], trace: Trace): Value {
  if (value.kind === "constant") return { ...value, shape };
  return trace.one("Reshape", [value, shapeOperand(shape)], shape, value.dtype);
}

const shapeOperand = (shape: readonly number[]): Value => ({
  kind: "constant",
  data: BigInt64Array.from(shape, BigInt),
  shape: [shape.length],
  dtype: "int64",
});

export const addN: Lowering = elementwise<Value[]>((operands, _, trace) => {
  const dtype = operands[0]!.dtype;
  const [first, ...rest] = operands.map((one) => asNumber(one, trace));
  const add = (sum: Value, one: Value): Value => broadcast("Add", [sum, one], sum.dtype, trace);
  return cast(rest.reduce(add, first!), dtype, trace);
});

export const castKernel = elementwise<K.CastInputs, K.CastAttrs>(({ x }, { dtype }, trace) => {
  if (dtype === "float32" || dtype === "int32" || dtype === "bool") return cast(x, dtype, trace);
  throw new EngineError(
    "unsupported-dtype",
    `cast: to must be float32, int32 or bool, got ${dtype}`,
  );
});
export const identity = elementwise<K.IdentityInputs>(({ x }) => x);
export const logicalNot = elementwise<K.LogicalNotInputs>(({ x }, _, trace) =>
  trace.one("Not", [cast(x, "bool", trace)], x.shape, "bool"),
);
