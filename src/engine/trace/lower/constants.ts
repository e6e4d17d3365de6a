/** Rules of kernels that make tensors out of nothing but attributes. */
import type * as K from "@tensorflow/tfjs-core/dist/kernel_names.js";
import { allocate, type ConstantValue, type DType, filled } from "../../ir/graph.ts";
import { rule } from "../lowering.ts";

const numeric = (dtype: string | undefined): DType =>
  dtype === "int32" || dtype === "bool" ? dtype : "float32";

export const fill = rule<object, K.FillAttrs>((_, { shape, value, dtype }) =>
  filled(Number(value), shape, numeric(dtype)),
);
export const zerosLike = rule<K.ZerosLikeInputs>(({ x }) => filled(0, x.shape, x.dtype));
export const onesLike = rule<K.OnesLikeInputs>(({ x }) => filled(1, x.shape, x.dtype));

export const range = rule<object, K.RangeAttrs>((_, { start, stop, step, dtype }) => {
  const by = stop < start && step === 1 ? -1 : step; // as tfjs takes its own default
  return sequence(start, by, Math.max(0, Math.ceil((stop - start) / by)), numeric(dtype));
});
export const linSpace = rule<object, K.LinSpaceAttrs>((_, { start, stop, num }) =>
  sequence(start, (stop - start) / (num - 1), num, "float32"),
);

/** Numbers at equal distances. */
function sequence(start: number, step: number, length: number, dtype: DType): ConstantValue {
  const data = allocate(dtype, length);
  // The first apart: the step of a sequence of one number may be infinite.
  if (data instanceof BigInt64Array) data.fill(0n);
  else data.forEach((_, k) => (data[k] = k === 0 ? start : start + k * step));
  return { kind: "constant", data, shape: [length], dtype };
}
