/** Changes of element type, with tfjs's meaning: truncation to integers, "is not zero" to booleans. */
import type { DType, Value } from "../../ir/graph.ts";
import { ONNX_DTYPE } from "../../onnx/dtypes.ts";
import type { Trace } from "../trace.ts";

/** The value with another element type, or itself. NaN, infinities and numbers beyond int32 have no integer: any may come. */
export function cast(value: Value, dtype: DType, trace: Trace): Value {
  if (value.dtype === dtype) return value;
  return trace.one("Cast", [value], value.shape, dtype, { to: ONNX_DTYPE[dtype] });
}
