/** What passes must know of ONNX operators: how their results depend on their operands; knows no pass. */
import type { Node } from "./graph.ts";

const words = (text: string): string[] => text.split(" ");

/** The result at a place depends on the operands there alone; operands broadcast. */
export const PLACE_BY_PLACE: ReadonlySet<string> = new Set([
  ...words("Add Sub Mul Div Pow Max Min Mod Where"),
  ...words("Equal Greater GreaterOrEqual Less LessOrEqual And Or Xor Not IsNaN IsInf"),
  ...words("Abs Neg Sign Reciprocal Sqrt Exp Log Erf Floor Ceil Round Cast"),
  ...words("Sin Cos Tan Asin Acos Atan Sinh Cosh Tanh Asinh Acosh Atanh"),
  ...words("Relu LeakyRelu Elu Selu Sigmoid Softplus"),
]);

/** Two operands that may change places. */
export const COMMUTATIVE: ReadonlySet<string> = new Set(words("Add Mul Equal And Or Xor"));

/** Two nodes alike do not give the same result. */
export const RANDOM: ReadonlySet<string> = new Set([
  ...words("RandomNormal RandomNormalLike RandomUniform RandomUniformLike"),
  ...words("Multinomial Bernoulli Dropout"),
]);

/** The axes a reduction runs over, counted from the front and sorted; undefined where they are not written in the graph. */
export function reducedAxes(node: Node): readonly number[] | undefined {
  const [x, axes] = node.inputs;
  if (x === undefined || axes?.kind !== "constant") return undefined;
  const rank = x.shape.length;
  const listed = [...axes.data].map(Number).map((axis) => (axis < 0 ? axis + rank : axis));
  return listed.toSorted((one, other) => one - other);
}

/** The order of axes of a Transpose. */
export function axisOrder(node: Node): readonly number[] {
  const { perm } = node.attributes;
  if (Array.isArray(perm)) return perm as readonly number[];
  const rank = node.outputs[0]?.shape.length ?? 0; // ONNX's default is the reverse
  return Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
}
