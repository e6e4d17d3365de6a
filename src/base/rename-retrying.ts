/** Renames, patiently where another program may hold the file for a moment; knows nothing of what is renamed. */
import type { FileSystem } from "./file-system.ts";

/** On Windows, virus scanners and indexers open new files for some milliseconds, and the rename is refused meanwhile. */
const PASSING = new Set(["EPERM", "EBUSY", "EACCES"]);
const WAITS_MS = [10, 20, 50, 100, 200, 500] as const;

function waitMs(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/**
 * Renames `from` to `to`; on Windows a refusal that may pass is retried for up to a second.
 *
 * @param platform - a value of `process.platform`.
 * @throws Node's `ErrnoException`, the last one.
 */
export function renameRetrying(
  fs: FileSystem,
  from: string,
  to: string,
  platform: NodeJS.Platform = process.platform,
): void {
  for (const wait of platform === "win32" ? WAITS_MS : []) {
    try {
      fs.rename(from, to);
      return;
    } catch (error) {
      if (!PASSING.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
      waitMs(wait);
    }
  }
  fs.rename(from, to);
}
