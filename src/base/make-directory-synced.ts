/** Makes folders that survive a loss of power; knows nothing of what is put into them. */
import { dirname } from "node:path";
import type { FileSystem } from "./file-system.ts";

/**
 * Makes a folder and those above it that are missing, each on the disk before the next; one that exists is left as it is.
 *
 * @param path - absolute.
 * @throws Node's `ErrnoException`.
 */
export function makeDirectorySynced(fs: FileSystem, path: string): void {
  if (fs.status(path) !== undefined) return;
  makeDirectorySynced(fs, dirname(path));
  fs.makeDirectory(path);
  fs.syncDirectory(dirname(path));
}
