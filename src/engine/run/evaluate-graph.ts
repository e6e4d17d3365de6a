/**
 * A traced function computed in float64, node by node in JavaScript: what a program would give if nothing were rounded
 * to float32. Knows the operators of place-by-place arithmetic, selections and sums; neither matrices nor variables.
 */
import { EngineError } from "../../base/errors.ts";
import {
  type ConstantValue,
  type Node,
  type Shape,
  sizeOf,
  type Value,
  writtenOut,
} from "../ir/graph.ts";
import { reducedAxes } from "../ir/operators.ts";
import { ONNX_DTYPE } from "../onnx/dtypes.ts";
import { tf } from "../tfjs.ts";
import {
  type NamedTensors,
  type Placeholders,
  type Specs,
  traceProgram,
} from "../trace/trace-program.ts";

const truth = (holds: boolean): number => (holds ? 1 : 0);

/** Operators that work place by place, on elements of their operands; booleans are 0 and 1. */
const PLACE_BY_PLACE: Readonly<Record<string, (a: number, b: number, c: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Max: (a, b) => Math.max(a, b),
  Min: (a, b) => Math.min(a, b),
  Clip: (x, low, high) => Math.min(Math.max(x, low), high),
  Where: (condition, a, b) => (condition === 0 ? b : a),
  Greater: (a, b) => truth(a > b),
  GreaterOrEqual: (a, b) => truth(a >= b),
  Less: (a, b) => truth(a < b),
  LessOrEqual: (a, b) => truth(a <= b),
  Equal: (a, b) => truth(a === b),
  And: (a, b) => truth(a !== 0 && b !== 0),
  Or: (a, b) => truth(a !== 0 || b !== 0),
  Not: (a) => truth(a === 0),
  IsNaN: (a) => truth(Number.isNaN(a)),
  Neg: (a) => -a,
  Abs: (a) => Math.abs(a),
  Sign: (a) => Math.sign(a),
  Exp: (a) => Math.exp(a),
  Log: (a) => Math.log(a),
  Sqrt: (a) => Math.sqrt(a),
  Reciprocal: (a) => 1 / a,
  Sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  Tanh: (a) => Math.tanh(a),
};

/** Operators that give the elements of their first operand another shape. */
const RESHAPING: ReadonlySet<string> = new Set(["Reshape", "Squeeze", "Unsqueeze", "Identity"]);

/** For each place of a shape, the place of an operand that broadcasts to it or is laid out over it like tiles. */
function operandPlace(from: Shape, to: Shape): (place: number) => number {
  if (sizeOf(from) === 1) return () => 0;
  const offset = to.length - from.length;
  return (place) => {
    let rest = place;
    let found = 0;
    let stride = 1;
    for (let axis = to.length - 1; axis >= 0; axis -= 1) {
      const coordinate = rest % to[axis]!;
      rest = Math.floor(rest / to[axis]!);
      const length = axis < offset ? 1 : from[axis - offset]!;
      found += (coordinate % length) * stride;
      stride *= length;
    }
    return found;
  };
}

/** Significant digits that tell any two float32 apart. */
const FLOAT32_DIGITS = 9;

/** The number that was meant by a float32: the shortest decimal that rounds to it, 1.05 and not 1.0499999523. */
function meant(rounded: number): number {
  for (let digits = 1; digits < FLOAT32_DIGITS; digits += 1) {
    const decimal = Number(rounded.toPrecision(digits));
    if (Math.fround(decimal) === rounded) return decimal;
  }
  return rounded;
}

/** Elements of a constant. A number that the function holds is one element. */
function constantElements(value: ConstantValue): Float64Array {
  const elements = Float64Array.from(writtenOut(value), Number);
  return value.dtype === "float32" && value.data.length === 1 ? elements.map(meant) : elements;
}

type Elements = Float64Array;
type Read = (value: Value) => Elements;

