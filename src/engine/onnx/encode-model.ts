/** A graph as the bytes of an ONNX model; field numbers are those of onnx.proto (IR version 9). */
import { EngineError } from "../../base/errors.ts";
import {
  type Attribute,
  type ConstantValue,
  type Data,
  type DType,
  filled,
  type Graph,
  type Node,
  type Shape,
  sizeOf,
  type Value,
  writtenOut,
} from "../ir/graph.ts";
import { separateOutputs } from "../pass/separate-outputs.ts";
import { ONNX_DTYPE } from "./dtypes.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";
import { ValueNames } from "./value-names.ts";

/** Version of the model format and of ONNX's operator set; 20 is the newest set whose kernels the engine was tested with. */
const IR_VERSION = 9;
const OPERATOR_SET = 20;

/** AttributeProto.AttributeType. */
const FLOAT = 1;
const INT = 2;
const STRING = 3;
const INTS = 7;

/** An encoded program and the names under which its tensors enter and leave. */
export interface EncodedModel {
  readonly bytes: Uint8Array;
  /** Name of each input and variable that the nodes read. */
  readonly feeds: ReadonlyMap<Value, string>;
  /** Names of the outputs and of the variables' new values, in the graph's order. */
  readonly outputs: readonly string[];
  readonly updates: readonly string[];
}

/** Asks for a first output of sequence type, see `sequence-escape.ts`. */
export interface EncodeOptions {
  readonly sequenceOutput?: string;
}

const rawBytes = (data: Data): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

function tensorProto(name: string, value: ConstantValue): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const length of value.shape) writer.integer(1, length);
  return writer
    .integer(2, ONNX_DTYPE[value.dtype])
    .text(8, name)
    .raw(9, rawBytes(writtenOut(value)));
}

function tensorType(dtype: DType, shape: Shape): ProtobufWriter {
  const dimensions = new ProtobufWriter();
  for (const length of shape) dimensions.message(1, new ProtobufWriter().integer(1, length));
  return new ProtobufWriter().integer(1, ONNX_DTYPE[dtype]).message(2, dimensions);
}

const valueInfo = (name: string, dtype: DType, shape: Shape): ProtobufWriter =>
  new ProtobufWriter()
    .text(1, name)
    .message(2, new ProtobufWriter().message(1, tensorType(dtype, shape)));

function sequenceInfo(name: string): ProtobufWriter {
  const element = new ProtobufWriter().message(1, tensorType("float32", []));
  const sequence = new ProtobufWriter().message(1, element);
  return new ProtobufWriter().text(1, name).message(2, new ProtobufWriter().message(4, sequence));
}

function attributeProto(name: string, value: Attribute): ProtobufWriter {
  const writer = new ProtobufWriter().text(1, name);
  if (typeof value === "number") return writer.integer(3, value).integer(20, INT);
  if (typeof value === "string") return writer.text(4, value).integer(20, STRING);
  if ("float" in value) return writer.float(2, value.float).integer(20, FLOAT);
  for (const one of value) writer.integer(8, one);
  return writer.integer(20, INTS);
}

interface RawNode {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Node["attributes"];
}

function nodeProto(
  { op, domain, inputs, outputs, attributes }: RawNode,
  index: number,
): ProtobufWriter {
  const writer = new ProtobufWriter();
  for (const input of inputs) writer.text(1, input);
  for (const output of outputs) writer.text(2, output);
  writer.text(3, `${op}_${index}`).text(4, op);
  for (const [name, value] of Object.entries(attributes))
    writer.message(5, attributeProto(name, value));
  return domain === "" ? writer : writer.text(7, domain);
}

/** Protocol Buffers allows no larger message. */
const LARGEST_MODEL = 2 ** 31 - 1;

const BYTES: Readonly<Record<DType, number>> = { float32: 4, int32: 4, int64: 8, bool: 1 };

function checkSize(constants: Iterable<ConstantValue>): void {
  let bytes = 0;
  let largest: ConstantValue | undefined;
  const bytesOf = ({ dtype, shape }: ConstantValue): number => BYTES[dtype] * sizeOf(shape);
  for (const constant of constants) {
    bytes += bytesOf(constant);
    if (largest === undefined || bytesOf(constant) > bytesOf(largest)) largest = constant;
  }
  if (largest === undefined || bytes <= LARGEST_MODEL) return;
  throw new EngineError(
    "model-too-large",
    `a program's constants must fit into ${LARGEST_MODEL} bytes together, got ${bytes}; the largest is ${largest.dtype} [${largest.shape.join(", ")}]`,
    { fix: "Pass large tensors as inputs or keep them in variables." },
  );
}

/**
 * Encodes a graph, its outputs separated ({@link separateOutputs}).
 *
 * @throws {@link EngineError} if the constants are larger than a model may be.
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
export function encodeModel(given: Graph, options: EncodeOptions = {}): EncodedModel {
  const graph = separateOutputs(given);
  const namer = new ValueNames();
  const leavingOutputs = graph.outputs.map(({ value }, k) => ({ value, name: `out_${k}` }));
  const leavingUpdates = graph.updates.map(({ value }, k) => ({ value, name: `new_${k}` }));
  const leaving = [...leavingOutputs, ...leavingUpdates];
  for (const { value, name } of leaving) namer.call(value, name);
  const nodes: RawNode[] = graph.nodes.map(
    ({ op, domain, inputs, outputs: results, attributes }) => ({
      op,
      domain,
      attributes,
      inputs: inputs.map((input) => (input === undefined ? "" : namer.name(input))),
      outputs: results.map((output) => namer.name(output)),
    }),
  );
  const { sequenceOutput } = options;
  if (sequenceOutput !== undefined) {
    const element = namer.name(filled(0, [], "float32"));
    nodes.push({
      op: "SequenceConstruct",
      domain: "",
      inputs: [element],
      outputs: [sequenceOutput],
      attributes: {},
    });
  }
  const constants = [...namer.constants.values()];
  checkSize(constants.map(({ value }) => value));
  const body = new ProtobufWriter();
  for (const [index, node] of nodes.entries()) body.message(1, nodeProto(node, index));
  body.text(2, "program");
  for (const { name, value } of constants) body.message(5, tensorProto(name, value));
  for (const [{ dtype, shape }, name] of namer.feeds)
    body.message(11, valueInfo(name, dtype, shape));
  if (sequenceOutput !== undefined) body.message(12, sequenceInfo(sequenceOutput));
  for (const { value, name } of leaving)
    body.message(12, valueInfo(name, value.dtype, value.shape));
  const operatorSet = (domain: string, version: number): ProtobufWriter =>
    new ProtobufWriter().text(1, domain).integer(2, version);
  const model = new ProtobufWriter()
    .integer(1, IR_VERSION)
    .text(2, "entlaw")
    .message(7, body)
    .message(8, operatorSet("", OPERATOR_SET))
    .message(8, operatorSet("com.microsoft", 1));
  return {
    bytes: model.bytes(),
    feeds: namer.feeds,
    outputs: leavingOutputs.map(({ name }) => name),
    updates: leavingUpdates.map(({ name }) => name),
  };
}
