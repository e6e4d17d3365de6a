/** Reads the header of a safetensors file, of which every byte may be a lie; hands out nothing that it has not checked. */
import { z } from "zod";
import { DataError } from "../base/errors.ts";
import { type TensorDtype, elementBytes, tensorDtypes } from "./safetensors-dtypes.ts";

/** Where one tensor lies. */
interface TensorEntry {
  readonly name: string;
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
  /** Bytes from the start of the data; `end` is the first one after the tensor. */
  readonly begin: number;
  readonly end: number;
}

/** A header that fits its file: the tensors fill the data from end to end and do not overlap. */
export interface SafetensorsHeader {
  readonly entries: readonly TensorEntry[];
  readonly metadata: ReadonlyMap<string, string>;
  /** Byte of the file at which the data begin. */
  readonly dataStart: number;
}

const LENGTH_BYTES = 8;
/** The format's own limit. */
const MOST_HEADER_BYTES = 100_000_000;
const METADATA = "__metadata__";
const ENTRY_KEYS = 3;
/** A string of JSON, and the colon after it if it is a key. */
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/g;

const entrySchema = z.strictObject({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});

/** @throws {@link DataError} saying what of the header is wrong. */
export function parseHeader(bytes: Uint8Array, source: string): SafetensorsHeader {
  const fail = (must: string, got: string): never => {
    throw new DataError("not-safetensors", `"${source}": ${must}, got ${got}`, {
      fix: "write the file again, or restore it from a copy",
    });
  };
  const dataStart = LENGTH_BYTES + headerLength(bytes, fail);
  const text = decodeText(bytes.subarray(LENGTH_BYTES, dataStart), fail);
  const members = parseMembers(text, fail);
  const metadata = parseMetadata(members.get(METADATA), fail);
  members.delete(METADATA);
  const entries = [...members].map(([name, value]) => parseEntry(name, value, fail));

  // JSON.parse keeps the last of two equal keys and says nothing, so the keys are counted on the text.
  const expected =
    entries.length * (1 + ENTRY_KEYS) + (metadata === undefined ? 0 : 1 + metadata.size);
  const found = [...text.matchAll(STRING)].filter(([, colon]) => colon !== undefined).length;
  if (found !== expected)
    fail("a header must have each key once", `${found - expected} keys again`);

  checkOffsets(entries, bytes.length - dataStart, fail);
  return { entries, metadata: metadata ?? new Map(), dataStart };
}

type Fail = (must: string, got: string) => never;

function headerLength(bytes: Uint8Array, fail: Fail): number {
  if (bytes.length < LENGTH_BYTES) {
    return fail(
      `a file must begin with ${LENGTH_BYTES} bytes for the header's length`,
      `${bytes.length}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, LENGTH_BYTES);
  const length = view.getBigUint64(0, true);
  if (length === 0n) return fail("the header must not be empty", "a length of 0");
  if (length > MOST_HEADER_BYTES) {
    return fail(`the header must have at most ${MOST_HEADER_BYTES} bytes`, String(length));
  }
  const rest = bytes.length - LENGTH_BYTES;
  if (length > rest)
    return fail(`the header must end within the file's ${rest} bytes`, `${length}`);
  return Number(length);
}

function decodeText(bytes: Uint8Array, fail: Fail): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return fail("the header must be UTF-8", "other bytes");
  }
}

/** The header's own members; a Map, since names are anybody's. */
function parseMembers(text: string, fail: Fail): Map<string, unknown> {
  const value = parseJson(text, fail);
  if (!text.startsWith("{") || typeof value !== "object" || value === null) {
    return fail("the header must be a JSON object", "something else");
  }
  return new Map(Object.entries(value));
}

function parseJson(text: string, fail: Fail): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return fail("the header must be JSON", error instanceof Error ? error.message : String(error));
  }
}

function parseMetadata(value: unknown, fail: Fail): Map<string, string> | undefined {
  if (value === undefined) return undefined;
  const must = `${METADATA} must hold text by key`;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return fail(must, "something else");
  }
  const metadata = new Map<string, string>();
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string") return fail(must, `a ${typeof text} at "${key}"`);
    metadata.set(key, text);
  }
  return metadata;
}

function parseEntry(name: string, value: unknown, fail: Fail): TensorEntry {
  if (name === "__proto__") return fail("a tensor must have a name of its own", `"${name}"`);
  const parsed = entrySchema.safeParse(value);
  if (!parsed.success) {
    const problem = z.prettifyError(parsed.error).replaceAll("\n", " ");
    return fail(`tensor "${name}" must have dtype, shape and data_offsets`, problem);
  }
  const { dtype, shape, data_offsets: offsets } = parsed.data;
  if (!isKnown(dtype)) {
    const known = tensorDtypes.join(", ");
    return fail(`tensor "${name}" must be of a dtype that we keep (${known})`, `"${dtype}"`);
  }
  const [begin, end] = offsets;
  const size = shape.reduce((product, axis) => product * axis, elementBytes(dtype));
  if (!Number.isSafeInteger(size) || end - begin !== size) {
    const must = `tensor "${name}" of ${dtype} [${shape.join(", ")}] must have ${size} bytes`;
    return fail(must, `those from ${begin} to ${end}`);
  }
  return { name, dtype, shape, begin, end };
}

function isKnown(dtype: string): dtype is TensorDtype {
  return tensorDtypes.some((known) => known === dtype);
}

/** The format allows no gap, so that a file cannot carry bytes that nobody sees. */
function checkOffsets(entries: readonly TensorEntry[], dataBytes: number, fail: Fail): void {
  let covered = 0;
  const inOrder = entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end);
  for (const { name, begin, end } of inOrder) {
    if (end > dataBytes)
      fail(`tensor "${name}" must end within the ${dataBytes} bytes of data`, `${end}`);
    if (begin !== covered) {
      const what = begin < covered ? "an overlap" : "a hole";
      fail(`tensor "${name}" must begin at byte ${covered} of the data`, `${begin}, ${what}`);
    }
    covered = end;
  }
  if (covered !== dataBytes) {
    fail(`the tensors must fill the ${dataBytes} bytes of data`, `${covered}, a hole at the end`);
  }
}
