/** Named arrays of numbers in the safetensors format, to bytes and back; knows nothing of what they are the weights of. */
import { ShapeError } from "../base/errors.ts";
import { type TensorDtype, type TensorValues, elementBytes } from "./safetensors-dtypes.ts";
import { parseHeader } from "./safetensors-header.ts";

/** A tensor, row-major. A shape without axes is a single number. */
export type NamedTensor = {
  [D in TensorDtype]: {
    readonly dtype: D;
    readonly shape: readonly number[];
    readonly values: TensorValues[D];
  };
}[TensorDtype];

/** What a file holds. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  /** Free text by key. */
  readonly metadata: ReadonlyMap<string, string>;
}

const LENGTH_BYTES = 8;
const ALIGNMENT = 8;
const RESERVED = new Set(["__metadata__", "__proto__"]);

/**
 * Encodes tensors; the same ones give the same bytes, in whatever order they come.
 *
 * **Details** The header has its names sorted and is padded so that the data begin at a multiple of 8 bytes. The data have
 * no gaps and go from wide elements to narrow ones, so that each tensor is aligned to its own element.
 *
 * @throws {@link ShapeError} if a tensor has not as many values as its shape says, or a name is reserved.
 * @see https://github.com/huggingface/safetensors#format
 */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Buffer {
  const byName = [...tensors].toSorted(([a], [b]) => compare(a, b));
  for (const [name, tensor] of byName) checkTensor(name, tensor);
  const inOrder = byName.toSorted(([, a], [, b]) => elementBytes(b.dtype) - elementBytes(a.dtype));
  const offsets = new Map<string, readonly [number, number]>();
  let end = 0;
  for (const [name, { values }] of inOrder) {
    offsets.set(name, [end, end + values.byteLength]);
    end += values.byteLength;
  }
  const entries = byName.map(([name, { dtype, shape }]): [string, unknown] => [
    name,
    { dtype, shape, data_offsets: offsets.get(name) },
  ]);
  const remarks = [...metadata].toSorted(([a], [b]) => compare(a, b));
  if (remarks.length > 0) entries.unshift(["__metadata__", Object.fromEntries(remarks)]);
  return Buffer.concat([
    header(entries),
    ...inOrder.map(([, { values }]) =>
      Buffer.from(values.buffer, values.byteOffset, values.byteLength),
    ),
  ]);
}

/**
 * Decodes tensors into arrays of their own.
 *
 * @param source - for messages only.
 * @throws {@link DataError} if the bytes are not exactly one file of this format, or a dtype is not one of ours.
 */
export function decodeSafetensors(bytes: Uint8Array, source: string): Safetensors {
  const { entries, metadata, dataStart } = parseHeader(bytes, source);
  const tensors = new Map<string, NamedTensor>();
  for (const { name, dtype, shape, begin, end } of entries) {
    // A Buffer's own slice would share memory instead of copying it.
    const { buffer } = Uint8Array.from(bytes.subarray(dataStart + begin, dataStart + end));
    tensors.set(name, tensorOf(dtype, shape, buffer));
  }
  return { tensors, metadata };
}

function tensorOf(dtype: TensorDtype, shape: readonly number[], buffer: ArrayBuffer): NamedTensor {
  switch (dtype) {
    case "F32":
      return { dtype, shape, values: new Float32Array(buffer) };
    case "F64":
      return { dtype, shape, values: new Float64Array(buffer) };
    case "I32":
      return { dtype, shape, values: new Int32Array(buffer) };
    case "I64":
      return { dtype, shape, values: new BigInt64Array(buffer) };
  }
}

function header(entries: ReadonlyArray<readonly [string, unknown]>): Buffer {
  // Object.fromEntries would put names that look like numbers first.
  const members = entries.map(
    ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
  );
  const json = Buffer.from(`{${members.join(",")}}`);
  const padded = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(padded));
  return Buffer.concat([length, json, Buffer.alloc(padded - json.length, " ")]);
}

function checkTensor(name: string, { shape, values }: NamedTensor): void {
  if (RESERVED.has(name)) {
    throw new ShapeError("tensor-name", `a tensor must not have the name "${name}"`);
  }
  const size = shape.reduce((product, axis) => product * axis, 1);
  if (size !== values.length) {
    throw new ShapeError(
      "tensor-size",
      `tensor "${name}" of shape [${shape.join(", ")}] must have ${size} values, got ${values.length}`,
    );
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
