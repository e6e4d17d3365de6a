/** The one door to the disk: a dozen synchronous operations; knows nothing of formats or of what is atomic. */
import fs from "node:fs";
import { dirname } from "node:path";

/** What a path is, as far as entlaw cares. */
export interface FileStatus {
  readonly kind: "file" | "directory" | "other";
  /** Size in bytes. */
  readonly size: number;
}

/** How a file is opened. */
export type OpenMode = "write" | "append" | "exclusive";

/**
 * The operations that entlaw performs on a disk. Tests give other implementations: one that counts, one that fails
 * at the n-th call, one that records what a crash would leave behind.
 *
 * All operations are synchronous and throw Node's `ErrnoException`.
 */
export interface FileSystem {
  /** Status after following links, or undefined if nothing is there. */
  status(path: string): FileStatus | undefined;
  /** Whether both paths lead to one and the same file, by links or by other spellings; false if either is not there. */
  isSame(path: string, other: string): boolean;
  /** Whether the path itself is a symbolic link, wherever it leads; false if nothing is there. */
  isLink(path: string): boolean;
  /** Names in a directory, sorted. */
  list(path: string): string[];
  readFile(path: string): Buffer;
  /** Creates a directory and its parents; one that exists is not an error. */
  makeDirectory(path: string): void;
  /**
   * Opens for writing from the start (`write`) or at the end (`append`), creating the file; `exclusive` creates it or
   * throws EEXIST.
   */
  open(path: string, mode: OpenMode): number;
  /** Writes all bytes at the current position. */
  write(descriptor: number, bytes: Uint8Array): void;
  /** Waits until the file's bytes are on the disk (fsync). */
  sync(descriptor: number): void;
  close(descriptor: number): void;
  rename(from: string, to: string): void;
  /** Gives a file a second name; throws EEXIST if anything has it, and what the platform says where files have one name. */
  link(existing: string, path: string): void;
  /** Waits until a directory's entries are on the disk; does nothing where the platform cannot. */
  syncDirectory(path: string): void;
  /** Cuts a file to `size` bytes. */
  truncate(path: string, size: number): void;
  /** Removes a file. */
  remove(path: string): void;
  /** Removes an empty directory. */
  removeDirectory(path: string): void;
}

// Windows cannot open or fsync a directory; there the rename alone must do.
const DIRECTORY_SYNC_UNSUPPORTED = new Set(["EPERM", "EISDIR", "EACCES", "EINVAL"]);

const FLAGS = { write: "w", append: "a", exclusive: "wx" } as const;

function kindOf(stats: fs.Stats): FileStatus["kind"] {
  if (stats.isFile()) return "file";
  return stats.isDirectory() ? "directory" : "other";
}

/** Not Node's own recursion, which never ends below a folder that takes no entries, such as /proc. */
function makeMissing(path: string): void {
  if (isDirectory(path)) return;
  if (fs.statSync(path, { throwIfNoEntry: false }) === undefined) makeMissing(dirname(path));
  try {
    fs.mkdirSync(path);
  } catch (error) {
    if (!isDirectory(path)) throw error; // otherwise another process was faster
  }
}

const isDirectory = (path: string): boolean =>
  fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** The real disk. */
export const disk: FileSystem = {
  status(path) {
    const stats = fs.statSync(path, { throwIfNoEntry: false });
    return stats === undefined ? undefined : { kind: kindOf(stats), size: stats.size };
  },
  isSame(path, other) {
    const [a, b] = [path, other].map((one) =>
      fs.statSync(one, { bigint: true, throwIfNoEntry: false }),
    );
    return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;
  },
  isLink: (path) => fs.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false,
  list: (path) => fs.readdirSync(path).toSorted(),
  readFile: (path) => fs.readFileSync(path),
  makeDirectory: makeMissing,
  open: (path, mode) => fs.openSync(path, FLAGS[mode]),
  write(descriptor, bytes) {
    let written = 0;
    while (written < bytes.length) written += fs.writeSync(descriptor, bytes, written);
  },
  sync: (descriptor) => fs.fsyncSync(descriptor),
  close: (descriptor) => fs.closeSync(descriptor),
  rename: (from, to) => fs.renameSync(from, to),
  link: (existing, path) => fs.linkSync(existing, path),
  syncDirectory(path) {
    let descriptor: number | undefined;
    try {
      descriptor = fs.openSync(path, "r");
      fs.fsyncSync(descriptor);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "";
      if (process.platform !== "win32" || !DIRECTORY_SYNC_UNSUPPORTED.has(code)) throw error;
    } finally {
      if (descriptor !== undefined) fs.closeSync(descriptor);
    }
  },
  truncate: (path, size) => fs.truncateSync(path, size),
  remove: (path) => fs.rmSync(path),
  removeDirectory: (path) => fs.rmdirSync(path),
};
