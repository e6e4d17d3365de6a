/**
 * Sums over rows as a product with a row of ones: 2 to 5 times faster, since ONNX Runtime's ReduceSum walks columns when
 * threads share it. (With one thread and 1,000 rows or more the sum would be up to 1.8 times faster.)
 */
import { emitReshape } from "../ir/change-shape.ts";
import { filled, type Graph, type Node, sizeOf } from "../ir/graph.ts";
import { reducedAxes } from "../ir/operators.ts";
import { rewrite } from "../ir/rewrite.ts";

/** Below this many rows an ordinary sum is as good. */
const FEW_ROWS = 8;

/** How many leading axes the node sums a float32 tensor over; 0 if it does something else. */
function leadingAxes(node: Node): number {
  const [x] = node.inputs;
  if (node.op !== "ReduceSum" || x?.dtype !== "float32") return 0;
  const axes = reducedAxes(node) ?? [];
  return axes.length < x.shape.length && axes.every((axis, k) => axis === k) ? axes.length : 0;
}

/** Σ over the rows of x [N, D] = ones [1, N] · x; rows and columns may be several axes each. */
export function sumRowsByProduct(graph: Graph): Graph {
  return rewrite(graph, (node, walk) => {
    const [x] = node.inputs;
    const [output] = node.outputs;
    const leading = leadingAxes(node);
    if (leading === 0 || x === undefined || output === undefined) return undefined;
    const rows = sizeOf(x.shape.slice(0, leading));
    const columns = sizeOf(x.shape.slice(leading));
    if (rows < FEW_ROWS || columns === 0) return undefined;
    const site = { source: node.source, walk };
    const sums = walk.emit({
      op: "MatMul",
      inputs: [filled(1, [1, rows], "float32"), emitReshape(x, [rows, columns], site)],
      outputs: [{ shape: [1, columns], dtype: "float32" }],
      source: node.source,
    });
    return [emitReshape(sums, output.shape, site)];
  });
}