function placeByPlace(
  compute: (a: number, b: number, c: number) => number,
  operands: readonly Value[],
  shape: Shape,
  read: Read,
): Elements {
  const sources = operands.map((operand) => {
    const elements = read(operand);
    const place = operandPlace(operand.shape, shape);
    return (at: number): number => elements[place(at)]!;
  });
  const at = (source: number, place: number): number => sources[source]?.(place) ?? Number.NaN;
  return Float64Array.from({ length: sizeOf(shape) }, (_, place) =>
    compute(at(0, place), at(1, place), at(2, place)),
  );
}

/** Sums or means over axes: each element goes to the place that its own coordinates have with those axes cut to 1. */
function reduced(node: Node, x: Value, read: Read): Elements {
  const axes = reducedAxes(node);
  if (axes === undefined) throw unknown(node);
  const kept = x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const sums = new Float64Array(sizeOf(kept));
  const place = operandPlace(kept, x.shape);
  read(x).forEach((element, at) => (sums[place(at)]! += element));
  const count = sizeOf(x.shape) / sums.length;
  return node.op === "ReduceMean" ? sums.map((sum) => sum / count) : sums;
}

function cast(node: Node, elements: Elements): Elements {
  const { to } = node.attributes;
  if (to === ONNX_DTYPE.bool) return elements.map((element) => truth(element !== 0));
  return to === ONNX_DTYPE.int32 ? elements.map((element) => Math.trunc(element) + 0) : elements;
}

function unknown({ op, source }: Node): EngineError {
  return new EngineError(
    "not-in-float64",
    `float64 evaluation knows ${Object.keys(PLACE_BY_PLACE).join(", ")}, sums and reshapes, got ${op} (of ${source})`,
    { fix: "Add the operator to src/engine/run/evaluate-graph.ts, or run the program itself." },
  );
}

function evaluate(node: Node, read: Read): Elements {
  const operands = node.inputs.filter((input) => input !== undefined);
  const [first] = operands;
  const shape = node.outputs[0]!.shape;
  const compute = PLACE_BY_PLACE[node.op];
  if (compute !== undefined) return placeByPlace(compute, operands, shape, read);
  if (first === undefined) throw unknown(node);
  if (node.op === "Expand" || node.op === "Tile")
    return placeByPlace((a) => a, [first], shape, read);
  if (node.op === "Cast") return cast(node, read(first));
  if (node.op === "ReduceSum" || node.op === "ReduceMean") return reduced(node, first, read);
  if (RESHAPING.has(node.op)) return read(first);
  throw unknown(node);
}

/**
 * Computes a function of tensors once, in float64.
 *
 * **When to use** To compare with numbers that another program computed in float64: the traced operations are those of
 * `compile`, without the rounding of its float32.
 *
 * **Details** Tracing rounds the numbers that the function itself holds to float32; here each counts as the shortest
 * decimal that rounds to it.
 *
 * **Gotchas** The backend in use is another one while this is awaited.
 *
 * @param fn - as for `compile`; it uses no variable.
 * @param feeds - the elements of each input, row-major.
 * @returns the elements of each output.
 * @throws {@link EngineError} for an operator that is not known here.
 */
export async function evaluateInFloat64<S extends Specs, R extends NamedTensors>(
  fn: (inputs: Placeholders<S>) => R,
  specs: S,
  feeds: { readonly [K in keyof S]: Float64Array },
): Promise<{ readonly [K in keyof R]: Float64Array }> {
  const backend: string | undefined = tf.getBackend(); // none before the first tensor
  await tf.setBackend("graph");
  try {
    const { graph } = traceProgram(fn, specs);
    const known = new Map<Value, Elements>();
    for (const input of graph.inputs) known.set(input, feeds[input.name]!);
    const read: Read = (value) => {
      if (value.kind === "constant") return constantElements(value);
      const elements = known.get(value);
      if (elements !== undefined) return elements;
      throw new EngineError("not-in-float64", "float64 evaluation knows no variables, got one");
    };
    for (const node of graph.nodes) {
      known.set(node.outputs[0]!, evaluate(node, read));
    }
    const outputs = graph.outputs.map(({ name, value }) => [name, read(value).slice()]);
    return Object.fromEntries(outputs) as { readonly [K in keyof R]: Float64Array };
  } finally {
    if (backend !== undefined) await tf.setBackend(backend);
  }
}
