/** The engine's intermediate form: ONNX operators on values of static shape; knows neither tfjs nor ONNX Runtime. */

/** Element types of a value. `int64` occurs only where an ONNX operator demands it (axes, shapes, indices). */
export type DType = "float32" | "int32" | "bool" | "int64";

/** The memory behind a value of each element type; booleans take one byte. */
export type Data = Float32Array | Int32Array | Uint8Array | BigInt64Array;

/** Lengths of the axes, outermost first. */
export type Shape = readonly number[];

interface Typed {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A tensor the caller hands over at each call. */
export interface InputValue extends Typed {
  readonly kind: "input";
  readonly name: string;
}

/** A variable as it is before the call. Values are one per variable: compared by identity. */
export interface StateValue extends Typed {
  readonly kind: "state";
  readonly name: string;
}

/** A tensor known when the program is traced. */
export interface ConstantValue extends Typed {
  readonly kind: "constant";
  /** Elements in row-major order, or one element that fills the whole shape. */
  readonly data: Data;
}

/** What a node computes. */
interface ResultValue extends Typed {
  readonly kind: "result";
  readonly node: Node;
  /** Which of the node's outputs. */
  readonly index: number;
}

export type Value = InputValue | StateValue | ConstantValue | ResultValue;

/** An attribute: integers, floats (marked, since 1 and 1.0 are one number in JavaScript), text, or integer lists. */
export type Attribute = number | string | readonly number[] | { readonly float: number };
export type Attributes = Readonly<Record<string, Attribute>>;

/** Operator set of a node: ONNX itself, or the fused operators that ONNX Runtime adds. */
export type Domain = "" | "com.microsoft";

/** One application of an operator. */
export interface Node {
  readonly op: string;
  readonly domain: Domain;
  /** `undefined` is an optional input left out. */
  readonly inputs: readonly (Value | undefined)[];
  readonly attributes: Attributes;
  readonly outputs: readonly ResultValue[];
  /** The tfjs operation that asked for it, for messages and listings. */
  readonly source: string;
}

/** A variable and the value it takes when the call ends. */
interface Update {
  readonly state: StateValue;
  readonly value: Value;
}

/** A whole program. */
export interface Graph {
  readonly inputs: readonly InputValue[];
  /** In an order in which each node follows the nodes it reads. */
  readonly nodes: readonly Node[];
  readonly outputs: readonly { readonly name: string; readonly value: Value }[];
  readonly updates: readonly Update[];
}

/** Number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** Whether two shapes are the same. */
export function sameShape(left: Shape, right: Shape): boolean {
  return left.length === right.length && left.every((length, axis) => length === right[axis]);
}

/** The memory of `length` elements of a type. */
export function allocate(dtype: DType, length: number): Data {
  switch (dtype) {
    case "float32":
      return new Float32Array(length);
    case "int32":
      return new Int32Array(length);
    case "bool":
      return new Uint8Array(length);
    case "int64":
      return new BigInt64Array(length);
  }
}

/** The element that fills a constant, if it is one element repeated (a stored tensor is not searched). */
export function fillOf(value: Value | undefined): number | undefined {
  return value?.kind === "constant" && value.data.length === 1 ? Number(value.data[0]) : undefined;
}

/** A constant filled with one element. */
export function filled(element: number, shape: Shape, dtype: DType): ConstantValue {
  const data = allocate(dtype, 1);
  if (data instanceof BigInt64Array) data[0] = BigInt(element);
  else data[0] = element;
  return { kind: "constant", data, shape, dtype };
}

/** An int64 list: axes, shapes, split sizes. */
export function integers(list: readonly number[]): ConstantValue {
  return {
    kind: "constant",
    data: BigInt64Array.from(list, BigInt),
    shape: [list.length],
    dtype: "int64",
  };
}

/** All elements of a constant: one that fills the shape is repeated. */
export function writtenOut({ data, dtype, shape }: ConstantValue): Data {
  const size = sizeOf(shape);
  if (data.length === size) return data;
  const full = allocate(dtype, size);
  const [element] = data;
  if (full instanceof BigInt64Array) full.fill(BigInt(element ?? 0));
  else full.fill(Number(element));
  return full;
}

/** What a node is made of; its outputs follow. */
export interface NodeParts {
  readonly op: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly { readonly shape: Shape; readonly dtype: DType }[];
  readonly attributes?: Attributes;
  readonly domain?: Domain;
  readonly source: string;
}

/** Makes a node together with the values it computes. */
export function makeNode(parts: NodeParts): Node {
  const outputs: ResultValue[] = [];
  const node: Node = {
    op: parts.op,
    domain: parts.domain ?? "",
    inputs: parts.inputs,
    attributes: parts.attributes ?? {},
    outputs,
    source: parts.source,
  };
  for (const { shape, dtype } of parts.outputs)
    outputs.push({ kind: "result", node, index: outputs.length, shape, dtype });
  return node;
}

/** The elements of a constant as text that tells apart whatever numbers differ, 0 and −0 too. */
export function elementsText(data: Data): string {
  const text = data.join();
  if (!(data instanceof Float32Array) || !data.includes(0)) return text;
  return Array.from(data, (one) => (Object.is(one, -0) ? "-0" : String(one))).join();
}
