/**
 * Records what a program does to a disk and builds what a loss of power might leave of it.
 *
 * The model: bytes reach the disk for certain only by `sync`, a folder's entries only by `syncDirectory`. Of the entries
 * not yet synced any subset survives, so a rename may come before the data. Of a file's unsynced operations a prefix
 * survives, the last write cut at any byte, with NULs in place of the rest or without: that appends to one file do not
 * overtake each other is the one thing assumed of the file system.
 *
 * @see Pillai et al., All File Systems Are Not Created Equal, OSDI 2014.
 */
import { dirname } from "node:path";
import type { FileSystem } from "../../src/base/file-system.ts";
import type { Rng } from "../../src/base/random.ts";
import { memoryDisk } from "./memory-disk.ts";

type DataOperation =
  | { readonly kind: "write"; readonly bytes: Buffer }
  | { readonly kind: "truncate"; readonly size: number };

/** Takes the name `from`, if any, off the folder and gives the name `to`, if any, to a file. */
interface EntryOperation {
  readonly kind: "entry";
  readonly from?: string;
  readonly to?: string;
  readonly file: number;
}

type Operation =
  | EntryOperation
  | (DataOperation & { readonly file: number })
  | { readonly kind: "sync"; readonly file: number }
  | { readonly kind: "sync-folder"; readonly folder: string };

/** What is on a disk: absolute path to content. */
export type DiskContent = ReadonlyMap<string, Buffer>;

export interface Recording {
  readonly fs: FileSystem;
  /** Number of operations so far. */
  length(): number;
  /** A state that a crash after the first `count` operations may leave behind. */
  crash(count: number, rng: Rng): DiskContent;
}

/** A recording disk whose initial files are safely on it. */
export function recordingDisk(initial: DiskContent, folder: string): Recording {
  const inner = memoryDisk(initial);
  inner.makeDirectory(folder);
  const operations: Operation[] = [];
  const files = new Map([...initial.keys()].map((path, file) => [path, file]));
  const descriptors = new Map<number, number>();
  let created = files.size;
  const fileAt = (path: string): number => files.get(path)!;

  const fs: FileSystem = {
    ...inner,
    open(path, mode) {
      const descriptor = inner.open(path, mode);
      if (!files.has(path)) {
        files.set(path, created);
        operations.push({ kind: "entry", to: path, file: created });
        created += 1;
      } else if (mode === "write") {
        operations.push({ kind: "truncate", file: fileAt(path), size: 0 });
      }
      descriptors.set(descriptor, fileAt(path));
      return descriptor;
    },
    write(descriptor, bytes) {
      inner.write(descriptor, bytes);
      operations.push({
        kind: "write",
        file: descriptors.get(descriptor)!,
        bytes: Buffer.from(bytes),
      });
    },
    sync(descriptor) {
      operations.push({ kind: "sync", file: descriptors.get(descriptor)! });
    },
    rename(from, to) {
      inner.rename(from, to);
      operations.push({ kind: "entry", from, to, file: fileAt(from) });
      files.set(to, fileAt(from));
      files.delete(from);
    },
    syncDirectory: (path) => void operations.push({ kind: "sync-folder", folder: path }),
    truncate(path, size) {
      inner.truncate(path, size);
      operations.push({ kind: "truncate", file: fileAt(path), size });
    },
    remove(path) {
      inner.remove(path);
      operations.push({ kind: "entry", from: path, file: fileAt(path) });
      files.delete(path);
    },
  };
  return {
    fs,
    length: () => operations.length,
    crash: (count, rng) => crashState(initial, operations.slice(0, count), rng),
  };
}

function crashState(initial: DiskContent, operations: readonly Operation[], rng: Rng): DiskContent {
  const entries = new Map([...initial.keys()].map((path, file) => [path, file]));
  const contents = new Map([...initial.values()].map((bytes, file) => [file, bytes]));
  const pendingData = new Map<number, DataOperation[]>();
  let pendingEntries: EntryOperation[] = [];
  const applyEntry = ({ from, to, file }: EntryOperation): void => {
    if (from !== undefined) entries.delete(from);
    if (to !== undefined) entries.set(to, file);
  };
  const settle = (file: number, data: readonly DataOperation[]): void => {
    contents.set(file, data.reduce(applyData, contents.get(file) ?? Buffer.alloc(0)));
    pendingData.delete(file);
  };

  for (const operation of operations) {
    if (operation.kind === "entry") {
      pendingEntries.push(operation);
    } else if (operation.kind === "sync") {
      settle(operation.file, pendingData.get(operation.file) ?? []);
    } else if (operation.kind === "sync-folder") {
      const here = (entry: EntryOperation) => dirname(entry.to ?? entry.from!) === operation.folder;
      pendingEntries.filter(here).forEach(applyEntry);
      pendingEntries = pendingEntries.filter((entry) => !here(entry));
    } else {
      pendingData.set(operation.file, [...(pendingData.get(operation.file) ?? []), operation]);
    }
  }
  for (const [file, data] of pendingData) settle(file, survivors(data, rng));
  pendingEntries.filter(() => rng.uniform() < 0.5).forEach(applyEntry);
  return new Map([...entries].map(([path, file]) => [path, contents.get(file) ?? Buffer.alloc(0)]));
}

function applyData(content: Buffer, operation: DataOperation): Buffer {
  return operation.kind === "write"
    ? Buffer.concat([content, operation.bytes])
    : content.subarray(0, operation.size);
}

/** A prefix of the operations, its last write cut and perhaps padded. */
function survivors(data: readonly DataOperation[], rng: Rng): DataOperation[] {
  const kept = data.slice(0, rng.below(data.length + 1));
  const last = kept.pop();
  if (last?.kind !== "write") return last === undefined ? kept : [...kept, last];
  const arrived = rng.below(last.bytes.length + 1);
  const padding = rng.uniform() < 0.5 ? last.bytes.length - arrived : 0;
  const bytes = Buffer.concat([last.bytes.subarray(0, arrived), Buffer.alloc(padding)]);
  return [...kept, { kind: "write", bytes }];
}
