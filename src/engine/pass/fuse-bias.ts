/** A matrix product, the row added to it and the ReLU of the sum become one node. */
import { type Graph, type Node, sameShape, type Value } from "../ir/graph.ts";
import { rewrite, type Walk } from "../ir/rewrite.ts";

/** A float32 row that is added to each of a matrix's rows. A full matrix is no gain: Gemm copies it first. */
const isRow = (value: Value | undefined, columns: number): value is Value =>
  value?.dtype === "float32" &&
  value.shape.at(-1) === columns &&
  (value.shape.length === 1 || (value.shape.length === 2 && value.shape[0] === 1));

/** The node behind a value that nobody else reads. */
function onlyFor(value: Value | undefined, walk: Walk): Node | undefined {
  return value?.kind === "result" && walk.readers(value) === 1 ? value.node : undefined;
}

/** Whether a node is a product of two matrices; with more axes Gemm does not serve. */
function isMatrixProduct(node: Node | undefined): node is Node {
  if (node?.op !== "MatMul" && node?.op !== "FusedMatMul") return false;
  const { transBatchA = 0, transBatchB = 0 } = node.attributes;
  const matrices = node.inputs.every((input) => input?.shape.length === 2);
  return matrices && transBatchA === 0 && transBatchB === 0;
}

/** x · w + b as one node. */
function biased(node: Node, walk: Walk): Value | undefined {
  const { inputs, outputs } = node;
  const [output] = outputs;
  if (output?.shape.length !== 2) return undefined;
  for (const [left, right] of [inputs, inputs.toReversed()]) {
    const product = onlyFor(left, walk);
    if (!isMatrixProduct(product) || !isRow(right, output.shape[1] ?? 0)) continue;
    if (!sameShape(left?.shape ?? [], output.shape)) continue; // a product that is a column is repeated
    const { transA = 0, transB = 0, alpha = { float: 1 } } = product.attributes;
    const attributes = { transA, transB, alpha };
    const { source } = product;
    return walk.emit({
      op: "Gemm",
      inputs: [...product.inputs, right],
      outputs,
      attributes,
      source,
    });
  }
  return undefined;
}

/** max(0, x · w + b) as one node, if the sum itself is not needed. */
function rectified(node: Node, walk: Walk): Value | undefined {
  const gemm = onlyFor(node.inputs[0], walk);
  if (gemm?.op !== "Gemm") return undefined;
  const attributes = { ...gemm.attributes, activation: "Relu" };
  const { inputs, source } = gemm;
  const { outputs } = node;
  return walk.emit({
    op: "FusedGemm",
    domain: "com.microsoft",
    inputs,
    outputs,
    attributes,
    source,
  });
}

/** Products with bias, and with ReLU, in one pass over the result. */
export function fuseBias(graph: Graph): Graph {
  return rewrite(graph, (node, walk) => {
    const value =
      node.op === "Add"
        ? biased(node, walk)
        : node.op === "Relu"
          ? rectified(node, walk)
          : undefined;
    return value && [value];
  });
}
