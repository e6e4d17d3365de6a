/** Writes a table as a Parquet file; knows nothing of what the columns mean. */
import { resolve } from "node:path";
import type * as DuckDB from "@duckdb/node-api";
import { publishFile, removeLeftover, temporarySibling } from "../base/atomic-write.ts";
import { writeFailure } from "../base/disk-failure.ts";
import { EntlawError, RunError, ShapeError } from "../base/errors.ts";
import type { FileSystem } from "../base/file-system.ts";
import type { Dtype } from "./column-spec.ts";
import { duckdbMessage, inSandbox, sqlIdentifier, sqlText } from "./duckdb-sandbox.ts";
import type { Table } from "./table.ts";

type NumericDtype = Exclude<Dtype, "text">;

// DuckDB's own size of a chunk; it refuses a larger one.
const CHUNK_ROWS = 2048;
/** Key of the file's metadata under which the exact column names are kept, as a JSON array. */
export const PARQUET_NAMES_KEY = "entlaw.columns";
const INTEGER_BOUNDS = { i8: 2 ** 7, i32: 2 ** 31 } as const;

/**
 * Writes a table as a Parquet file, published whole or not at all; NaN becomes null.
 *
 * **Details** The file holds each name exactly, in its metadata; as column names, which Parquet readers compare without
 * case and cannot have empty, clashing ones get a number. The same table gives the same bytes.
 *
 * @param dtypes - how to store a column, f64 by default. Integers that do not fit are stored as f64; f32 rounds.
 * @throws {@link ShapeError} for a table without columns; {@link RunError} if the file cannot be written.
 */
export async function writeParquet(
  fs: FileSystem,
  path: string,
  table: Table,
  dtypes: ReadonlyMap<string, NumericDtype> = new Map(),
): Promise<void> {
  if (table.columns.size === 0) {
    throw new ShapeError("no-columns", "a Parquet file must have at least one column, got none");
  }
  const temporary = temporarySibling(fs, resolve(path));
  const names = [...table.columns.keys()];
  const columns = names.map((name, i) => `c${i} AS ${sqlIdentifier(name)}`).join(", ");
  const metadata = `{${sqlText(PARQUET_NAMES_KEY)}: ${sqlText(JSON.stringify(names))}}`;
  try {
    await inSandbox([temporary], async (connection, duckdb) => {
      await load(connection, duckdb, table, dtypes);
      await connection.run(
        `COPY (SELECT ${columns} FROM t) TO ${sqlText(temporary)} ` +
          `(FORMAT parquet, COMPRESSION zstd, KV_METADATA ${metadata})`,
      );
    });
  } catch (error) {
    removeLeftover(fs, temporary);
    const failure = writeFailure(path, error);
    if (failure instanceof EntlawError) throw failure;
    throw new RunError(
      "cannot-write",
      `"${path}" must be writable as Parquet, got ${duckdbMessage(error)}`,
      {
        fix: "choose a folder that you may write to and that has space left",
        cause: error,
      },
    );
  }
  publishFile(fs, temporary, path);
}

/** Fills a table `t` with columns c0, c1, … in the order of `table`. */
async function load(
  connection: DuckDB.DuckDBConnection,
  duckdb: typeof DuckDB,
  table: Table,
  dtypes: ReadonlyMap<string, NumericDtype>,
): Promise<void> {
  const duckTypes: Record<NumericDtype, DuckDB.DuckDBType> = {
    i8: duckdb.TINYINT,
    i32: duckdb.INTEGER,
    f32: duckdb.FLOAT,
    f64: duckdb.DOUBLE,
  };
  const types = [...table.columns].map(
    ([name, values]) => duckTypes[fittingDtype(values, dtypes.get(name) ?? "f64")],
  );
  await connection.run(
    `CREATE TABLE t (${types.map((type, i) => `c${i} ${type.toString()}`).join(", ")})`,
  );
  const appender = await connection.createAppender("t");
  const chunk = duckdb.DuckDBDataChunk.create(types);
  for (let start = 0; start < table.length; start += CHUNK_ROWS) {
    const end = Math.min(start + CHUNK_ROWS, table.length);
    chunk.setColumns([...table.columns.values()].map((values) => nullable(values, start, end)));
    appender.appendDataChunk(chunk);
  }
  appender.flushSync();
  appender.closeSync();
}

function nullable(values: Float64Array, start: number, end: number): (number | null)[] {
  return Array.from(values.subarray(start, end), (value) => (Number.isNaN(value) ? null : value));
}

function fittingDtype(values: Float64Array, dtype: NumericDtype): NumericDtype {
  if (dtype === "f32" || dtype === "f64") return dtype;
  const bound = INTEGER_BOUNDS[dtype];
  const fits = values.every(
    (value) =>
      Number.isNaN(value) ||
      (Number.isInteger(value) && value >= -bound && value < bound && !Object.is(value, -0)),
  );
  return fits ? dtype : "f64";
}
