/** Rules of kernels that address elements by integer tensors. */
import type * as K from "@tensorflow/tfjs-core/dist/kernel_names.js";
import {
  allocate,
  type ConstantValue,
  type DType,
  filled,
  sizeOf,
  type Value,
} from "../../ir/graph.ts";
import { rule } from "../lowering.ts";
import type { Trace } from "../trace.ts";
import { cast } from "./cast.ts";
import { asNumber, broadcast, reshaped } from "./element-wise.ts";
import { transposed } from "./layout.ts";
import { matMul } from "./matrices.ts";
import { axesOf } from "./reductions.ts";

/** An index beyond the axis fails the call, as in tfjs; −1, which fails there, is the last one here. */
export const gather = rule<K.GatherV2Inputs, K.GatherV2Attrs>(
  ({ x, indices }, { axis, batchDims }, trace) => {
    const [along = 0] = axesOf(axis, x.shape.length);
    if (batchDims > 0) return gatherBatches(x, indices, along, batchDims, trace);
    const shape = x.shape.toSpliced(along, 1, ...indices.shape);
    return trace.one("Gather", [x, indices], shape, x.dtype, { axis: along });
  },
);

/** Gathers with indices of its own for each place along the first `batch` axes. */
function gatherBatches(x: Value, indices: Value, axis: number, batch: number, trace: Trace): Value {
  const axes = x.shape.map((_, k) => k);
  const first = transposed(x, axes.toSpliced(axis, 1).toSpliced(batch, 0, axis), trace);
  const places = cast(reshaped(indices, [...indices.shape, 1], trace), "int64", trace);
  const shape = [...indices.shape, ...first.shape.slice(batch + 1)];
  const found = trace.one("GatherND", [first, places], shape, x.dtype, { batch_dims: batch });
  // Axes between the batch and the gathered one go back before those of the indices.
  const all = shape.map((_, k) => k);
  const between = all.splice(indices.shape.length, axis - batch);
  return transposed(found, all.toSpliced(batch, 0, ...between), trace);
}

export const gatherNd = rule<K.GatherNdInputs>(({ params, indices }, _, trace) => {
  const depth = indices.shape.at(-1) ?? 0;
  const shape = [...indices.shape.slice(0, -1), ...params.shape.slice(depth)];
  return trace.one("GatherND", [params, cast(indices, "int64", trace)], shape, params.dtype);
});

/** Off and on values as ONNX wants them. */
function offOn(off: number, on: number): ConstantValue {
  const data = allocate("float32", 2);
  data.set([off, on] as never);
  return { kind: "constant", data, shape: [2], dtype: "float32" };
}

/** A one-hot row for each index; indices outside [0, depth) give rows of `off` (ONNX would count −1 from the end). */
function oneHotRows(indices: Value, depth: number, on: number, off: number, trace: Trace): Value {
  // ONNX takes no scalar.
  const row = indices.shape.length === 0 ? reshaped(indices, [1], trace) : indices;
  const bound = filled(depth, [], "int32");
  const negative = broadcast("Less", [row, filled(0, [], "int32")], "bool", trace);
  const beyond = broadcast("Where", [negative, bound, row], "int32", trace);
  const inputs = [beyond, bound, offOn(off, on)];
  const rows = trace.one("OneHot", inputs, [...row.shape, depth], "float32", { axis: -1 });
  return row === indices ? rows : reshaped(rows, [depth], trace);
}
export const oneHot = rule<K.OneHotInputs, K.OneHotAttrs>(
  ({ indices }, { depth, onValue, offValue, dtype }, trace) => {
    const rows = oneHotRows(indices, depth, onValue, offValue, trace);
    const wanted: DType = dtype === "float32" || dtype === "bool" ? dtype : "int32";
    return cast(rows, wanted, trace);
  },
);

/** Below this many segments a product with a one-hot matrix is faster than scattered addition. */
const ONE_HOT_SEGMENTS = 1024;

/**
 * Sums of rows by segment, float32 also of integers, as in tfjs; those up to 2²⁴ are exact. Ids outside [0, segments) are left out where there are at most
 * 1024 segments, and must not occur where there are more.
 */
export const unsortedSegmentSum = rule<K.UnsortedSegmentSumInputs, K.UnsortedSegmentSumAttrs>(
  ({ x, segmentIds }, { numSegments }, trace) => {
    const rows = segmentIds.shape[0] ?? 0;
    const rest = x.shape.slice(1);
    const shape = [numSegments, ...rest];
    const number = cast(x, "float32", trace);
    if (numSegments <= ONE_HOT_SEGMENTS) {
      const flat = reshaped(number, [rows, sizeOf(rest)], trace);
      const sums = matMul(
        oneHotRows(segmentIds, numSegments, 1, 0, trace),
        flat,
        true,
        false,
        trace,
      );
      return reshaped(sums, shape, trace);
    }
    return scatterAdded(reshaped(segmentIds, [rows, 1], trace), number, shape, trace);
  },
);

/** Zeros to which updates are added, several at one place too. */
function scatterAdded(
  indices: Value,
  updates: Value,
  shape: readonly number[],
  trace: Trace,
): Value {
  const inputs = [filled(0, shape, updates.dtype), cast(indices, "int64", trace), updates];
  return trace.one("ScatterND", inputs, shape, updates.dtype, { reduction: "add" });
}

export const scatterNd = rule<K.ScatterNdInputs, K.ScatterNdAttrs>(
  ({ indices, updates }, { shape }, trace) =>
    cast(scatterAdded(indices, asNumber(updates, trace), shape, trace), updates.dtype, trace),
);
export const tensorScatterUpdate = rule<K.TensorScatterUpdateInputs>(
  ({ tensor, indices, updates }, _, trace) =>
    trace.one(
      "ScatterND",
      [tensor, cast(indices, "int64", trace), updates],
      tensor.shape,
      tensor.dtype,
    ),
);

/** Indices along an axis that run into the padding and back; the edge itself twice if `symmetric`. */
function mirrored(
  length: number,
  before: number,
  after: number,
  symmetric: boolean,
): ConstantValue {
  const edge = symmetric ? 1 : 0;
  const data = Int32Array.from({ length: before + length + after }, (_, k) => {
    const place = k - before;
    if (place < 0) return -place - edge;
    return place < length ? place : 2 * (length - 1) - place + edge;
  });
  return { kind: "constant", data, shape: [data.length], dtype: "int32" };
}
export const mirrorPad = rule<K.MirrorPadInputs, K.MirrorPadAttrs>(
  ({ x }, { paddings, mode }, trace) =>
    paddings.reduce((so: Value, [before, after], axis) => {
      if (before === 0 && after === 0) return so;
      const places = mirrored(so.shape[axis] ?? 1, before, after, mode === "symmetric");
      const shape = so.shape.with(axis, places.data.length);
      return trace.one("Gather", [so, places], shape, so.dtype, { axis });
    }, x),
);
