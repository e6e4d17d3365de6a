/** Appends steps to `steps.jsonl`, the log of record; knows nothing of what the columns mean. */
import { dirname } from "node:path";
import { writeFailure } from "../base/disk-failure.ts";
import { ShapeError } from "../base/errors.ts";
import type { FileSystem } from "../base/file-system.ts";
import { type Repair, repairSteps } from "./repair-steps.ts";
import { type StepRow, formatStepLine } from "./step-line.ts";

/** An open step log. One writer a log; any number of readers. */
export interface StepAppender {
  /**
   * Hands one line to the operating system: from then on it survives the death of this process.
   *
   * @throws {@link ShapeError} if the row's `step` is not an integer above the last one;
   * {@link RunError} if the disk refuses, saying up to which step the log is safe.
   */
  append(row: StepRow): void;
  /**
   * Waits until all lines are on the disk: from then on they survive the loss of power.
   *
   * @throws {@link RunError} if the disk refuses. It is never tried again, since a second fsync may succeed with data lost.
   */
  sync(): void;
  /** Closes the log after a last {@link StepAppender.sync}; does nothing where the disk has refused before. */
  close(): void;
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
 * @throws {@link DataError} if the log is damaged before its end; {@link RunError} if the disk refuses.
 */
export function appendSteps(fs: FileSystem, path: string): StepAppender {
  const notFinite = new Map<string, number>();
  const repair = repairSteps(fs, path);
  let { lastStep } = repair;
  let safeStep: number | undefined;
  let refusal: Error | undefined;

  const descriptor = openLog(fs, path);
  let isOpen = true;
  const release = (): void => {
    if (!isOpen) return;
    isOpen = false;
    fs.close(descriptor);
  };
  /** Runs one operation of the disk; the first one refused is the last one tried. */
  const attempt = (operation: () => void): void => {
    if (refusal !== undefined) throw refusal;
    try {
      operation();
    } catch (error) {
      refusal = writeFailure(path, error, consequence(safeStep));
      releaseQuietly(release);
      throw refusal;
    }
  };
  const sync = (): void => {
    attempt(() => fs.sync(descriptor));
    safeStep = lastStep;
  };

  // What an earlier process wrote may not be on the disk yet, nor the repair, nor the name of a file that is new.
  sync();
  attempt(() => fs.syncDirectory(dirname(path)));
  return {
    repair,
    notFinite,
    append(row) {
      const step = nextStep(row, lastStep);
      attempt(() => fs.write(descriptor, Buffer.from(formatStepLine(row))));
      lastStep = step;
      for (const [name, value] of row) {
        if (value === null || Number.isFinite(value)) continue;
        notFinite.set(name, (notFinite.get(name) ?? 0) + 1);
      }
    },
    sync,
    close() {
      if (refusal !== undefined) return;
      sync();
      attempt(release);
    },
  };
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

function nextStep(row: StepRow, lastStep: number | undefined): number {
  const step = row.get("step") ?? Number.NaN;
  if (!Number.isSafeInteger(step) || (lastStep !== undefined && step <= lastStep)) {
    const floor = lastStep === undefined ? "" : ` above ${lastStep}`;
    throw new ShapeError("step-order", `the next step must be an integer${floor}, got ${step}`);
  }
  return step;
}

function consequence(safeStep: number | undefined): string {
  return safeStep === undefined ? "no step is safe on the disk" : `safe up to step ${safeStep}`;
}
