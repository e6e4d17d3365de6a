/** Rules of kernels that reduce along axes or run along one. */
import type * as K from "@tensorflow/tfjs-core/dist/kernel_names.js";
import { type DType, integers, type Value } from "../../ir/graph.ts";
import { type Lowering, rule } from "../lowering.ts";
import type { Trace } from "../trace.ts";
import { cast } from "./cast.ts";
import { asNumber } from "./element-wise.ts";

/** Axes counted from the front; all of them if none is named. */
export function axesOf(
  axis: number | readonly number[] | null | undefined,
  rank: number,
): number[] {
  if (axis === null || axis === undefined) return Array.from({ length: rank }, (_, k) => k);
  const list = typeof axis === "number" ? [axis] : axis;
  return list.map((one) => (one < 0 ? one + rank : one));
}

/** A reduction over some axes, which go or stay with length 1. */
function reduce(
  op: string,
  x: Value,
  axes: readonly number[],
  keepDims: boolean,
  trace: Trace,
): Value {
  if (axes.length === 0) return x;
  const shape = keepDims
    ? x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
    : x.shape.filter((_, axis) => !axes.includes(axis));
  return trace.one(op, [x, integers(axes)], shape, x.dtype, { keepdims: keepDims ? 1 : 0 });
}

interface ReductionAttrs {
  readonly axis?: number | number[];
  /** The name in Max only. */
  readonly reductionIndices?: number | number[];
  readonly keepDims: boolean;
}

/** A reduction; `dtypeOf` is the type in which it is computed and returned. */
export function reduction(op: string, dtypeOf: (x: Value) => DType): Lowering {
  return rule<K.SumInputs, ReductionAttrs>(({ x }, { axis, reductionIndices, keepDims }, trace) => {
    const axes = axesOf(axis ?? reductionIndices, x.shape.length);
    return reduce(op, cast(x, dtypeOf(x), trace), axes, keepDims, trace);
  });
}

/** Index of the extreme along one axis; the first one of equals. */
export function argExtreme(op: "ArgMax" | "ArgMin"): Lowering {
  return rule<K.ArgMaxInputs, K.ArgMaxAttrs>(({ x }, { axis }, trace) => {
    const [along = 0] = axesOf(axis, x.shape.length);
    const shape = x.shape.filter((_, k) => k !== along);
    const index = trace.one(op, [asNumber(x, trace)], shape, "int64", { axis: along, keepdims: 0 });
    return cast(index, "int32", trace);
  });
}

export const softmax = rule<K.SoftmaxInputs, K.SoftmaxAttrs>(({ logits }, { dim }, trace) =>
  trace.one("Softmax", [logits], logits.shape, "float32", { axis: dim }),
);
/** Of equals the first come first, as in tfjs. NaN has no place that backends share, nor have results not sorted. */
export const topK = rule<K.TopKInputs, K.TopKAttrs>(({ x }, { k, sorted }, trace) => {
  const number = asNumber(x, trace);
  const shape = [...x.shape.slice(0, -1), k];
  const outputs = [
    { shape, dtype: number.dtype },
    { shape, dtype: "int64" as const },
  ];
  const [values, indices] = trace.emit("TopK", [number, integers([k])], outputs, {
    sorted: sorted ? 1 : 0,
  });
  return [cast(values!, x.dtype, trace), cast(indices!, "int32", trace)];
});
