/** A disk in memory: the tests' stand-in for the real one; keeps no promise about crashes and needs none. */
import { dirname } from "node:path";
import type { FileSystem } from "../../src/base/file-system.ts";
import { diskError } from "./disk-error.ts";

interface MemoryFile {
  bytes: Buffer;
}

/**
 * Makes a disk with these files; every folder above them exists.
 *
 * @param files - absolute path to content.
 * @param devices - paths that are neither file nor folder; what is written to them is gone.
 */
export function memoryDisk(
  files: ReadonlyMap<string, Uint8Array> = new Map(),
  devices: readonly string[] = [],
): FileSystem {
  const entries = new Map<string, MemoryFile>();
  const folders = new Set<string>(["/"]);
  const descriptors = new Map<number, MemoryFile>();
  let nextDescriptor = 3;

  const addFolder = (path: string): void => {
    for (let at = path; !folders.has(at); at = dirname(at)) folders.add(at);
  };
  const existing = (path: string, operation: string): MemoryFile => {
    const file = entries.get(path);
    if (file === undefined) throw diskError("ENOENT", operation);
    return file;
  };
  const opened = (descriptor: number, operation: string): MemoryFile => {
    const file = descriptors.get(descriptor);
    if (file === undefined) throw diskError("EBADF", operation);
    return file;
  };
  const namesIn = (path: string): string[] =>
    [...entries.keys(), ...folders].filter((entry) => entry !== path && dirname(entry) === path);
  const moveFolder = (from: string, to: string): void => {
    if (entries.has(to)) throw diskError("ENOTDIR", "rename");
    if (folders.has(to) && namesIn(to).length > 0) throw diskError("ENOTEMPTY", "rename");
    const moved = (path: string): string => to + path.slice(from.length);
    const isInside = (path: string): boolean => path === from || path.startsWith(`${from}/`);
    for (const path of [...folders].filter(isInside)) {
      folders.delete(path);
      folders.add(moved(path));
    }
    for (const [path, file] of [...entries].filter(([name]) => isInside(name))) {
      entries.delete(path);
      entries.set(moved(path), file);
    }
  };
  for (const [path, bytes] of files) {
    addFolder(dirname(path));
    entries.set(path, { bytes: Buffer.from(bytes) });
  }

  return {
    status(path) {
      const file = entries.get(path);
      if (file !== undefined) return { kind: "file", size: file.bytes.length };
      if (devices.includes(path)) return { kind: "other", size: 0 };
      return folders.has(path) ? { kind: "directory", size: 0 } : undefined;
    },
    isSame: (path, other) => path === other && (entries.has(path) || folders.has(path)),
    isLink: () => false,
    list(path) {
      if (!folders.has(path)) throw diskError("ENOENT", "scandir");
      return namesIn(path)
        .map((name) => name.slice(path === "/" ? 1 : path.length + 1))
        .toSorted();
    },
    readFile: (path) => Buffer.from(existing(path, "open").bytes),
    makeDirectory: addFolder,
    open(path, mode) {
      if (!folders.has(dirname(path))) throw diskError("ENOENT", "open");
      if (mode === "exclusive" && (entries.has(path) || folders.has(path))) {
        throw diskError("EEXIST", "open");
      }
      const file = entries.get(path) ?? { bytes: Buffer.alloc(0) };
      if (mode === "write") file.bytes = Buffer.alloc(0);
      if (!devices.includes(path)) entries.set(path, file);
      descriptors.set(nextDescriptor, file);
      nextDescriptor += 1;
      return nextDescriptor - 1;
    },
    write(descriptor, bytes) {
      const file = opened(descriptor, "write");
      file.bytes = Buffer.concat([file.bytes, bytes]);
    },
    sync: (descriptor) => void opened(descriptor, "fsync"),
    close(descriptor) {
      opened(descriptor, "close");
      descriptors.delete(descriptor);
    },
    rename(from, to) {
      if (folders.has(from)) {
        moveFolder(from, to);
        return;
      }
      if (folders.has(to)) throw diskError("EISDIR", "rename");
      entries.set(to, existing(from, "rename"));
      entries.delete(from);
    },
    link(from, to) {
      const file = existing(from, "link");
      if (entries.has(to) || folders.has(to)) throw diskError("EEXIST", "link");
      entries.set(to, file);
    },
    syncDirectory(path) {
      if (!folders.has(path)) throw diskError("ENOENT", "open");
    },
    truncate(path, size) {
      const file = existing(path, "ftruncate");
      file.bytes = file.bytes.subarray(0, size);
    },
    remove(path) {
      existing(path, "unlink");
      entries.delete(path);
    },
    removeDirectory(path) {
      if (!folders.has(path)) throw diskError("ENOENT", "rmdir");
      if (namesIn(path).length > 0) throw diskError("ENOTEMPTY", "rmdir");
      folders.delete(path);
    },
  };
}
