/** Changes of element type, with tfjs's meaning: truncation to integers, "is not zero" to booleans. */
import { type DType, filled, type Value } from "../../ir/graph.ts";
import { ONNX_DTYPE } from "../../onnx/dtypes.ts";
import type { Trace } from "../trace.ts";

/** The value with another element type, or itself. NaN, infinities and numbers beyond int32 have no integer: any may come. */
export function cast(value: Value, dtype: DType, trace: Trace): Value {
  if (value.dtype === dtype) return value;
  return trace.one("Cast", [value], value.shape, dtype, { to: ONNX_DTYPE[dtype] });
}

/** The value as tfjs's cpu backend stores it in an array of another type: truncated, 0.9 as false too, what is not finite as 0. */
export function truncated(value: Value, dtype: DType, trace: Trace): Value {
  if (value.dtype !== "float32" || dtype === "float32") return cast(value, dtype, trace);
  const { shape } = value;
  const asked = ["IsNaN", "IsInf"].map((op) => trace.one(op, [value], shape, "bool"));
  const zero = trace.one("Or", asked, shape, "bool");
  const finite = trace.one("Where", [zero, filled(0, [], "float32"), value], shape, "float32");
  return cast(cast(finite, "int32", trace), dtype, trace);
}
