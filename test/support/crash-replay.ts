/**
 * Records what a program does to a disk and builds what a loss of power might leave of it.
 *
 * The model: bytes reach the disk for certain only by `sync`, a folder's entries only by `syncDirectory`. Of the entries
 * not yet synced any subset survives, so a rename may come before the data, and a folder before the files in it. Of a
 * file's unsynced operations a prefix survives, the last write cut at any byte, with NULs in place of the rest or without:
 * that appends to one file do not overtake each other is the one thing assumed of the file system.
 *
 * @see Pillai et al., All File Systems Are Not Created Equal, OSDI 2014.
 */
import { basename, dirname, join } from "node:path";
import type { FileSystem } from "../../src/base/file-system.ts";
import type { Rng } from "../../src/base/random.ts";
import { memoryDisk } from "./memory-disk.ts";

type DataOperation =
  | { readonly kind: "write"; readonly bytes: Buffer }
  | { readonly kind: "truncate"; readonly size: number };

/** Takes the name `from`, if any, off a folder and gives the name `to`, if any, to a file or folder. */
interface EntryOperation {
  readonly kind: "entry";
  readonly folder: number;
  readonly from?: string;
  readonly to?: string;
  readonly node: number;
}

type Operation =
  | EntryOperation
  | (DataOperation & { readonly node: number })
  | { readonly kind: "sync"; readonly node: number }
  | { readonly kind: "sync-folder"; readonly folder: number };

/** What is on a disk: absolute path to content. Folders without files are not told. */
export type DiskContent = ReadonlyMap<string, Buffer>;

export interface Recording {
  readonly fs: FileSystem;
  /** Number of operations so far. */
  length(): number;
  /** A state that a crash after the first `count` operations may leave behind. */
  crash(count: number, rng: Rng): DiskContent;
}

/** Files and folders by number, as they are safely on the disk. */
interface Tree {
  /** Folder to its entries. */
  readonly folders: Map<number, Map<string, number>>;
  readonly contents: Map<number, Buffer>;
}

const ROOT = 0;

/** A recording disk whose initial files are safely on it. */
export function recordingDisk(initial: DiskContent, folder: string): Recording {
  const inner = memoryDisk(initial);
  inner.makeDirectory(folder);
  const base: Tree = { folders: new Map([[ROOT, new Map()]]), contents: new Map() };
  const operations: Operation[] = [];
  const nodes = new Map<string, number>([["/", ROOT]]);
  const descriptors = new Map<number, number>();
  const nodeAt = (path: string): number => {
    const node = nodes.get(path);
    if (node === undefined) throw new Error(`nothing was recorded at ${path}`);
    return node;
  };
  let made = ROOT;
  const create = (path: string): number => {
    made += 1;
    nodes.set(path, made);
    return made;
  };
  const entry = (path: string, node: number, from?: string): void => {
    const names = { to: basename(path), ...(from === undefined ? {} : { from: basename(from) }) };
    operations.push({ kind: "entry", folder: nodeAt(dirname(path)), ...names, node });
  };
  const makeFolders = (path: string): void => {
    if (nodes.has(path)) return;
    makeFolders(dirname(path));
    const node = create(path);
    base.folders.set(node, new Map());
    entry(path, node);
  };
  const removeEntry = (path: string): void => {
    const node = nodeAt(path);
    operations.push({ kind: "entry", folder: nodeAt(dirname(path)), from: basename(path), node });
    nodes.delete(path);
  };
  makeFolders(folder);
  for (const [path, bytes] of initial) {
    makeFolders(dirname(path));
    const node = create(path);
    entry(path, node);
    base.contents.set(node, bytes);
  }
  for (const operation of operations.splice(0)) applyEntry(base, operation as EntryOperation);

  const fs: FileSystem = {
    ...inner,
    makeDirectory(path) {
      inner.makeDirectory(path);
      makeFolders(path);
    },
    open(path, mode) {
      const descriptor = inner.open(path, mode);
      if (!nodes.has(path)) {
        entry(path, create(path));
      } else if (mode === "write") {
        operations.push({ kind: "truncate", node: nodeAt(path), size: 0 });
      }
      descriptors.set(descriptor, nodeAt(path));
      return descriptor;
    },
    write(descriptor, bytes) {
      inner.write(descriptor, bytes);
      const node = descriptors.get(descriptor)!;
      operations.push({ kind: "write", node, bytes: Buffer.from(bytes) });
    },
    sync(descriptor) {
      operations.push({ kind: "sync", node: descriptors.get(descriptor)! });
    },
    rename(from, to) {
      inner.rename(from, to);
      if (dirname(from) !== dirname(to)) throw new Error("no rename between folders is modelled");
      entry(to, nodeAt(from), from);
      for (const [path, node] of Array.from(nodes)) {
        if (path !== from && !path.startsWith(`${from}/`)) continue;
        nodes.delete(path);
        nodes.set(to + path.slice(from.length), node);
      }
    },
    link(existing, path) {
      inner.link(existing, path);
      nodes.set(path, nodeAt(existing));
      entry(path, nodeAt(existing));
    },
    syncDirectory(path) {
      inner.syncDirectory(path);
      operations.push({ kind: "sync-folder", folder: nodeAt(path) });
    },
    truncate(path, size) {
      inner.truncate(path, size);
      operations.push({ kind: "truncate", node: nodeAt(path), size });
    },
    remove(path) {
      inner.remove(path);
      removeEntry(path);
    },
    removeDirectory(path) {
      inner.removeDirectory(path);
      removeEntry(path);
    },
  };
  return {
    fs,
    length: () => operations.length,
    crash: (count, rng) => crashState(base, operations.slice(0, count), rng),
  };
}

