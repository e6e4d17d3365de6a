/** Reads the numbers of a Parquet file as a table; knows nothing of what the columns mean. */
import { resolve } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { readFailure } from "../base/disk-failure.ts";
import { DataError, EntlawError } from "../base/errors.ts";
import type { FileSystem } from "../base/file-system.ts";
import { duckdbMessage, inSandbox, sqlIdentifier, sqlText } from "./duckdb-sandbox.ts";
import { type Table, makeTable } from "./table.ts";
import { PARQUET_NAMES_KEY } from "./encode-parquet.ts";

const CONVERTIBLE =
  /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL.*|BOOLEAN)$/;
const WIDER_THAN_FLOAT64 = /^U?(BIGINT|HUGEINT)$/;

/**
 * Reads the numeric columns of a Parquet file; null becomes NaN, true and false 1 and 0.
 *
 * **Gotchas** DuckDB does not claim to withstand a file made to harm it: read files of strangers in a process of its own.
 *
 * @param columns - which columns, in which order; all numeric ones by default.
 * @throws {@link DataError} if the file is missing or no Parquet, if a column is not there or is not numeric, or if it
 * holds integers beyond 2^53.
 */
export async function readParquet(
  fs: FileSystem,
  path: string,
  columns?: readonly string[],
): Promise<Table> {
  const file = resolve(path);
  const pattern = file.replace(/[*?[]/g, "[$&]");
  const source = `read_parquet(${sqlText(pattern)})`;
  try {
    refuseMissing(fs, path);
    return await inSandbox([file, pattern], (connection) =>
      readColumns(connection, { path, source, pattern }, columns),
    );
  } catch (error) {
    const failure = readFailure(path, error);
    if (failure instanceof EntlawError) throw failure;
    throw new DataError(
      "not-parquet",
      `"${path}" must be a Parquet file, got ${duckdbMessage(error)}`,
      {
        fix: "write the file again, or restore it from a copy",
        cause: error,
      },
    );
  }
}

function refuseMissing(fs: FileSystem, path: string): void {
  if (fs.status(path)?.kind === "file") return;
  throw new DataError("cannot-read", `"${path}" must be a Parquet file, got none there`, {
    fix: "check the path",
  });
}

interface ParquetSource {
  /** As the user gave it, for messages. */
  readonly path: string;
  /** The file as a DuckDB glob that matches it alone. */
  readonly pattern: string;
  /** The table function that reads it. */
  readonly source: string;
}

interface ParquetColumn {
  /** Name by which DuckDB knows it. */
  readonly physical: string;
  readonly type: string;
}

async function readColumns(
  connection: DuckDBConnection,
  file: ParquetSource,
  wanted: readonly string[] | undefined,
): Promise<Table> {
  const found = await describe(connection, file);
  const names =
    wanted ?? [...found].filter(([, { type }]) => CONVERTIBLE.test(type)).map(([name]) => name);
  const chosen = names.map((name) => numericColumn(found, name, file.path));
  await refuseWideIntegers(connection, file, chosen);

  const counted = await connection.runAndReadAll(`SELECT count(*)::DOUBLE FROM ${file.source}`);
  const length = Number(counted.getRows()[0]?.[0] ?? 0);
  const columns = names.map(() => new Float64Array(length));
  if (names.length > 0) await fill(connection, file, chosen, columns);
  return makeTable(names.map((name, i) => [name, columns[i]!] as const));
}

async function fill(
  connection: DuckDBConnection,
  file: ParquetSource,
  chosen: readonly ParquetColumn[],
  columns: readonly Float64Array[],
): Promise<void> {
  const casts = chosen.map(({ physical }) => `CAST(${sqlIdentifier(physical)} AS DOUBLE)`);
  const result = await connection.stream(`SELECT ${casts.join(", ")} FROM ${file.source}`);
  let start = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    for (const [i, column] of columns.entries()) {
      const vector = chunk.getColumnVector(i);
      for (let row = 0; row < chunk.rowCount; row += 1) {
        column[start + row] = (vector.getItem(row) as number | null) ?? Number.NaN;
      }
    }
    start += chunk.rowCount;
  }
}

/** The file's columns by their exact names. */
async function describe(
  connection: DuckDBConnection,
  { source, pattern }: ParquetSource,
): Promise<Map<string, ParquetColumn>> {
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${source}`);
  const found = described
    .getRows()
    .map((row) => ({ physical: String(row[0]), type: String(row[1]) }));
  const stored = await connection.runAndReadAll(
    `SELECT decode(value) FROM parquet_kv_metadata(${sqlText(pattern)}) WHERE key = ${sqlText(PARQUET_NAMES_KEY)}::BLOB`,
  );
  const json = stored.getRows()[0]?.[0];
  const names: unknown = typeof json === "string" ? JSON.parse(json) : undefined;
  const exact =
    Array.isArray(names) && names.length === found.length ? names.map(String) : undefined;
  return new Map(found.map((column, i) => [exact?.[i] ?? column.physical, column]));
}

function numericColumn(
  found: ReadonlyMap<string, ParquetColumn>,
  name: string,
  path: string,
): ParquetColumn {
  const column = found.get(name);
  if (column !== undefined && CONVERTIBLE.test(column.type)) return column;
  const got = column === undefined ? "none of that name" : column.type;
  throw new DataError(
    "unknown-column",
    `"${path}" must have the numeric column "${name}", got ${got}`,
    {
      fix: `it has ${[...found.keys()].map((other) => `"${other}"`).join(", ")}`,
    },
  );
}

async function refuseWideIntegers(
  connection: DuckDBConnection,
  file: ParquetSource,
  columns: readonly ParquetColumn[],
): Promise<void> {
  for (const { physical } of columns.filter(({ type }) => WIDER_THAN_FLOAT64.test(type))) {
    const bound = Number.MAX_SAFE_INTEGER;
    const result = await connection.runAndReadAll(
      `SELECT bool_or(${sqlIdentifier(physical)} NOT BETWEEN -${bound} AND ${bound}) FROM ${file.source}`,
    );
    if (result.getRows()[0]?.[0] === true) {
      throw new DataError(
        "integer-too-large",
        `column "${physical}" of "${file.path}" must hold numbers within ±2^53, got a larger integer`,
        { fix: "leave the column out, or store it as text" },
      );
    }
  }
}
