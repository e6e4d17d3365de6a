/** Makes `steps.jsonl` fit to be appended to, after a crash or before a resume; the only code that takes bytes out of a log. */
import { dirname } from "node:path";
import { writeFailure } from "../base/disk-failure.ts";
import type { FileSystem } from "../base/file-system.ts";
import { scanSteps } from "./scan-steps.ts";
import type { StepLine } from "./step-line.ts";

/** What a repair found and did. */
export interface Repair {
  /** The last whole line, or undefined if the log holds none. */
  readonly last: StepLine | undefined;
  /** Its step. */
  readonly lastStep: number | undefined;
  /** How many whole lines the log holds. */
  readonly lines: number;
  /** Bytes moved out of the log; 0 if it was whole. */
  readonly removedBytes: number;
  /** Where they were added. */
  readonly keptAside: string;
}

/** What a cut found and did. */
export interface Cut {
  /** The last step that was kept, or undefined if the log holds none. */
  readonly lastStep: number | undefined;
  /** Lines moved out of the log. */
  readonly removedLines: number;
  /** Where they were added. */
  readonly keptAside: string;
}

/**
 * Moves a torn tail out of the log, so that the next line does not fuse with it.
 *
 * The removed bytes are on the disk in `<path>.torn` before the log is cut: a crash in between loses none.
 *
 * @returns what was found; a log that does not exist is whole and empty.
 * @throws {@link DataError} if the log is damaged before its end; {@link RunError} if the disk refuses.
 */
export function repairSteps(fs: FileSystem, path: string): Repair {
  const keptAside = `${path}.torn`;
  const bytes = readIfThere(fs, path);
  const scanned = scanSteps(bytes, path);
  const torn = bytes.subarray(scanned.wholeBytes);
  try {
    if (torn.length > 0) {
      append(fs, keptAside, Buffer.concat([torn, Buffer.from("\n")]));
      fs.syncDirectory(dirname(path));
      fs.truncate(path, scanned.wholeBytes);
    }
    if (!scanned.endsWithLineFeed) append(fs, path, Buffer.from("\n"));
  } catch (error) {
    throw writeFailure(path, error);
  }
  const last = scanned.lines.at(-1);
  const lines = scanned.lines.length;
  return { last, lastStep: last?.step, lines, removedBytes: torn.length, keptAside };
}

/**
 * Moves the lines from the first one beyond a step on out of the log, so that a resumed run writes each step once.
 *
 * The removed lines are on the disk in `<path>.cut` before the log is cut, for they are a record too. Whoever appends
 * next must sync the log before anything relies on the cut.
 *
 * @param after - the last step to keep.
 * @throws {@link DataError} if the log is damaged before its end; {@link RunError} if the disk refuses.
 */
export function cutSteps(fs: FileSystem, path: string, after: number): Cut {
  repairSteps(fs, path);
  const keptAside = `${path}.cut`;
  const bytes = readIfThere(fs, path);
  const { lines } = scanSteps(bytes, path);
  const first = lines.findIndex(({ step }) => step > after);
  if (first < 0) return { lastStep: lines.at(-1)?.step, removedLines: 0, keptAside };
  const { offset } = lines[first]!;
  try {
    append(fs, keptAside, bytes.subarray(offset));
    fs.syncDirectory(dirname(path));
    fs.truncate(path, offset);
  } catch (error) {
    throw writeFailure(path, error);
  }
  return { lastStep: lines[first - 1]?.step, removedLines: lines.length - first, keptAside };
}

function append(fs: FileSystem, path: string, bytes: Uint8Array): void {
  const descriptor = fs.open(path, "append");
  try {
    fs.write(descriptor, bytes);
    fs.sync(descriptor);
  } finally {
    fs.close(descriptor);
  }
}

function readIfThere(fs: FileSystem, path: string): Buffer {
  try {
    return fs.status(path) === undefined ? Buffer.alloc(0) : fs.readFile(path);
  } catch (error) {
    // Here a log is read to be written to: what stops that ends the run.
    throw writeFailure(path, error);
  }
}
