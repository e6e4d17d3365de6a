/** Moves broadcasts down: computes on small shapes and repeats as late as possible, at best never. */
import { broadcastShape } from "../ir/broadcast-shape.ts";
import { emitExpand, emitReshape } from "../ir/change-shape.ts";
import {
  fillOf,
  filled,
  type Graph,
  integers,
  type Node,
  sameShape,
  type Shape,
  sizeOf,
  type Value,
} from "../ir/graph.ts";
import { PLACE_BY_PLACE, reducedAxes } from "../ir/operators.ts";
import { rewrite, type Walk } from "../ir/rewrite.ts";

const broadcastsTo = (from: Shape, to: Shape): boolean => {
  const shape = broadcastShape([from, to]);
  return shape !== undefined && sameShape(shape, to);
};

/** What an Expand repeats, or a Tile that does the same. */
function repeatedOperand(value: Value): Value | undefined {
  if (value.kind !== "result") return undefined;
  const { op, inputs } = value.node;
  const [source] = inputs;
  const repeats =
    op === "Expand" || (op === "Tile" && broadcastsTo(source?.shape ?? [], value.shape));
  return repeats ? source : undefined;
}

/** Whether {@link narrow} has anything to do. */
const isRepeated = (value: Value | undefined): boolean =>
  value !== undefined &&
  ((value.shape.length > 0 && fillOf(value) !== undefined) || repeatedOperand(value) !== undefined);

/** What is repeated to give a value: the source of an Expand, the element of a filled constant; else the value. */
function narrow(value: Value): Value {
  const fill = fillOf(value);
  if (fill !== undefined) return value.shape.length === 0 ? value : filled(fill, [], value.dtype);
  return repeatedOperand(value) ?? value;
}

/** The shape with ones in front, to a rank. */
const padded = (shape: Shape, rank: number): number[] => [
  ...Array.from({ length: rank - shape.length }, () => 1),
  ...shape,
];

/** The operands narrowed, as long as they keep the rank of the result. */
function narrowOperands(node: Node, rank: number): readonly (Value | undefined)[] {
  const inputs = node.inputs.map((input) => input && narrow(input));
  const widest = Math.max(...inputs.map((input) => input?.shape.length ?? 0));
  if (widest >= rank) return inputs;
  return inputs.map((input, k) =>
    fillOf(input) !== undefined && node.inputs[k]?.shape.length === rank
      ? filled(fillOf(input) ?? 0, padded([], rank), input?.dtype ?? "float32")
      : input,
  );
}

/** A node that works place by place does so before its operands are repeated. */
function sinkThroughPlaces(node: Node, walk: Walk): Value | undefined {
  const [output] = node.outputs;
  if (output === undefined || !node.inputs.some(isRepeated)) return undefined;
  const inputs = narrowOperands(node, output.shape.length);
  const isNarrower = inputs.some(
    (input, k) => input && !sameShape(input.shape, node.inputs[k]?.shape ?? []),
  );
  const shape = broadcastShape(inputs.flatMap((input) => (input ? [input.shape] : [])));
  if (!isNarrower || shape === undefined) return undefined;
  const result = walk.emit({ ...node, inputs, outputs: [{ shape, dtype: output.dtype }] });
  return emitExpand(result, output.shape, { source: node.source, walk });
}

/** Reductions that a repeated element changes by the number of repeats, or not at all. */
const REDUCTIONS: ReadonlySet<string> = new Set([
  "ReduceSum",
  "ReduceMean",
  "ReduceMax",
  "ReduceMin",
]);

/** A reduction over repeated axes is a multiplication, or nothing. */
function sinkThroughReduction(node: Node, walk: Walk): Value | undefined {
  const [x] = node.inputs;
  const [output] = node.outputs;
  const axes = reducedAxes(node);
  if (x === undefined || output === undefined || axes === undefined) return undefined;
  const narrowed = narrow(x);
  if (narrowed === x || sizeOf(x.shape) === 0) return undefined;
  const site = { source: node.source, walk };
  const shape = padded(narrowed.shape, x.shape.length);
  const own = axes.filter((axis) => shape[axis] !== 1);
  const repeats = axes.reduce((n, axis) => (shape[axis] === 1 ? n * (x.shape[axis] ?? 1) : n), 1);
  const reduced = shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const outputs = [{ shape: reduced, dtype: x.dtype }];
  let result = emitReshape(narrowed, shape, site);
  if (own.length > 0)
    result = walk.emit({
      ...node,
      inputs: [result, integers(own)],
      outputs,
      attributes: { keepdims: 1 },
    });
  if (node.op === "ReduceSum" && repeats !== 1) {
    const inputs = [result, filled(repeats, [], x.dtype)];
    result = walk.emit({ op: "Mul", inputs, outputs, source: node.source });
  }
  const dropped = node.attributes["keepdims"] === 0;
  const kept = dropped ? reduced.filter((_, axis) => !axes.includes(axis)) : reduced;
  return emitExpand(emitReshape(result, kept, site), output.shape, site);
}

/** One element repeated is one element repeated in any shape. */
function sinkThroughReshape(node: Node, walk: Walk): Value | undefined {
  const [x] = node.inputs;
  const [output] = node.outputs;
  if (x === undefined || output === undefined) return undefined;
  const narrowed = narrow(x);
  if (narrowed === x || sizeOf(narrowed.shape) !== 1) return undefined;
  const site = { source: node.source, walk };
  return emitExpand(emitReshape(narrowed, [], site), output.shape, site);
}

/**
 * Broadcast laziness. tfjs's gradients of sums and means multiply by tensors of ones in full size; here they vanish.
 */
export function sinkBroadcasts(graph: Graph): Graph {
  return rewrite(graph, (node, walk) => {
    let value: Value | undefined;
    if (PLACE_BY_PLACE.has(node.op)) value = sinkThroughPlaces(node, walk);
    else if (REDUCTIONS.has(node.op)) value = sinkThroughReduction(node, walk);
    else if (node.op === "Reshape") value = sinkThroughReshape(node, walk);
    return value && [value];
  });
}
