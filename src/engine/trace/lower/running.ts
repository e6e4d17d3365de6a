/** Rules of kernels that accumulate along an axis. */
import type * as K from "@tensorflow/tfjs-core/dist/kernel_names.js";
import { filled, integers, type Value } from "../../ir/graph.ts";
import { rule } from "../lowering.ts";
import type { Trace } from "../trace.ts";
import { asNumber } from "./element-wise.ts";
import { axesOf } from "./reductions.ts";

export const cumsum = rule<K.CumsumInputs, K.CumsumAttrs>(
  ({ x }, { axis, exclusive, reverse }, trace) => {
    const number = asNumber(x, trace);
    const [along = 0] = axesOf(axis, x.shape.length);
    const attributes = { exclusive: exclusive ? 1 : 0, reverse: reverse ? 1 : 0 };
    const inputs = [number, filled(along, [], "int64")];
    return trace.one("CumSum", inputs, x.shape, number.dtype, attributes);
  },
);

/** Moves elements along an axis, away from the end at which accumulation starts; ones fill the gap. */
function shifted(x: Value, axis: number, by: number, reverse: boolean, trace: Trace): Value {
  const length = x.shape[axis] ?? 1;
  const [from, to] = reverse ? [by, length] : [0, length - by];
  const ends = [integers([from]), integers([to]), integers([axis])];
  const kept = trace.one("Slice", [x, ...ends], x.shape.with(axis, length - by), x.dtype);
  const pads = x.shape.flatMap(() => [0, 0]).with(reverse ? x.shape.length + axis : axis, by);
  return trace.one("Pad", [kept, integers(pads), filled(1, [], x.dtype)], x.shape, x.dtype, {
    mode: "constant",
  });
}

/** Products of runs of 2, 4, 8 … elements (Hillis and Steele 1986): ONNX has running sums only. */
export const cumprod = rule<K.CumprodInputs, K.CumprodAttrs>(
  ({ x }, { axis, exclusive, reverse }, trace) => {
    const number = asNumber(x, trace);
    const [along = 0] = axesOf(axis, x.shape.length);
    const length = x.shape[along] ?? 1;
    let product = exclusive ? shifted(number, along, 1, reverse, trace) : number;
    for (let run = 1; run < length; run *= 2) {
      const before = shifted(product, along, run, reverse, trace);
      product = trace.one("Mul", [product, before], x.shape, number.dtype);
    }
    return product;
  },
);
