/** Takes away operations that return an operand, and joins pairs that one operation can do. */
import { emitReshape } from "../ir/change-shape.ts";
import { fillOf, type Graph, type Node, sameShape, type Value } from "../ir/graph.ts";
import { axisOrder } from "../ir/operators.ts";
import { rewrite, type Walk } from "../ir/rewrite.ts";

/** Operators and the second operand with which they return the first. */
const NEUTRAL: Readonly<Record<string, number>> = { Add: 0, Sub: 0, Mul: 1, Div: 1, Pow: 1 };

/** The node that computes a value, if it has the given operator. */
function computedBy(value: Value | undefined, op: string): Node | undefined {
  return value?.kind === "result" && value.node.op === op ? value.node : undefined;
}

const inOrder = (order: readonly number[]): boolean => order.every((axis, k) => axis === k);

/** An operand that can stand for the node's result, or undefined. */
function same(node: Node): Value | undefined {
  const [a, b] = node.inputs;
  const neutral = NEUTRAL[node.op];
  if (neutral !== undefined) {
    if (fillOf(b) === neutral) return a;
    return (node.op === "Add" || node.op === "Mul") && fillOf(a) === neutral ? b : undefined;
  }
  switch (node.op) {
    case "Identity":
    case "Cast":
    case "Reshape":
    case "Expand":
      return a;
    case "Transpose":
      return inOrder(axisOrder(node)) ? a : undefined;
    case "Neg":
      return computedBy(a, "Neg")?.inputs[0];
    default:
      return undefined;
  }
}

/** Two changes of layout as one. */
function joined(node: Node, walk: Walk): Value | undefined {
  const [output] = node.outputs;
  const inner = computedBy(node.inputs[0], node.op);
  const x = inner?.inputs[0];
  if (inner === undefined || x === undefined || output === undefined) return undefined;
  const { op, source, outputs } = node;
  if (op === "Reshape")
    return output.shape.includes(0) ? undefined : emitReshape(x, output.shape, { source, walk });
  if (op !== "Transpose") return undefined;
  const perm = axisOrder(node).map((axis) => axisOrder(inner)[axis] ?? 0);
  return inOrder(perm) ? x : walk.emit({ op, inputs: [x], outputs, attributes: { perm }, source });
}

/** Arithmetic with one operation less or a cheaper one, bit for bit. */
function cheaper(node: Node, { emit }: Walk): Value | undefined {
  const { op, outputs, source } = node;
  const [a, b] = node.inputs;
  if (a === undefined || b === undefined) return undefined;
  const become = (name: string, left: Value, right: Value): Value =>
    emit({ op: name, inputs: [left, right], outputs, source });
  if (op === "Pow" && fillOf(b) === 2 && sameShape(a.shape, outputs[0]?.shape ?? []))
    return become("Mul", a, a);
  const negatedRight = computedBy(b, "Neg")?.inputs[0];
  if (op === "Sub" && negatedRight !== undefined) return become("Add", a, negatedRight);
  if (op !== "Add") return undefined;
  if (negatedRight !== undefined) return become("Sub", a, negatedRight);
  const negatedLeft = computedBy(a, "Neg")?.inputs[0];
  return negatedLeft && become("Sub", b, negatedLeft);
}

/**
 * x · 1, x + 0, x¹, x to its own type, shape or order of axes, −(−x), a reshape of a reshape, x + (−y), x² as x · x.
 *
 * Results stay what they were bit for bit, with one exception: −0 + 0 is 0, and here −0.
 */
export function foldIdentities(graph: Graph): Graph {
  return rewrite(graph, (node, walk) => {
    const [output] = node.outputs;
    const value = same(node);
    if (value !== undefined && output !== undefined && value.dtype === output.dtype)
      if (sameShape(value.shape, output.shape)) return [value];
    const shorter = joined(node, walk) ?? cheaper(node, walk);
    return shorter && [shorter];
  });
}
