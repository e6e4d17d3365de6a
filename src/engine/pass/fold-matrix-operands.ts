/** Lets matrix products read transposed operands and multiply by scalars themselves. */
import { fillOf, type Graph, type Node, sameShape, type Value } from "../ir/graph.ts";
import { axisOrder } from "../ir/operators.ts";
import { rewrite, type Walk } from "../ir/rewrite.ts";

/**
 * Factors between 1 / this and this are moved: in that range x · c and x · y · c overflow or vanish together for any
 * numbers that training can use. A factor of 0 stays, since 0 · ∞ must be NaN.
 */
const LARGEST_FACTOR = 2 ** 24;

/** What a product node computes: alpha · op(a) · op(b). */
interface Product {
  readonly a: Value;
  readonly b: Value;
  readonly transA: boolean;
  readonly transB: boolean;
  readonly alpha: number;
}

function productOf(node: Node): Product | undefined {
  const [a, b] = node.inputs;
  if (a === undefined || b === undefined) return undefined;
  if (a.shape.length < 2 || b.shape.length < 2) return undefined;
  if (node.op === "MatMul") return { a, b, transA: false, transB: false, alpha: 1 };
  if (node.op !== "FusedMatMul") return undefined;
  const { transA, transB, alpha, transBatchA = 0, transBatchB = 0 } = node.attributes;
  if (transBatchA !== 0 || transBatchB !== 0) return undefined;
  const factor = typeof alpha === "object" && "float" in alpha ? alpha.float : 1;
  return { a, b, transA: transA === 1, transB: transB === 1, alpha: factor };
}

/** x, if the value is x with its last two axes exchanged. */
function beforeTranspose(value: Value): Value | undefined {
  if (value.kind !== "result" || value.node.op !== "Transpose") return undefined;
  const order = axisOrder(value.node);
  const rank = order.length;
  const swaps = order.every(
    (axis, k) => axis === (k === rank - 2 ? rank - 1 : k === rank - 1 ? rank - 2 : k),
  );
  return swaps && rank >= 2 ? value.node.inputs[0] : undefined;
}

/** x and c, if the value is x · c with a scalar c and x of the same shape. */
function beforeScale(value: Value): { readonly x: Value; readonly factor: number } | undefined {
  if (value.kind !== "result" || value.node.op !== "Mul") return undefined;
  const [left, right] = value.node.inputs;
  for (const [x, c] of [
    [left, right],
    [right, left],
  ]) {
    const factor = fillOf(c);
    const size = Math.abs(factor ?? 0);
    if (!(size <= LARGEST_FACTOR && size >= 1 / LARGEST_FACTOR)) continue;
    if (factor !== undefined && x?.dtype === "float32" && sameShape(x.shape, value.shape))
      return { x, factor };
  }
  return undefined;
}

/** Operand and product with one transpose or factor of the operand taken in, as often as there is one. */
function absorbed(product: Product): Product {
  for (const side of ["a", "b"] as const) {
    const flag = side === "a" ? "transA" : "transB";
    const inner = beforeTranspose(product[side]);
    if (inner !== undefined) return absorbed({ ...product, [side]: inner, [flag]: !product[flag] });
    const scaled = beforeScale(product[side]);
    if (scaled !== undefined)
      return absorbed({ ...product, [side]: scaled.x, alpha: product.alpha * scaled.factor });
  }
  return product;
}

function emitProduct(product: Product, like: Node, { emit }: Walk): Value {
  const { a, b, transA, transB, alpha } = product;
  const { outputs, source } = like;
  if (!transA && !transB && alpha === 1)
    return emit({ op: "MatMul", inputs: [a, b], outputs, source });
  const attributes = { transA: transA ? 1 : 0, transB: transB ? 1 : 0, alpha: { float: alpha } };
  return emit({
    op: "FusedMatMul",
    domain: "com.microsoft",
    inputs: [a, b],
    outputs,
    attributes,
    source,
  });
}

/** The product that computes a value which nobody else reads. */
function productBehind(value: Value | undefined, walk: Walk): Product | undefined {
  if (value?.kind !== "result" || walk.readers(value) > 1) return undefined;
  return productOf(value.node);
}

/** (x · y) · c as one product. */
function scaledProduct(node: Node, walk: Walk): Value | undefined {
  const scaled = node.outputs[0] && beforeScale(node.outputs[0]);
  const product = productBehind(scaled?.x, walk);
  if (scaled === undefined || product === undefined) return undefined;
  return emitProduct({ ...product, alpha: product.alpha * scaled.factor }, node, walk);
}

/** (x · y)ᵀ as yᵀ · xᵀ. */
function transposedProduct(node: Node, walk: Walk): Value | undefined {
  const product = productBehind(node.outputs[0] && beforeTranspose(node.outputs[0]), walk);
  if (product === undefined) return undefined;
  const { a, b, transA, transB, alpha } = product;
  return emitProduct({ a: b, b: a, transA: !transB, transB: !transA, alpha }, node, walk);
}

/** What a product becomes when it takes its operands' transposes and factors in. */
function fullerProduct(node: Node, walk: Walk): Value | undefined {
  const product = productOf(node);
  if (product === undefined) return undefined;
  const better = absorbed(product);
  return better === product ? undefined : emitProduct(better, node, walk);
}

/** Transposes and scalar factors, before products and after them, go into FusedMatMul's attributes. */
export function foldMatrixOperands(graph: Graph): Graph {
  const rules: Readonly<Record<string, (node: Node, walk: Walk) => Value | undefined>> = {
    Mul: scaledProduct,
    Transpose: transposedProduct,
    MatMul: fullerProduct,
    FusedMatMul: fullerProduct,
  };
  return rewrite(graph, (node, walk) => {
    const value = rules[node.op]?.(node, walk);
    return value && [value];
  });
}
