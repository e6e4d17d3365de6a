/** Turns columns into the bytes of a Parquet file; knows nothing of disks or of what the columns mean. */
import { constants, zstdCompressSync } from "node:zlib";
import { ShapeError } from "../base/errors.ts";
import type { Dtype } from "./column-spec.ts";
import { type Thrift, encodeThrift, i32, i64, list, struct, text } from "./thrift-compact.ts";

type NumericDtype = Exclude<Dtype, "text">;

/** One column of a file, whose name need not be one that Parquet can have. */
export type ParquetColumn = { readonly name: string } & (
  | {
      /** How to store the numbers. Integers that do not fit are stored as f64; f32 rounds. */
      readonly dtype: NumericDtype;
      /** NaN becomes null. */
      readonly values: Float64Array;
    }
  | { readonly dtype: "text"; readonly values: ReadonlyArray<string | null> }
);

/** Key of the file's metadata under which the exact column names are kept, as a JSON array. */
export const PARQUET_NAMES_KEY = "entlaw.columns";

const MAGIC = Buffer.from("PAR1");
/** Rows of a row group, as DuckDB writes them: what a reader must hold at once. */
const GROUP_ROWS = 122_880;
const INTEGER_BOUNDS = { i8: 2 ** 7, i32: 2 ** 31 } as const;
// Level 1: on token tables level 3 takes half as long again for 0.1 % fewer bytes.
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Numbers of parquet.thrift. */
const OPTIONAL = 1;
const PLAIN = 0;
const RLE = 3;
const CODEC_ZSTD = 6;
const DATA_PAGE = 0;
const PHYSICAL = { i8: 1, i32: 1, f32: 4, f64: 5, text: 6 } as const;
const CONVERTED = { i8: 15, i32: undefined, f32: undefined, f64: undefined, text: 0 } as const;

/** A column whose dtype is the one it is stored with, and whose name is free in the file. */
type StoredColumn = ParquetColumn & { readonly stored: Dtype; readonly physical: string };

/**
 * Encodes a file: plain encoding, one page a column and row group, zstd, every column nullable.
 *
 * **Details** The file holds each name exactly, in its metadata; as column names, which Parquet readers compare without
 * case and cannot have empty, clashing ones get a number. The same columns give the same bytes.
 *
 * @throws {@link ShapeError} without columns, or if they differ in length.
 * @see https://github.com/apache/parquet-format
 */
export function encodeParquet(columns: readonly ParquetColumn[]): Buffer {
  const rows = commonLength(columns);
  const names = physicalNames(columns.map(({ name }) => name));
  const stored = columns.map((column, i): StoredColumn => ({
    ...column,
    stored: column.dtype === "text" ? "text" : fittingDtype(column.values, column.dtype),
    physical: names[i]!,
  }));
  const parts: Buffer[] = [MAGIC];
  let offset = MAGIC.length;
  const groups: Thrift[] = [];
  for (let start = 0; start < rows; start += GROUP_ROWS) {
    const end = Math.min(start + GROUP_ROWS, rows);
    const chunks: Thrift[] = [];
    let groupBytes = 0;
    for (const column of stored) {
      const page = encodePage(column, start, end);
      chunks.push(columnChunk(column, end - start, { ...page, offset }));
      parts.push(page.header, page.body);
      offset += page.header.length + page.body.length;
      groupBytes += page.header.length + page.plainBytes;
    }
    groups.push(
      struct([
        [1, list(chunks)],
        [2, i64(groupBytes)],
        [3, i64(end - start)],
      ]),
    );
  }
  const footer = encodeThrift(fileMetadata(stored, rows, groups));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([...parts, footer, length, MAGIC]);
}

function commonLength(columns: readonly ParquetColumn[]): number {
  const [first] = columns;
  if (first === undefined) {
    throw new ShapeError("no-columns", "a Parquet file must have at least one column, got none");
  }
  const other = columns.find(({ values }) => values.length !== first.values.length);
  if (other !== undefined) {
    throw new ShapeError(
      "column-length",
      `columns of a Parquet file must have one length, got ${first.values.length} and ${other.values.length} ("${other.name}")`,
    );
  }
  return first.values.length;
}

/** Names that no reader finds empty or twice, whatever case it looks at. */
function physicalNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const storable = name.replaceAll("\0", "").toWellFormed() || "column";
    let candidate = storable;
    for (let n = 1; taken.has(candidate.toLowerCase()); n += 1) candidate = `${storable}_${n}`;
    taken.add(candidate.toLowerCase());
    return candidate;
  });
}

function fittingDtype(values: Float64Array, dtype: NumericDtype): NumericDtype {
  if (dtype === "f32" || dtype === "f64") return dtype;
  const bound = INTEGER_BOUNDS[dtype];
  for (const value of values) {
    const fits = Number.isInteger(value) && value >= -bound && value < bound;
    if (!Number.isNaN(value) && (!fits || Object.is(value, -0))) return "f64";
  }
  return dtype;
}

