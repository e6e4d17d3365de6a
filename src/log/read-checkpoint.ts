/** Reads checkpoints, none of whose bytes is used before its hash is right; never writes. */
import { join } from "node:path";
import { readFailure } from "../base/disk-failure.ts";
import { DataError } from "../base/errors.ts";
import type { FileSystem } from "../base/file-system.ts";
import { CHECKPOINT_LIST, type CheckpointList, fingerprint, parseList } from "./checkpoint-list.ts";
import { CHECKPOINTS, stepName, stepOfName } from "./run-files.ts";

/** A checkpoint that is what was written. */
export interface Checkpoint {
  readonly step: number;
  readonly path: string;
  /** File name to content, without the list. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** What a run can go on from. */
export interface NewestCheckpoint {
  /** The newest one that is whole; undefined if there is none, and the run has to start at its first step. */
  readonly checkpoint: Checkpoint | undefined;
  /** Sentences about checkpoints that were passed over; there is one if there is nothing to go on from. */
  readonly warnings: readonly string[];
}

const MOST_LIST_BYTES = 1_000_000;
const FIX = "remove or rename it; the run then goes on from the checkpoint before it";

/**
 * Reads the newest checkpoint of a run, or the newest one before it that is whole.
 *
 * Links are not followed: a checkpoint that is a link, or has one in it, is passed over.
 *
 * @throws {@link DataError} if the disk refuses to say which checkpoints there are.
 */
export function readNewestCheckpoint(fs: FileSystem, runPath: string): NewestCheckpoint {
  const folder = join(runPath, CHECKPOINTS);
  const passedOver: string[] = [];
  for (const step of stepsToRead(fs, folder)) {
    try {
      const checkpoint = readCheckpoint(fs, runPath, step);
      const warnings = passedOver.map((why) => `${why}; going on from "${checkpoint.path}"`);
      return { checkpoint, warnings };
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      passedOver.push(`a checkpoint is passed over: ${error.message}`);
    }
  }
  const none = `no checkpoint in "${folder}" can be used: the run starts at its first step`;
  return { checkpoint: undefined, warnings: [...passedOver, none] };
}

/**
 * Reads and verifies one checkpoint.
 *
 * @throws {@link DataError} naming the file that is missing, is a link, or is not the one that was written.
 */
export function readCheckpoint(fs: FileSystem, runPath: string, step: number): Checkpoint {
  const path = join(runPath, CHECKPOINTS, stepName(step));
  if (isLink(fs, path)) throw damaged(path, "a checkpoint must be a folder", "a link");
  const list = readList(fs, path);
  if (list.step !== step) {
    throw damaged(path, `its list must be for step ${step}`, `one for step ${list.step}`);
  }
  const files = new Map<string, Buffer>();
  for (const { name, bytes, sha256 } of list.files) {
    const file = join(path, name);
    const size = sizeOf(fs, file);
    if (size !== bytes) throw damaged(file, `it must have ${bytes} bytes`, String(size));
    const content = readBytes(fs, file);
    if (fingerprint(content).sha256 !== sha256) {
      throw damaged(file, "its SHA-256 must be the one in the list", "another one");
    }
    files.set(name, content);
  }
  return { step, path, files };
}

/**
 * The steps that have something with the name of a checkpoint, in order.
 *
 * @throws Node's `ErrnoException`.
 */
export function stepsIn(fs: FileSystem, folder: string): number[] {
  if (fs.status(folder)?.kind !== "directory") return [];
  const steps = fs.list(folder).map((name) => (name.includes(".") ? undefined : stepOfName(name)));
  return steps.filter((step) => step !== undefined).toSorted((a, b) => a - b);
}

/** Newest first. */
function stepsToRead(fs: FileSystem, folder: string): number[] {
  try {
    return stepsIn(fs, folder).toReversed();
  } catch (error) {
    throw readFailure(folder, error);
  }
}

function readList(fs: FileSystem, path: string): CheckpointList {
  const file = join(path, CHECKPOINT_LIST);
  const size = sizeOf(fs, file);
  if (size > MOST_LIST_BYTES) {
    throw damaged(file, `a list must have at most ${MOST_LIST_BYTES} bytes`, String(size));
  }
  const list = parseList(readBytes(fs, file));
  if (typeof list === "string") throw damaged(file, "it must be the list of a checkpoint", list);
  return list;
}

/** Size of what must be a file itself and no link. */
function sizeOf(fs: FileSystem, file: string): number {
  try {
    const status = fs.status(file);
    if (status === undefined) throw damaged(file, "it must be there", "nothing");
    if (status.kind === "file" && !fs.isLink(file)) return status.size;
  } catch (error) {
    throw readFailure(file, error);
  }
  throw damaged(file, "it must be a file", "something else");
}

function isLink(fs: FileSystem, path: string): boolean {
  try {
    return fs.isLink(path);
  } catch (error) {
    throw readFailure(path, error);
  }
}

function readBytes(fs: FileSystem, file: string): Buffer {
  try {
    return fs.readFile(file);
  } catch (error) {
    throw readFailure(file, error);
  }
}

function damaged(path: string, must: string, got: string): DataError {
  return new DataError("damaged-checkpoint", `"${path}": ${must}, got ${got}`, { fix: FIX });
}
