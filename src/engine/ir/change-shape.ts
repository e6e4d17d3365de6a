/** Nodes that give a value another shape, left out where the shape is the same; knows no pass. */
import { integers, sameShape, type Shape, type Value } from "./graph.ts";
import type { Walk } from "./rewrite.ts";

/** What the new nodes belong to. */
interface Site {
  readonly source: string;
  readonly walk: Walk;
}

function emitShaped(op: string, value: Value, shape: Shape, { source, walk }: Site): Value {
  if (sameShape(value.shape, shape)) return value;
  const outputs = [{ shape, dtype: value.dtype }];
  return walk.emit({ op, inputs: [value, integers(shape)], outputs, source });
}

/** The same elements in another shape, none of whose lengths may be 0 (ONNX reads 0 as "keep"). */
export function emitReshape(value: Value, shape: Shape, site: Site): Value {
  return emitShaped("Reshape", value, shape, site);
}

/** The value repeated along axes of length 1, and along new axes in front. */
export function emitExpand(value: Value, shape: Shape, site: Site): Value {
  return emitShaped("Expand", value, shape, site);
}
