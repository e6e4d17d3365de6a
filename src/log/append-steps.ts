/** Appends lines to `steps.jsonl`, the log of record, and to `updates.jsonl`; knows nothing of what the columns mean. */
import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { writeFailure } from "../base/disk-failure.ts";
import { ShapeError } from "../base/errors.ts";
import type { FileSystem } from "../base/file-system.ts";
import type { Fingerprint } from "./manifest.ts";
import { type Repair, repairSteps } from "./repair-steps.ts";
import { type StepRow, formatStepLine } from "./step-line.ts";

/** An open step log. One writer a log; any number of readers. */
export interface StepAppender {
  /**
   * Hands lines to the operating system: from then on they survive the death of this process.
   *
   * @throws {@link ShapeError} if a row does not come after the one before it, nothing of the call being written;
   * {@link RunError} if the disk refuses, saying up to which step the log is safe.
   */
  append(...rows: readonly StepRow[]): void;
  /**
   * Waits until all lines are on the disk: from then on they survive the loss of power.
   *
   * @throws {@link RunError} if the disk refuses. It is never tried again, since a second fsync may succeed with data lost.
   */
  sync(): void;
  /** Closes the log after a last {@link StepAppender.sync}; does nothing where the disk has refused before. */
  close(): void;
  /** What the log holds, as this process wrote and found it, so that what becomes of it on the disk can be compared. */
  fingerprint(): Fingerprint;
  /** The last step that {@link StepAppender.sync} has put on the disk, or undefined if there is none. */
  safeStep(): number | undefined;
  /** What a crash had left at the end of the log when it was opened. */
  readonly repair: Repair;
  /** How many values of each column were written as null because they were NaN or infinite. */
  readonly notFinite: ReadonlyMap<string, number>;
}

/**
 * Opens a step log to append to, creating it, or repairing what a crash left at its end.
 *
 * After the disk has refused once, every later call ends with the same error: what is on the disk is no longer known.
 *
 * @param order - columns by which the lines are ordered, the first being `step`; every row has integers there.
 * @throws {@link DataError} if the log is damaged before its end; {@link RunError} if the disk refuses.
 */
export function appendSteps(
  fs: FileSystem,
  path: string,
  order: readonly string[] = ["step"],
): StepAppender {
  const notFinite = new Map<string, number>();
  const repair = repairSteps(fs, path);
  let last = repair.last === undefined ? undefined : placeOf(repair.last.values, order);
  let safe: number | undefined;
  let refusal: Error | undefined;

  const descriptor = openLog(fs, path);
  let isOpen = true;
  const release = (): void => {
    if (!isOpen) return;
    isOpen = false;
    fs.close(descriptor);
  };
  /** Runs one operation of the disk; the first one refused is the last one tried. */
  const attempt = <T>(operation: () => T): T => {
    if (refusal !== undefined) throw refusal;
    try {
      return operation();
    } catch (error) {
      refusal = writeFailure(path, error, safetyOf(safe));
      releaseQuietly(release);
      throw refusal;
    }
  };
  const sync = (): void => {
    attempt(() => fs.sync(descriptor));
    safe = last?.[0];
  };

  // What an earlier process wrote may not be on the disk yet, nor the repair, nor the name of a file that is new.
  sync();
  attempt(() => fs.syncDirectory(dirname(path)));
  const found = attempt(() => fs.readFile(path));
  const hash = createHash("sha256").update(found);
  let bytes = found.length;
  let { lines } = repair;
  return {
    repair,
    notFinite,
    append(...rows) {
      let end = last;
      for (const row of rows) end = nextPlace(row, order, end);
      const text = Buffer.from(rows.map(formatStepLine).join(""));
      attempt(() => fs.write(descriptor, text));
      last = end;
      hash.update(text);
      bytes += text.length;
      lines += rows.length;
      for (const [name, value] of rows.flatMap((row) => [...row])) {
        if (value === null || Number.isFinite(value)) continue;
        notFinite.set(name, (notFinite.get(name) ?? 0) + 1);
      }
    },
    sync,
    fingerprint: () => ({ bytes, lines, sha256: hash.copy().digest("hex") }),
    safeStep: () => safe,
    close() {
      if (refusal !== undefined || !isOpen) return;
      sync();
      attempt(release);
    },
  };
}

/** What is and is not safe after the disk has refused, as a clause. */
export function safetyOf(step: number | undefined): string {
  return step === undefined ? "no step is safe on the disk" : `safe up to step ${step}`;
}

function openLog(fs: FileSystem, path: string): number {
  try {
    return fs.open(path, "append");
  } catch (error) {
    throw writeFailure(path, error);
  }
}

function releaseQuietly(release: () => void): void {
  try {
    release();
  } catch {
    // The disk has refused something before, which is about to be reported and says more.
  }
}

/** The row's values of the columns that order the log. */
function placeOf(row: StepRow, order: readonly string[]): number[] {
  return order.map((name) => row.get(name) ?? Number.NaN);
}

function nextPlace(
  row: StepRow,
  order: readonly string[],
  last: readonly number[] | undefined,
): number[] {
  const place = placeOf(row, order);
  if (place.every(Number.isSafeInteger) && (last === undefined || isAfter(place, last))) {
    return place;
  }
  const floor = last === undefined ? "" : ` above ${last.join(", ")}`;
  const integer = order.length === 1 ? "an integer" : "integers";
  throw new ShapeError(
    "step-order",
    `the next ${order.join(", ")} must be ${integer}${floor}, got ${place.join(", ")}`,
  );
}

function isAfter(place: readonly number[], last: readonly number[]): boolean {
  const i = place.findIndex((value, at) => value !== last[at]);
  // A column that an older log does not have is no reason to refuse what follows it.
  return i >= 0 && !(place[i]! <= last[i]!);
}
