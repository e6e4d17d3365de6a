/** Turns a failure of the disk into a message with a way out; knows nothing of what was being read or written. */
import { DataError, RunError } from "./errors.ts";

const OTHER_FOLDER = "choose a folder that you may write to";
const FREE_SPACE =
  "free some space there, or write to another disk, then run the same command again";
const WRITE_FIXES: Readonly<Record<string, string>> = {
  ENOSPC: FREE_SPACE,
  EDQUOT: FREE_SPACE,
  EACCES: OTHER_FOLDER,
  EPERM: OTHER_FOLDER,
  EROFS: OTHER_FOLDER,
  ENOENT: "create the folder first, or choose one that exists",
  ENOTDIR: "choose a path whose parents are folders",
  EISDIR: "choose the name of a file; a folder has this one",
  EIO: "check the disk before you trust it with another run",
};
const READ_FIXES: Readonly<Record<string, string>> = {
  ENOENT: "check the path",
  ENOTDIR: "check the path: a part of it is a file, not a folder",
  EISDIR: "name a file; this is a folder",
  EACCES: "ask for permission to read it",
  EPERM: "ask for permission to read it",
};

function isDiskError(error: unknown): error is NodeJS.ErrnoException & { readonly code: string } {
  return error instanceof Error && "code" in error && "syscall" in error;
}

/** What the disk said, without the paths of the operation: they may be those of our temporary files. */
function refusal({ message, syscall = "" }: NodeJS.ErrnoException): string {
  const end = message.indexOf(`, ${syscall} '`);
  return end < 0 ? message : message.slice(0, end);
}

/**
 * What to throw when `path` could not be written.
 *
 * @param consequence - what is and is not safe now, as a clause; the message ends with it.
 * @returns a {@link RunError} for a failure of the disk; any other error as it came.
 */
export function writeFailure(path: string, error: unknown, consequence?: string): Error {
  if (!isDiskError(error)) return asError(error);
  const text = `"${path}" must be writable, got ${refusal(error)}`;
  return new RunError(
    "cannot-write",
    consequence === undefined ? text : `${text}; ${consequence}`,
    {
      fix: WRITE_FIXES[error.code] ?? OTHER_FOLDER,
      cause: error,
    },
  );
}

/**
 * What to throw when `path` could not be read.
 *
 * @returns a {@link DataError} for a failure of the disk; any other error as it came.
 */
export function readFailure(path: string, error: unknown): Error {
  if (!isDiskError(error)) return asError(error);
  return new DataError("cannot-read", `"${path}" must be readable, got ${refusal(error)}`, {
    fix: READ_FIXES[error.code] ?? "check the file and its disk",
    cause: error,
  });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
