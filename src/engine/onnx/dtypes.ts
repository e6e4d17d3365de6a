/** ONNX's numbers for element types. */
import type { DType } from "../ir/graph.ts";

/** TensorProto.DataType of onnx.proto. */
export const ONNX_DTYPE: Readonly<Record<DType, number>> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
};
