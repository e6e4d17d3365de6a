/** Rules of matrix products. */
import type * as K from "@tensorflow/tfjs-core/dist/kernel_names.js";
import { EngineError } from "../../../base/errors.ts";
import { broadcastShape } from "../../ir/broadcast-shape.ts";
import { filled, sizeOf, type Value } from "../../ir/graph.ts";
import { tf } from "../../tfjs.ts";
import { rule } from "../lowering.ts";
import type { Trace } from "../trace.ts";
import { cast, truncated } from "./cast.ts";
import { asNumber, broadcast, clipped, commonDType, preluOf, reshaped } from "./element-wise.ts";

const last = (value: Value, back: number): number => value.shape[value.shape.length - back] ?? 1;

/** [..., M, K] · [..., K, N] with either operand read transposed; batch axes broadcast. Integers up to 2²⁴ are exact. */
export function matMul(
  a: Value,
  b: Value,
  transposeA: boolean,
  transposeB: boolean,
  trace: Trace,
): Value {
  const rows = last(a, transposeA ? 1 : 2);
  const columns = last(b, transposeB ? 2 : 1);
  const batch = broadcastShape([a.shape.slice(0, -2), b.shape.slice(0, -2)]);
  if (batch === undefined)
    throw new EngineError(
      "shape-mismatch",
      `matMul: batch axes must broadcast, got [${a.shape.join(", ")}] and [${b.shape.join(", ")}]`,
    );
  const shape = [...batch, rows, columns];
  const left = cast(a, "float32", trace);
  const right = cast(b, "float32", trace);
  const dtype = commonDType(a, b);
  if (!transposeA && !transposeB)
    return cast(trace.one("MatMul", [left, right], shape, "float32"), dtype, trace);
  const attributes = {
    transA: transposeA ? 1 : 0,
    transB: transposeB ? 1 : 0,
    alpha: { float: 1 },
  };
  const product = trace.one(
    "FusedMatMul",
    [left, right],
    shape,
    "float32",
    attributes,
    "com.microsoft",
  );
  return cast(product, dtype, trace);
}

export const batchMatMul = rule<K.BatchMatMulInputs, K.BatchMatMulAttrs>(
  ({ a, b }, { transposeA, transposeB }, trace) => matMul(a, b, transposeA, transposeB, trace),
);

/** Refuses what tfjs refuses. A letter of one operand alone is summed as it should be; tfjs's cpu backend pairs it with a wrong axis. */
export const einsum = rule<Value[], K.EinsumAttrs>((operands, { equation }, trace) => {
  const { backend_util: check } = tf;
  const { allDims, idDims } = check.decodeEinsumEquation(equation, operands.length);
  const tensors = operands.map(({ shape }) => ({ shape: [...shape] }));
  check.checkEinsumDimSizes(allDims.length, idDims, tensors as tf.Tensor[]);
  const lengths = new Map<string, number>();
  for (const [k, places] of idDims.entries())
    for (const [axis, place] of places.entries())
      lengths.set(allDims[place] ?? "", operands[k]?.shape[axis] ?? 1);
  const [, right = ""] = equation.replaceAll(/\s/g, "").split("->");
  const shape = right.split("").map((letter) => lengths.get(letter) ?? 1);
  const dtype = operands.some((one) => one.dtype === "float32") ? "float32" : "int32";
  const numbers = operands.map((one) => cast(one, dtype, trace));
  return trace.one("Einsum", numbers, shape, dtype, { equation: equation.replaceAll(/\s/g, "") });
});

function activated(
  x: Value,
  { activation, leakyreluAlpha = 0.2 }: K._FusedMatMulAttrs,
  weights: Value | undefined,
  trace: Trace,
): Value {
  const apply = (op: string, attributes = {}): Value =>
    trace.one(op, [x], x.shape, x.dtype, attributes);
  switch (activation) {
    case "linear":
      return x;
    case "relu":
      return apply("Relu");
    case "relu6":
      return clipped(x, 0, 6, trace);
    case "elu":
      return apply("Elu");
    case "sigmoid":
      return apply("Sigmoid");
    case "leakyrelu":
      return apply("LeakyRelu", { alpha: { float: leakyreluAlpha } });
    case "prelu":
      return preluOf(x, weights!, trace);
  }
}

interface FusedOperands {
  readonly a: tf.TensorInfo;
  readonly b: tf.TensorInfo;
  readonly bias?: tf.TensorInfo;
  readonly preluActivationWeights?: tf.TensorInfo;
}

/** Only tf.fused.matMul outside gradients asks for it; under a gradient tfjs takes it apart. */
export const fusedMatMul = rule<FusedOperands, K._FusedMatMulAttrs>((operands, attrs, trace) => {
  const { a, b, bias, preluActivationWeights } = operands;
  const product = matMul(a, b, attrs.transposeA, attrs.transposeB, trace);
  const sum = bias ? broadcast("Add", [product, bias], product.dtype, trace) : product;
  const result = activated(cast(sum, "float32", trace), attrs, preluActivationWeights, trace);
  return truncated(result, sum.dtype, trace);
});

/** A square matrix with the elements on its diagonal, its axes those of x twice. */
export const diag = rule<K.DiagInputs>(({ x }, _, trace) => {
  const size = sizeOf(x.shape);
  const onDiagonal = Uint8Array.from({ length: size * size }, (__, k) =>
    Number(k % (size + 1) === 0),
  );
  const eye: Value = { kind: "constant", data: onDiagonal, shape: [size, size], dtype: "bool" };
  const column = asNumber(reshaped(x, [size, 1], trace), trace);
  // A choice, not a product: NaN times 0 is NaN.
  const operands = [eye, column, filled(0, [], column.dtype)];
  const spread = broadcast("Where", operands, column.dtype, trace);
  return reshaped(cast(spread, x.dtype, trace), [...x.shape, ...x.shape], trace);
});
