/** Rules of division in its several meanings, and of the angle of a quotient. */
import type * as K from "@tensorflow/tfjs-core/dist/kernel_names.js";
import { type ConstantValue, type DType, filled, type Value } from "../../ir/graph.ts";
import { elementwise } from "../lowering.ts";
import type { Trace } from "../trace.ts";
import { cast, truncated } from "./cast.ts";
import { broadcast, commonDType } from "./element-wise.ts";

type Build = (op: string, ...operands: readonly Value[]) => Value;

/** Element-wise nodes with less to write: a comparison gives booleans, anything else the type of its last operand. */
function builder(trace: Trace): Build {
  const comparisons = new Set(["Equal", "Less", "Or"]);
  return (op, ...operands) => {
    const dtype: DType = comparisons.has(op) ? "bool" : operands.at(-1)!.dtype;
    return broadcast(op, operands, dtype, trace);
  };
}

const like = (element: number, value: Value): ConstantValue => filled(element, [], value.dtype);

/** Division in float32, also of integers, which tf.div divides with floorDiv. */
export const realDiv = elementwise<K.RealDivInputs>(({ a, b }, _, trace) => {
  const operands = [a, b].map((one) => cast(one, "float32", trace));
  return truncated(broadcast("Div", operands, "float32", trace), commonDType(a, b), trace);
});

/** A divisor by which integer division does not end the process: 1 for 0 and -1. */
function safeDivisor(b: Value, build: Build): Value {
  if (b.kind === "constant" && b.data.every((one) => Number(one) !== 0 && Number(one) !== -1))
    return b;
  const unsafe = build("Or", build("Equal", b, like(0, b)), build("Equal", b, like(-1, b)));
  return build("Where", unsafe, like(1, b), b);
}

/** Integers: quotient and remainder rounded to zero, for a safe divisor. */
function divided(a: Value, divisor: Value, build: Build): { quotient: Value; rest: Value } {
  const quotient = build("Div", a, divisor);
  return { quotient, rest: build("Sub", a, build("Mul", quotient, divisor)) };
}

/** Whether a rest not zero and its divisor have different signs. */
function crosses(rest: Value, divisor: Value, build: Build): Value {
  return build("Less", build("Mul", build("Sign", rest), build("Sign", divisor)), like(0, rest));
}

/** The quotient rounded down, as int32 also of floats. Integers divided by 0 give 0. */
export const floorDiv = elementwise<K.FloorDivInputs>(({ a, b }, _, trace) => {
  const build = builder(trace);
  if (commonDType(a, b) === "float32") {
    const quotient = build("Div", cast(a, "float32", trace), cast(b, "float32", trace));
    return cast(build("Floor", quotient), "int32", trace);
  }
  const [left, right] = [cast(a, "int32", trace), cast(b, "int32", trace)];
  const divisor = safeDivisor(right, build);
  const { quotient, rest } = divided(left, divisor, build);
  const down = build("Sub", quotient, cast(crosses(rest, divisor, build), "int32", trace));
  if (divisor === right) return down;
  const negated = build("Where", build("Equal", right, like(-1, right)), build("Neg", left), down);
  return build("Where", build("Equal", right, like(0, right)), like(0, right), negated);
});

/** The rest with the sign of the dividend, which ONNX gives for floats only if told so. */
const C_REMAINDER = { fmod: 1 };

/** The rest with the sign of the divisor. Integers modulo 0 give 0. */
export const mod = elementwise<K.ModInputs>(({ a, b }, _, trace) => {
  const build = builder(trace);
  const dtype = commonDType(a, b);
  if (dtype === "float32") {
    const [left, right] = [cast(a, "float32", trace), cast(b, "float32", trace)];
    const rest = broadcast("Mod", [left, right], dtype, trace, C_REMAINDER);
    return build("Where", crosses(rest, right, build), build("Add", rest, right), rest);
  }
  const [left, right] = [cast(a, "int32", trace), cast(b, "int32", trace)];
  const divisor = safeDivisor(right, build);
  const { rest } = divided(left, divisor, build);
  const up = build("Add", rest, divisor);
  return cast(build("Where", crosses(rest, divisor, build), up, rest), dtype, trace);
});

/** The angle of (b, a), from -π to π. Zeros have no sign here, and two infinities no angle but NaN. */
export const atan2 = elementwise<K.Atan2Inputs>(({ a, b }, _, trace) => {
  const build = builder(trace);
  const [y, x] = [cast(a, "float32", trace), cast(b, "float32", trace)];
  const half = build("Atan", build("Div", y, x));
  const turn = build("Where", build("Less", y, like(0, y)), like(-Math.PI, y), like(Math.PI, y));
  const offset = build("Where", build("Less", x, like(0, x)), turn, like(0, x));
  const upright = build("Mul", build("Sign", y), like(Math.PI / 2, y));
  const angle = build("Where", build("Equal", x, like(0, x)), upright, build("Add", half, offset));
  return truncated(angle, commonDType(a, b), trace);
});
