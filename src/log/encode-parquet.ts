/** Turns columns into the bytes of a Parquet file; knows nothing of disks or of what the columns mean. The door to hyparquet-writer. */
import { constants, zstdCompressSync } from "node:zlib";
import { type ColumnSource, parquetWriteBuffer, type SchemaElement } from "hyparquet-writer";
import { ShapeError } from "../base/errors.ts";
import type { Dtype } from "./column-spec.ts";

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

/** Rows of a row group, as DuckDB writes them: what a reader must hold at once. */
const GROUP_ROWS = 122_880;
const INTEGER_BOUNDS = { i8: 2 ** 7, i32: 2 ** 31 } as const;
// Level 1: on token tables level 3 takes half as long again for 0.1 % fewer bytes.
const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** How each type stands in a file; Parquet's smallest integer is of 32 bits, i8 is a remark beside it. */
const ELEMENTS: { readonly [D in Dtype]: Omit<SchemaElement, "name"> } = {
  i8: { type: "INT32", converted_type: "INT_8" },
  i32: { type: "INT32" },
  f32: { type: "FLOAT" },
  f64: { type: "DOUBLE" },
  text: { type: "BYTE_ARRAY", converted_type: "UTF8" },
};

/**
 * Encodes a file: plain encoding, zstd, every column nullable, no statistics.
 *
 * **Details** The file holds each name exactly, in its metadata; as column names, which Parquet readers compare without
 * case and cannot have empty, clashing ones get a number. The same columns give the same bytes.
 *
 * @throws {@link ShapeError} without columns, or if they differ in length.
 */
export function encodeParquet(columns: readonly ParquetColumn[]): Buffer {
  checkLengths(columns);
  const names = physicalNames(columns.map(({ name }) => name));
  const dtypes = columns.map((column) =>
    column.dtype === "text" ? "text" : fittingDtype(column.values, column.dtype),
  );
  const leaves = dtypes.map((dtype, i): SchemaElement => ({
    name: names[i]!,
    repetition_type: "OPTIONAL",
    ...ELEMENTS[dtype],
  }));
  const bytes = parquetWriteBuffer({
    columnData: columns.map((column, i): ColumnSource => ({
      name: names[i]!,
      data: dataOf(column, dtypes[i]!),
      encoding: "PLAIN",
    })),
    schema: [{ name: "schema", num_children: columns.length }, ...leaves],
    codec: "ZSTD",
    compressors: { ZSTD: (bytes) => zstdCompressSync(bytes, ZSTD) },
    statistics: false,
    rowGroupSize: GROUP_ROWS,
    kvMetadata: [
      { key: PARQUET_NAMES_KEY, value: JSON.stringify(columns.map(({ name }) => name)) },
    ],
    createdBy: "entlaw",
  });
  return Buffer.from(bytes);
}

function checkLengths(columns: readonly ParquetColumn[]): void {
  const [first] = columns;
  if (first === undefined) {
    throw new ShapeError("no-columns", "a Parquet file must have at least one column, got none");
  }
  const other = columns.find(({ values }) => values.length !== first.values.length);
  if (other === undefined) return;
  throw new ShapeError(
    "column-length",
    `columns of a Parquet file must have one length, got ${first.values.length} and ${other.values.length} ("${other.name}")`,
  );
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

/** A column's values as the library takes them: typed arrays are fast, but nulls only go into plain ones. */
function dataOf({ values }: ParquetColumn, dtype: Dtype): ColumnSource["data"] {
  if (!(values instanceof Float64Array)) return [...values];
  if (values.some(Number.isNaN)) {
    const rounded = dtype === "f32" ? Math.fround : (value: number) => value;
    return Array.from(values, (value) => (Number.isNaN(value) ? null : rounded(value)));
  }
  if (dtype === "f64") return values;
  return dtype === "f32" ? new Float32Array(values) : new Int32Array(values);
}
