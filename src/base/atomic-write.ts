/** Replaces a file as a whole or not at all; knows nothing of what is in it. */
import { dirname, join } from "node:path";
import { writeFailure } from "./disk-failure.ts";
import type { FileSystem } from "./file-system.ts";
import { renameRetrying } from "./rename-retrying.ts";

/**
 * Writes `bytes` to `path` so that whoever opens it, after a crash too, finds the old content or the new one.
 *
 * **Details** Temporary file in the same folder, write, fsync, rename, fsync of the folder.
 *
 * **Gotchas** A symbolic link at `path` is replaced, not followed. A device or a pipe is written to as it is.
 *
 * @throws {@link RunError} if the disk refuses; the old content is then intact, unless only the last fsync failed:
 * then the new one is in place, and a power loss may still bring the old one back.
 */
export function writeFileAtomic(fs: FileSystem, path: string, bytes: Uint8Array): void {
  let temporary: string | undefined;
  try {
    // Renaming over /dev/stdout would replace the device by a file.
    if (fs.status(path)?.kind === "other") {
      writeSynced(fs, path, { bytes, sync: false });
      return;
    }
    temporary = temporarySibling(fs, path);
    writeSynced(fs, temporary, { bytes, sync: true });
    renameRetrying(fs, temporary, path);
    fs.syncDirectory(dirname(path));
  } catch (error) {
    if (temporary !== undefined) removeLeftover(fs, temporary);
    throw writeFailure(path, error);
  }
}

/**
 * A hidden name beside `path` that nothing has yet; nobody but this process uses names like it.
 *
 * @throws {@link RunError} if the disk refuses to say what is there.
 */
export function temporarySibling(fs: FileSystem, path: string): string {
  try {
    for (let attempt = 0; ; attempt += 1) {
      const candidate = join(dirname(path), `.entlaw-${process.pid}-${attempt}.tmp`);
      if (fs.status(candidate) === undefined) return candidate;
    }
  } catch (error) {
    throw writeFailure(path, error);
  }
}

/** Removes a temporary file if it is there; a failure here must not hide the one that led to it. */
export function removeLeftover(fs: FileSystem, path: string): void {
  try {
    if (fs.status(path) !== undefined) fs.remove(path);
  } catch {
    // The caller is about to report why the write failed, which says more.
  }
}

function writeSynced(
  fs: FileSystem,
  path: string,
  content: { readonly bytes: Uint8Array; readonly sync: boolean },
): void {
  const descriptor = fs.open(path, "write");
  try {
    fs.write(descriptor, content.bytes);
    if (content.sync) fs.sync(descriptor);
  } finally {
    fs.close(descriptor);
  }
}
