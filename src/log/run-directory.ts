/** The run directory as a whole, the bridge between whoever trains and whoever analyses; knows neither. */
import { dirname, join, resolve } from "node:path";
import { temporarySibling } from "../base/atomic-write.ts";
import { writeFailure } from "../base/disk-failure.ts";
import type { FileSystem } from "../base/file-system.ts";
import { renameRetrying } from "../base/rename-retrying.ts";
import { fingerprint } from "./checkpoint-list.ts";
import { appendSteps } from "./append-steps.ts";
import { type Manifest, writeManifest } from "./manifest.ts";
import { refuseOccupied } from "./refuse-occupied.ts";
import { readSteps } from "./read-steps.ts";
import { MANIFEST, STEPS, STEPS_PARQUET } from "./run-files.ts";
import { readRunState } from "./run-state.ts";
import { stepColumns } from "./step-columns.ts";
import { dtypesOf } from "./step-tables.ts";
import type { Table } from "./table.ts";
import { writeParquet } from "./write-parquet.ts";

const stepDtypes = dtypesOf(stepColumns);

/** What a run directory holds besides tokens, rollouts and checkpoints. */
export interface Run {
  readonly manifest: Manifest;
  /** One row a step, in the order of the log. */
  readonly table: Table;
}

/** A run as it was read. */
export interface RunRead extends Run {
  /** That of the manifest, but `interrupted` where it says `running` and no process is writing any more. */
  readonly status: Manifest["status"];
  /** Sentences about what was left out or is doubtful. */
  readonly warnings: readonly string[];
}

/**
 * Reads a run, also while it is being written.
 *
 * The steps come from `steps.jsonl` alone: `steps.parquet` is a copy, and may be missing, stale or damaged.
 *
 * @throws {@link DataError} if the manifest or the steps cannot be read, or a newer entlaw wrote them.
 */
export function readRunDirectory(fs: FileSystem, path: string): RunRead {
  const { manifest, status } = readRunState(fs, path);
  const { table, bytes, warnings } = readSteps(fs, join(path, STEPS));
  return { manifest, status, table, warnings: [...warnings, ...doubts(manifest, status, bytes)] };
}

/**
 * Writes a whole run at once: either all of it is at `path` afterwards, or nothing is.
 *
 * The same run gives the same bytes. The manifest's `steps` and `steps_file` are filled in.
 *
 * @param path - a folder that does not exist, or is empty.
 * @param run - the steps must increase from row to row.
 * @throws {@link ConfigError} if something is at `path`; {@link RunError} if the disk refuses;
 * {@link ShapeError} if the steps do not increase.
 */
export function writeRunDirectory(fs: FileSystem, path: string, run: Run): void {
  const target = resolve(path);
  let staged: string | undefined;
  try {
    refuseOccupied(fs, path);
    staged = temporarySibling(fs, target);
    fs.makeDirectory(staged);
    fill(fs, staged, run);
    fs.syncDirectory(staged);
    // An empty folder at the target gives way; a rename onto it is refused on Windows.
    if (fs.status(target) !== undefined) fs.removeDirectory(target);
    renameRetrying(fs, staged, target);
    fs.syncDirectory(dirname(target));
  } catch (error) {
    if (staged !== undefined) removeStaged(fs, staged);
    throw writeFailure(path, error);
  }
}

function fill(fs: FileSystem, folder: string, { manifest, table }: Run): void {
  const log = appendSteps(fs, join(folder, STEPS));
  try {
    for (let row = 0; row < table.length; row += 1) log.append(rowOf(table, row));
  } finally {
    log.close();
  }
  writeParquet(fs, join(folder, STEPS_PARQUET), table, stepDtypes);
  writeManifest(fs, join(folder, MANIFEST), {
    ...manifest,
    steps: table.length,
    steps_file: log.fingerprint(),
  });
}

/** A row as the log has it; NaN, which in a table means "no value", becomes null. */
function rowOf(table: Table, row: number): Map<string, number | null> {
  return new Map(
    [...table.columns].map(([name, values]) => {
      const value = values[row]!;
      return [name, Number.isNaN(value) ? null : value];
    }),
  );
}

/** Removes our own staged folder; a failure here must not hide the one that led to it. */
function removeStaged(fs: FileSystem, staged: string): void {
  try {
    if (fs.status(staged) === undefined) return;
    for (const name of fs.list(staged)) fs.remove(join(staged, name));
    fs.removeDirectory(staged);
  } catch {
    // The caller is about to report why the write failed, which says more.
  }
}

function doubts(manifest: Manifest, status: Manifest["status"], steps: Buffer): string[] {
  const found: string[] = [];
  if (status === "interrupted" || status === "failed") {
    const reason = manifest.error === undefined ? "" : `: ${manifest.error}`;
    found.push(`the run did not finish (${status})${reason}`);
  }
  if (isChanged(manifest, steps)) {
    found.push(
      `${STEPS} is not the file that the run wrote: its SHA-256 is not the one in ${MANIFEST}; numbers may have been changed or lost`,
    );
  }
  return found;
}

/** Compares the log with what it was at the end of the run or, before that, at the last checkpoint. */
function isChanged({ steps_file: atEnd, checkpoints }: Manifest, steps: Buffer): boolean {
  if (atEnd !== undefined) return atEnd.sha256 !== fingerprint(steps).sha256;
  const recorded = checkpoints?.at(-1)?.steps_file;
  if (recorded === undefined) return false;
  return recorded.sha256 !== fingerprint(steps.subarray(0, recorded.bytes)).sha256;
}
