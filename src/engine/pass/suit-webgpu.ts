/**
 * Rewrites a program for ONNX Runtime's WebGPU provider, where that computes something else or nothing at all; knows of
 * no device.
 *
 * 1. Its SimplifiedLayerNormalization puts the mean where 1/root-mean-square belongs (seen with 1.30.0; the second result
 *    of LayerNormalization is the mean): that result is computed by nodes of its own.
 * 2. It has no FusedMatMul, FusedGemm and LogSoftmax, which would run on the processor, with a copy there and one back.
 */
import { filled, type Graph, integers, type Node, type Shape, type Value } from "../ir/graph.ts";
import { rewrite, type Walk } from "../ir/rewrite.ts";

/** Appends a float32 node. */
type Compute = (op: string, inputs: readonly Value[], shape: Shape) => Value;

const computeFor =
  ({ emit }: Walk, { source }: Node): Compute =>
  (op, inputs, shape) =>
    emit({ op, inputs, outputs: [{ shape, dtype: "float32" }], source });

const floatOf = (node: Node, name: string, otherwise: number): number => {
  const attribute = node.attributes[name];
  return typeof attribute === "object" && "float" in attribute ? attribute.float : otherwise;
};

/** 1/sqrt(mean(x²) + epsilon) over the last axis. */
function inverseRootMeanSquare(node: Node, compute: Compute): Value | undefined {
  const [x] = node.inputs;
  const column = node.outputs[1];
  if (x === undefined || column === undefined) return undefined;
  const { shape } = column;
  const last = integers([x.shape.length - 1]);
  const mean = compute("ReduceMean", [compute("Mul", [x, x], x.shape), last], shape);
  const epsilon = filled(floatOf(node, "epsilon", 0), [], "float32");
  return compute(
    "Reciprocal",
    [compute("Sqrt", [compute("Add", [mean, epsilon], shape)], shape)],
    shape,
  );
}

const PAIR = 2;

/** The value with its last two axes exchanged. */
function transposed(value: Value, { emit }: Walk, { source }: Node): Value {
  const before = value.shape.slice(0, -PAIR);
  const rank = value.shape.length;
  return emit({
    op: "Transpose",
    inputs: [value],
    outputs: [{ shape: [...before, ...value.shape.slice(-PAIR).toReversed()], dtype: value.dtype }],
    attributes: { perm: [...before.keys(), rank - 1, rank - PAIR] },
    source,
  });
}

/** A FusedMatMul of two matrices as Gemm; with more axes as MatMul, its transposes and its factor beside it. */
function plainProduct(node: Node, walk: Walk): Value | undefined {
  const [a, b] = node.inputs;
  const [output] = node.outputs;
  const { transA = 0, transB = 0, transBatchA = 0, transBatchB = 0 } = node.attributes;
  if (a === undefined || b === undefined || output === undefined) return undefined;
  if (transBatchA !== 0 || transBatchB !== 0) return undefined;
  const alpha = floatOf(node, "alpha", 1);
  const { source } = node;
  if (a.shape.length === PAIR && b.shape.length === PAIR) {
    const attributes = { transA, transB, alpha: { float: alpha } };
    return walk.emit({ op: "Gemm", inputs: [a, b], outputs: [output], attributes, source });
  }
  const left = transA === 1 ? transposed(a, walk, node) : a;
  const right = transB === 1 ? transposed(b, walk, node) : b;
  const compute = computeFor(walk, node);
  const product = compute("MatMul", [left, right], output.shape);
  return alpha === 1
    ? product
    : compute("Mul", [product, filled(alpha, [], "float32")], output.shape);
}

/** Activations of FusedGemm that are operators without parameters. */
const ACTIVATIONS: ReadonlySet<unknown> = new Set(["Relu", "Sigmoid", "Tanh"]);

/** A FusedGemm as Gemm and its activation. */
function plainGemm(node: Node, { emit }: Walk, compute: Compute): Value | undefined {
  const [output] = node.outputs;
  const { activation, ...attributes } = node.attributes;
  if (output === undefined || typeof activation !== "string" || !ACTIVATIONS.has(activation))
    return undefined;
  const { inputs, source } = node;
  const product = emit({ op: "Gemm", inputs, outputs: [output], attributes, source });
  return compute(activation, [product], output.shape);
}

/** LogSoftmax over the last axis: (x - max) - log(sum(exp(x - max))). */
function plainLogSoftmax(node: Node, compute: Compute): Value | undefined {
  const [x] = node.inputs;
  if (x === undefined) return undefined;
  const rank = x.shape.length;
  const { axis = -1 } = node.attributes;
  if (axis !== -1 && axis !== rank - 1) return undefined;
  const column = x.shape.with(-1, 1);
  const last = integers([rank - 1]);
  const centred = compute("Sub", [x, compute("ReduceMax", [x, last], column)], x.shape);
  const sum = compute("ReduceSum", [compute("Exp", [centred], x.shape), last], column);
  return compute("Sub", [centred, compute("Log", [sum], column)], x.shape);
}

/** The program in operators that the WebGPU provider has, and computes as the processor does. */
export function suitWebgpu(graph: Graph): Graph {
  return rewrite(graph, (node, walk) => {
    const compute = computeFor(walk, node);
    switch (node.op) {
      case "SimplifiedLayerNormalization": {
        const [x, gain] = node.inputs;
        const [y] = node.outputs;
        const inverse = inverseRootMeanSquare(node, compute);
        if (inverse === undefined || x === undefined || gain === undefined || y === undefined)
          return undefined;
        return [compute("Mul", [compute("Mul", [x, inverse], x.shape), gain], y.shape), inverse];
      }
      case "FusedMatMul": {
        const product = plainProduct(node, walk);
        return product && [product];
      }
      case "FusedGemm": {
        const product = plainGemm(node, walk, compute);
        return product && [product];
      }
      case "LogSoftmax": {
        const result = plainLogSoftmax(node, compute);
        return result && [result];
      }
      default:
        return undefined;
    }
  });
}
