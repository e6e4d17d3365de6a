/** Rules of kernels that move elements without computing: reshape, transpose, slice, join, split, pad, repeat. */
import type * as K from "@tensorflow/tfjs-core/dist/kernel_names.js";
import { filled, integers, sizeOf, type Value } from "../../ir/graph.ts";
import { tf } from "../../tfjs.ts";
import { rule } from "../lowering.ts";
import type { Trace } from "../trace.ts";
import { truncated } from "./cast.ts";
import { reshaped } from "./element-wise.ts";
import { axesOf } from "./reductions.ts";

export const reshape = rule<K.ReshapeInputs, K.ReshapeAttrs>(({ x }, { shape }, trace) => {
  const known = shape.filter((length) => length >= 0);
  const rest = sizeOf(x.shape) / Math.max(1, sizeOf(known));
  return reshaped(
    x,
    shape.map((length) => (length < 0 ? rest : length)),
    trace,
  );
});
export const expandDims = rule<K.ExpandDimsInputs, K.ExpandDimsAttrs>(
  ({ input }, { dim }, trace) => {
    const at = dim < 0 ? input.shape.length + 1 + dim : dim;
    return reshaped(input, input.shape.toSpliced(at, 0, 1), trace);
  },
);

/** The axes in another order. */
export function transposed(x: Value, perm: readonly number[], trace: Trace): Value {
  const shape = perm.map((axis) => x.shape[axis] ?? 1);
  return trace.one("Transpose", [x], shape, x.dtype, { perm });
}
export const transpose = rule<K.TransposeInputs, K.TransposeAttrs>(({ x }, { perm }, trace) =>
  transposed(x, perm, trace),
);

export const slice = rule<K.SliceInputs, K.SliceAttrs>(({ x }, { begin, size }, trace) => {
  const starts = typeof begin === "number" ? [begin] : begin;
  const sizes = typeof size === "number" ? [size] : size;
  const shape = x.shape.map((length, axis) => {
    const wanted = sizes[axis] ?? -1;
    return wanted < 0 ? length - (starts[axis] ?? 0) : wanted;
  });
  const axes = x.shape.map((_, axis) => axis);
  const from = axes.map((axis) => starts[axis] ?? 0);
  const to = axes.map((axis) => (from[axis] ?? 0) + (shape[axis] ?? 0));
  return trace.one("Slice", [x, integers(from), integers(to), integers(axes)], shape, x.dtype);
});

/** Every so many elements along each axis; a negative step walks backwards. (tfjs's cpu backend errs where it both takes an axis away and leaves elements out.) */
export const stridedSlice = rule<K.StridedSliceInputs, K.StridedSliceAttrs>(
  ({ x }, attrs, trace) => {
    const { begin, end, strides, finalShape } = tf.slice_util.sliceInfo(
      [...x.shape],
      attrs.begin,
      attrs.end,
      attrs.strides,
      attrs.beginMask,
      attrs.endMask,
      attrs.ellipsisMask,
      attrs.newAxisMask,
      attrs.shrinkAxisMask,
    );
    const shape = tf.slice_util
      .computeOutShape(begin, end, strides)
      .map((length) => Math.max(0, length));
    // Before the first element; -1 would be the last one.
    const to = end.map((place, axis) => (place < 0 ? -(x.shape[axis] ?? 0) - 1 : place));
    const axes = x.shape.map((_, axis) => axis);
    const operands = [x, ...[begin, to, axes, strides].map(integers)];
    return reshaped(trace.one("Slice", operands, shape, x.dtype), finalShape, trace);
  },
);

/** Joins along an axis. The first decides about the type, as in tfjs. */
function concatenated(operands: readonly Value[], axis: number, trace: Trace): Value {
  const { shape, dtype } = operands[0]!;
  const total = operands.reduce((sum, one) => sum + (one.shape[axis] ?? 0), 0);
  const alike = operands.map((one) => truncated(one, dtype, trace));
  return trace.one("Concat", alike, shape.with(axis, total), dtype, { axis });
}
export const concat = rule<Value[], K.ConcatAttrs>((operands, { axis }, trace) => {
  const [along = 0] = axesOf(axis, operands[0]!.shape.length);
  const full = operands.filter((one) => sizeOf(one.shape) > 0);
  return full.length === 1
    ? full[0]!
    : concatenated(full.length === 0 ? operands : full, along, trace);
});
export const pack = rule<Value[], K.PackAttrs>((operands, { axis }, trace) => {
  const at = axis < 0 ? axis + operands[0]!.shape.length + 1 : axis;
  const columns = operands.map((one) => reshaped(one, one.shape.toSpliced(at, 0, 1), trace));
  return concatenated(columns, at, trace);
});

/** Parts of given lengths along an axis. */
function split(x: Value, lengths: readonly number[], axis: number, trace: Trace): readonly Value[] {
  const outputs = lengths.map((length) => ({ shape: x.shape.with(axis, length), dtype: x.dtype }));
  return trace.emit("Split", [x, integers(lengths)], outputs, { axis });
}
export const splitV = rule<K.SplitVInputs, K.SplitVAttrs>(
  ({ x }, { numOrSizeSplits, axis }, trace) => {
    const [along = 0] = axesOf(axis, x.shape.length);
    return split(x, partLengths(numOrSizeSplits, x.shape[along] ?? 0), along, trace);
  },
);

/** Lengths of parts as tfjs's split takes them: a number of equal parts, or a list with at most one -1 for the rest. */
function partLengths(numberOrLengths: number | number[], total: number): number[] {
  if (typeof numberOrLengths === "number")
    return Array.from({ length: numberOrLengths }, () => total / numberOrLengths);
  const given = numberOrLengths.reduce((sum, length) => sum + Math.max(0, length), 0);
  return numberOrLengths.map((length) => (length < 0 ? total - given : length));
}
export const unpack = rule<K.UnpackInputs, K.UnpackAttrs>(({ value }, { axis }, trace) => {
  const [along = 0] = axesOf(axis, value.shape.length);
  const ones = Array.from({ length: value.shape[along] ?? 0 }, () => 1);
  const shape = value.shape.toSpliced(along, 1);
  return split(value, ones, along, trace).map((part) => reshaped(part, shape, trace));
});

export const tile = rule<K.TileInputs, K.TileAttrs>(({ x }, { reps }, trace) => {
  const shape = x.shape.map((length, axis) => length * (reps[axis] ?? 1));
  return trace.one("Tile", [x, integers(reps)], shape, x.dtype);
});

export const padV2 = rule<K.PadV2Inputs, K.PadV2Attrs>(
  ({ x }, { paddings, constantValue }, trace) => {
    const shape = x.shape.map((length, axis) => length + paddings[axis]![0] + paddings[axis]![1]);
    const pads = integers([
      ...paddings.map(([before]) => before),
      ...paddings.map(([, after]) => after),
    ]);
    return trace.one("Pad", [x, pads, filled(constantValue, [], x.dtype)], shape, x.dtype, {
      mode: "constant",
    });
  },
);
export const reverse = rule<K.ReverseInputs, K.ReverseAttrs>(({ x }, { dims }, trace) => {
  const axes = axesOf(dims, x.shape.length);
  if (axes.length === 0) return x;
  const steps = integers(axes.map(() => -1));
  const from = integers(axes.map((axis) => (x.shape[axis] ?? 1) - 1));
  const to = integers(axes.map((axis) => -(x.shape[axis] ?? 1) - 1));
  return trace.one("Slice", [x, from, to, integers(axes), steps], x.shape, x.dtype);
});
