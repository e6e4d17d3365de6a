/** Commits checkpoints as a whole and removes old ones; the only code that deletes any. */
import { join, resolve } from "node:path";
import { temporarySibling } from "../base/atomic-write.ts";
import { writeFailure } from "../base/disk-failure.ts";
import { DataError, RunError, ShapeError } from "../base/errors.ts";
import type { FileSystem } from "../base/file-system.ts";
import { makeDirectorySynced } from "../base/make-directory-synced.ts";
import { renameRetrying } from "../base/rename-retrying.ts";
import { CHECKPOINT_LIST, formatList, listFiles, parseList } from "./checkpoint-list.ts";
import { readCheckpoint, stepsIn } from "./read-checkpoint.ts";
import { CHECKPOINTS, stepName } from "./run-files.ts";
import { removeHidden } from "./sweep-hidden.ts";

/** What to write. */
export interface CheckpointContent {
  readonly step: number;
  /** File name, see {@link listFiles}, to content. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * Writes a checkpoint: after any crash it is under its name as a whole, or not at all.
 *
 * **Details** Hidden folder, files, fsync of each, list of sizes and SHA-256, fsync of the folder, rename, fsync of the
 * parent. Then it is read back, and only if it is what was to be written are older ones removed. A folder is removed only
 * if it holds a list that is right for its name, the files of the list, and nothing else. Whatever has the name of the
 * new checkpoint is replaced if it is such a folder, and otherwise put aside under another name.
 *
 * @param keep - how many checkpoints to keep, this one included; at least 1.
 * @returns its path.
 * @throws {@link RunError} if the disk refuses, or does not give back what was written; older ones are then intact.
 * {@link ShapeError} for a file name that a checkpoint cannot have.
 */
export function writeCheckpoint(
  fs: FileSystem,
  runPath: string,
  { step, files }: CheckpointContent,
  keep: number,
): string {
  if (!(Number.isSafeInteger(keep) && keep >= 1)) {
    throw new ShapeError("checkpoint-keep", `at least 1 checkpoint must be kept, got ${keep}`);
  }
  const folder = join(runPath, CHECKPOINTS);
  const path = join(folder, stepName(step));
  const list = formatList(listFiles(step, files));
  let staged: string | undefined;
  try {
    makeDirectorySynced(fs, resolve(folder));
    staged = temporarySibling(fs, path);
    fs.makeDirectory(staged);
    for (const [name, bytes] of [...files, [CHECKPOINT_LIST, list] as const]) {
      writeSynced(fs, join(staged, name), bytes);
    }
    fs.syncDirectory(staged);
    const replaced = giveWay(fs, runPath, step);
    renameRetrying(fs, staged, path);
    fs.syncDirectory(folder);
    verify(fs, runPath, step, list);
    if (replaced !== undefined) removeHidden(fs, replaced);
    removeOld(fs, runPath, step, keep);
  } catch (error) {
    if (staged !== undefined) removeQuietly(fs, staged);
    throw writeFailure(path, error, "older checkpoints are intact");
  }
  return path;
}

/**
 * Puts the checkpoints beyond a step aside, under names that are not those of checkpoints.
 *
 * **When to use** On resume: they could not be used, and belong to steps that are going to be done again.
 *
 * @returns their new paths.
 * @throws {@link RunError} if the disk refuses.
 */
export function putNewerAside(fs: FileSystem, runPath: string, after: number): string[] {
  const folder = join(runPath, CHECKPOINTS);
  try {
    const newer = stepsIn(fs, folder).filter(
      (step) => step > after && isOurs(fs, join(folder, stepName(step)), step),
    );
    return newer.map((step) => putAside(fs, join(folder, stepName(step))));
  } catch (error) {
    throw writeFailure(folder, error);
  }
}

function writeSynced(fs: FileSystem, path: string, bytes: Uint8Array): void {
  const descriptor = fs.open(path, "write");
  try {
    fs.write(descriptor, bytes);
    fs.sync(descriptor);
  } finally {
    fs.close(descriptor);
  }
}

/** Frees the name of a checkpoint. @returns where the checkpoint is that had it, to be removed in the end. */
function giveWay(fs: FileSystem, runPath: string, step: number): string | undefined {
  const path = join(runPath, CHECKPOINTS, stepName(step));
  if (fs.status(path) === undefined && !fs.isLink(path)) return undefined;
  if (!isOurs(fs, path, step)) {
    putAside(fs, path);
    return undefined;
  }
  const hidden = temporarySibling(fs, path);
  renameRetrying(fs, path, hidden);
  return hidden;
}

function putAside(fs: FileSystem, path: string): string {
  for (let attempt = 1; ; attempt += 1) {
    const aside = `${path}.aside-${attempt}`;
    if (fs.status(aside) !== undefined || fs.isLink(aside)) continue;
    renameRetrying(fs, path, aside);
    return aside;
  }
}

/** Reads back what was written; the page cache answers, so this finds our mistakes and not those of the disk. */
function verify(fs: FileSystem, runPath: string, step: number, list: Buffer): void {
  const path = join(runPath, CHECKPOINTS, stepName(step));
  try {
    readCheckpoint(fs, runPath, step);
  } catch (error) {
    if (error instanceof DataError) throw notKept(error.message);
    throw error;
  }
  if (!fs.readFile(join(path, CHECKPOINT_LIST)).equals(list)) {
    throw notKept(`"${path}": its list must be the one that was written, got another one`);
  }
}

function notKept(got: string): RunError {
  return new RunError("checkpoint-not-kept", `a checkpoint must be read back as written: ${got}`, {
    fix: "check the disk before you trust it with another run; older checkpoints are intact",
  });
}

function removeOld(fs: FileSystem, runPath: string, step: number, keep: number): void {
  const folder = join(runPath, CHECKPOINTS);
  const ours = stepsIn(fs, folder).filter(
    (other) => other <= step && isOurs(fs, join(folder, stepName(other)), other),
  );
  for (const old of ours.slice(0, -keep)) {
    const path = join(folder, stepName(old));
    // A checkpoint of which a part is gone must not be seen under its name.
    const hidden = temporarySibling(fs, path);
    renameRetrying(fs, path, hidden);
    fs.syncDirectory(folder);
    removeHidden(fs, hidden);
  }
}

/** Whether this is a checkpoint that we wrote, and nobody has put anything into since. */
function isOurs(fs: FileSystem, path: string, step: number): boolean {
  if (fs.isLink(path) || fs.status(path)?.kind !== "directory") return false;
  const names = fs.list(path);
  const areFiles = names.every((name) => {
    const file = join(path, name);
    return !fs.isLink(file) && fs.status(file)?.kind === "file";
  });
  if (!areFiles || !names.includes(CHECKPOINT_LIST)) return false;
  const list = parseList(fs.readFile(join(path, CHECKPOINT_LIST)));
  if (typeof list === "string" || list.step !== step) return false;
  const listed = new Set([CHECKPOINT_LIST, ...list.files.map(({ name }) => name)]);
  return names.every((name) => listed.has(name));
}

/** A failure here must not hide the one that led to it. */
function removeQuietly(fs: FileSystem, staged: string): void {
  try {
    removeHidden(fs, staged);
  } catch {
    // The caller is about to report why the write failed, which says more.
  }
}