interface Page {
  readonly header: Buffer;
  /** Compressed. */
  readonly body: Buffer;
  readonly plainBytes: number;
}

/** A data page of version 1: definition levels, then the values that are there. */
function encodePage(column: StoredColumn, start: number, end: number): Page {
  const { levels, values } =
    column.dtype === "text"
      ? encodeTexts(column.values.slice(start, end))
      : encodeNumbers(column.values.subarray(start, end), column.stored as NumericDtype);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(levels.length);
  const plain = Buffer.concat([length, levels, values]);
  const body = zstdCompressSync(plain, ZSTD);
  const header = encodeThrift(
    struct([
      [1, i32(DATA_PAGE)],
      [2, i32(plain.length)],
      [3, i32(body.length)],
      [
        5,
        struct([
          [1, i32(end - start)],
          [2, i32(PLAIN)],
          [3, i32(RLE)],
          [4, i32(RLE)],
        ]),
      ],
    ]),
  );
  return { header, body, plainBytes: plain.length };
}

interface Encoded {
  readonly levels: Buffer;
  readonly values: Uint8Array;
}

function encodeNumbers(values: Float64Array, dtype: NumericDtype): Encoded {
  // Reading over all values first keeps the common case, a column without nulls, a plain copy.
  const nulls = countNaN(values);
  const present = nulls === 0 ? values : values.filter((value) => !Number.isNaN(value));
  return {
    levels: nulls === 0 ? allPresent(values.length) : somePresent(values, (v) => !Number.isNaN(v)),
    values: littleEndian(present, dtype),
  };
}

function countNaN(values: Float64Array): number {
  let count = 0;
  for (const value of values) if (Number.isNaN(value)) count += 1;
  return count;
}

/** Plain values; typed arrays are little-endian on every platform that Node runs on but s390x, which DuckDB has none for. */
function littleEndian(values: Float64Array, dtype: NumericDtype): Uint8Array {
  if (dtype === "f64")
    return new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength);
  // Parquet's smallest integer is of 32 bits; i8 is a remark beside it.
  const stored = dtype === "f32" ? new Float32Array(values) : new Int32Array(values);
  return new Uint8Array(stored.buffer);
}

function encodeTexts(values: ReadonlyArray<string | null>): Encoded {
  const present = values.filter((value) => value !== null).map((value) => Buffer.from(value));
  const parts = present.flatMap((bytes) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return [length, bytes];
  });
  const isWhole = present.length === values.length;
  return {
    levels: isWhole ? allPresent(values.length) : somePresent(values, (value) => value !== null),
    values: Buffer.concat(parts),
  };
}

/** Definition levels as one run of ones. */
function allPresent(count: number): Buffer {
  return Buffer.from([...varint(count * 2), 1]);
}

/** Definition levels as bits, in groups of eight. */
function somePresent<T>(
  values: { readonly length: number } & Iterable<T>,
  isPresent: (value: T) => boolean,
): Buffer {
  const groups = Math.ceil(values.length / 8);
  const bits = Buffer.alloc(groups);
  let row = 0;
  for (const value of values) {
    if (isPresent(value)) bits[row >> 3]! |= 1 << (row & 7);
    row += 1;
  }
  return Buffer.concat([Buffer.from(varint(groups * 2 + 1)), bits]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}

function columnChunk(
  { stored, physical }: StoredColumn,
  rows: number,
  page: Page & { readonly offset: number },
): Thrift {
  const metadata = struct([
    [1, i32(PHYSICAL[stored])],
    [2, list([i32(PLAIN), i32(RLE)])],
    [3, list([text(physical)])],
    [4, i32(CODEC_ZSTD)],
    [5, i64(rows)],
    [6, i64(page.header.length + page.plainBytes)],
    [7, i64(page.header.length + page.body.length)],
    [9, i64(page.offset)],
  ]);
  return struct([
    [2, i64(page.offset)],
    [3, metadata],
  ]);
}

function fileMetadata(
  columns: readonly StoredColumn[],
  rows: number,
  groups: readonly Thrift[],
): Thrift {
  const root = struct([
    [4, text("schema")],
    [5, i32(columns.length)],
  ]);
  const leaves = columns.map(({ stored, physical }) => {
    const converted = CONVERTED[stored];
    return struct([
      [1, i32(PHYSICAL[stored])],
      [3, i32(OPTIONAL)],
      [4, text(physical)],
      [6, converted === undefined ? undefined : i32(converted)],
    ]);
  });
  const names = struct([
    [1, text(PARQUET_NAMES_KEY)],
    [2, text(JSON.stringify(columns.map(({ name }) => name)))],
  ]);
  return struct([
    [1, i32(1)],
    [2, list([root, ...leaves])],
    [3, i64(rows)],
    [4, list(groups)],
    [5, list([names])],
    [6, text("entlaw")],
  ]);
}
