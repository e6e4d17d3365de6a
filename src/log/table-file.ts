/** A Parquet file of one step, from columns to a place on the disk; knows nothing of threads. */
import { dirname, resolve } from "node:path";
import { writeFileAtomic } from "../base/atomic-write.ts";
import { writeFailure } from "../base/disk-failure.ts";
import type { FileSystem } from "../base/file-system.ts";
import { makeDirectorySynced } from "../base/make-directory-synced.ts";
import { type ParquetColumn, encodeParquet } from "./encode-parquet.ts";

/** What to write, as it travels to the thread that writes it. */
export interface TableFile {
  readonly path: string;
  readonly columns: readonly ParquetColumn[];
}

/**
 * Writes the file, published whole or not at all; its folder is made if need be.
 *
 * @throws {@link RunError} if the disk refuses; {@link ShapeError} if the columns are no table.
 */
export function writeTableFile(fs: FileSystem, { path, columns }: TableFile): void {
  const bytes = encodeParquet(columns);
  try {
    makeDirectorySynced(fs, dirname(resolve(path)));
  } catch (error) {
    throw writeFailure(path, error);
  }
  writeFileAtomic(fs, path, bytes);
}