function copyOf({ folders, contents }: Tree): Tree {
  const copied = [...folders].map(([folder, entries]) => [folder, new Map(entries)] as const);
  return { folders: new Map(copied), contents: new Map(contents) };
}

function applyEntry({ folders }: Tree, { folder, from, to, node }: EntryOperation): void {
  const entries = folders.get(folder);
  if (from !== undefined) entries?.delete(from);
  if (to !== undefined) entries?.set(to, node);
}

function crashState(base: Tree, operations: readonly Operation[], rng: Rng): DiskContent {
  const tree = copyOf(base);
  const pendingData = new Map<number, DataOperation[]>();
  let pendingEntries: EntryOperation[] = [];
  const settle = (node: number, data: readonly DataOperation[]): void => {
    tree.contents.set(node, data.reduce(applyData, tree.contents.get(node) ?? Buffer.alloc(0)));
    pendingData.delete(node);
  };

  for (const operation of operations) {
    if (operation.kind === "entry") {
      pendingEntries.push(operation);
    } else if (operation.kind === "sync") {
      settle(operation.node, pendingData.get(operation.node) ?? []);
    } else if (operation.kind === "sync-folder") {
      const here = ({ folder }: EntryOperation): boolean => folder === operation.folder;
      for (const entry of pendingEntries.filter(here)) applyEntry(tree, entry);
      pendingEntries = pendingEntries.filter((entry) => !here(entry));
    } else {
      pendingData.set(operation.node, [...(pendingData.get(operation.node) ?? []), operation]);
    }
  }
  for (const [node, data] of pendingData) settle(node, survivors(data, rng));
  for (const entry of pendingEntries) if (rng.uniform() < 0.5) applyEntry(tree, entry);
  return new Map(filesBelow(tree, ROOT, "/"));
}

/** What can be reached from a folder; whatever has no name any more is gone. */
function filesBelow(tree: Tree, folder: number, path: string): Array<readonly [string, Buffer]> {
  const { folders, contents } = tree;
  return [...(folders.get(folder) ?? [])].flatMap(([name, node]) => {
    const at = join(path, name);
    if (folders.has(node)) return filesBelow(tree, node, at);
    return [[at, contents.get(node) ?? Buffer.alloc(0)] as const];
  });
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
