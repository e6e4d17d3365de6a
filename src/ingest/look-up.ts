/** What is at a path that a user typed, with failures of the disk as errors that say what to do; reads no file. */
import { readFailure } from "../base/disk-failure.ts";
import { DataError } from "../base/errors.ts";
import { type FileStatus, disk } from "../base/file-system.ts";

/**
 * Status of a path, or undefined if nothing is there.
 *
 * @throws {@link DataError} if the disk refuses to say, or if the path is none.
 */
export function statusOf(path: string): FileStatus | undefined {
  if (path.includes("\u0000")) {
    throw new DataError("bad-path", "a path must not hold NUL characters, got one that does", {
      fix: "check the path",
    });
  }
  try {
    return disk.status(path);
  } catch (error) {
    throw readFailure(path, error);
  }
}

/**
 * Names in a directory, sorted.
 *
 * @throws {@link DataError} if it cannot be listed.
 */
export function namesIn(path: string): string[] {
  try {
    return disk.list(path);
  } catch (error) {
    throw readFailure(path, error);
  }
}
