/** Writes a table as a Parquet file; knows nothing of what the columns mean. */
import { writeFileAtomic } from "../base/atomic-write.ts";
import type { FileSystem } from "../base/file-system.ts";
import type { Dtype } from "./column-spec.ts";
import { encodeParquet } from "./encode-parquet.ts";
import type { Table } from "./table.ts";

/**
 * Writes a table as a Parquet file, published whole or not at all; NaN becomes null.
 *
 * @param dtypes - how to store a column, f64 by default; see {@link encodeParquet}.
 * @throws {@link ShapeError} for a table without columns; {@link RunError} if the file cannot be written.
 */
export function writeParquet(
  fs: FileSystem,
  path: string,
  table: Table,
  dtypes: ReadonlyMap<string, Exclude<Dtype, "text">> = new Map(),
): void {
  const columns = [...table.columns].map(([name, values]) => ({
    name,
    values,
    dtype: dtypes.get(name) ?? "f64",
  }));
  writeFileAtomic(fs, path, encodeParquet(columns));
}
