/** Everything that a training run writes, from its first step to its end; knows no tensors and nothing of learning. */
import { join } from "node:path";
import { wallTime } from "../base/clock.ts";
import { writeFailure } from "../base/disk-failure.ts";
import { DataError, RunError } from "../base/errors.ts";
import { removeLeftover, temporarySibling } from "../base/atomic-write.ts";
import type { FileSystem } from "../base/file-system.ts";
import { type StepAppender, appendSteps, safetyOf } from "./append-steps.ts";
import { fingerprint } from "./checkpoint-list.ts";
import { type Manifest, writeManifest } from "./manifest.ts";
import { type PreparedRun, type RunDescription, prepareRun } from "./prepare-run.ts";
import { readSteps } from "./read-steps.ts";
import {
  MANIFEST,
  ROLLOUTS,
  STEPS,
  STEPS_PARQUET,
  TOKENS,
  UPDATES,
  stepName,
} from "./run-files.ts";
import { stepColumns } from "./step-columns.ts";
import type { StepRow } from "./step-line.ts";
import { type RolloutRow, dtypesOf, rolloutFileColumns, tokenFileColumns } from "./step-tables.ts";
import type { Table } from "./table.ts";
import { tableQueue } from "./table-queue.ts";
import { writeCheckpoint } from "./write-checkpoint.ts";
import { writeParquet } from "./write-parquet.ts";

/** How a run is opened. */
export interface OpenOptions {
  /**
   * Go on after this step, that of a checkpoint: later steps are cut out of the logs. −1 drops all steps, for a run that
   * died before its first checkpoint. Undefined: a new run, in a folder that is empty or does not exist.
   */
  readonly resumeAfter?: number | undefined;
  /** Keys of the config, as dotted paths, that may differ from those of the run that is resumed; none by default. */
  readonly mayChange?: readonly string[];
  /** Time of day for the manifest, ISO 8601. */
  readonly now?: () => string;
}

/** How a run ends. */
export type RunEnd = Exclude<Manifest["status"], "running">;

/**
 * An open run. After an error of the disk every further call may throw it again; then end the run with
 * `finish("failed", message)`.
 */
export interface TrainingRun {
  /** Sentences about what opening found and did: steps that were cut, a dead process's lock that was taken over. */
  readonly warnings: readonly string[];
  /**
   * Adds a line to `steps.jsonl`, the log of record: when it returns, the step survives the death of this process.
   *
   * @throws {@link ShapeError} if the row's `step` is not an integer above the last one; {@link RunError} if the disk
   * refuses, saying up to which step the log is safe.
   */
  appendStep(row: StepRow): void;
  /** Adds lines to `updates.jsonl` in the same way, ordered by `step`, then by `update`, which counts from 1. */
  appendUpdates(rows: readonly StepRow[]): void;
  /**
   * Hands `tokens/step-NNNNNN.parquet` to the thread that writes it.
   *
   * **Gotchas** The table is given away: its arrays are empty afterwards.
   *
   * @throws {@link RunError} of the first table that could not be written, saying up to which step the log is safe.
   */
  writeTokens(step: number, table: Table): void;
  /** Hands `rollouts/step-NNNNNN.parquet` to the same thread, with the same errors. */
  writeRollouts(step: number, rows: readonly RolloutRow[]): void;
  /** Waits until all tables are on the disk; rejects with the {@link RunError} of the first that could not be written. */
  settled(): Promise<void>;
  /**
   * Writes a checkpoint after everything that came before it is on the disk, and removes old ones.
   *
   * @param files - names in [a-z0-9._-] to content.
   * @param keep - how many checkpoints to keep, this one included.
   * @throws {@link RunError} if the disk refuses; older checkpoints are then intact.
   */
  checkpoint(step: number, files: ReadonlyMap<string, Uint8Array>, keep: number): Promise<void>;
  /**
   * Ends the run: tables, logs, `steps.parquet`, and last the manifest that says so; gives up the lock.
   *
   * @param message - why it failed, for the manifest.
   * @throws {@link RunError} if the disk refuses to keep a run that is `finished` or `interrupted`; the run is then still
   * open. With `failed` whatever can be kept is kept and nothing is thrown, for there is an error to report already.
   */
  finish(status: RunEnd, message?: string): Promise<void>;
}

const stepDtypes = dtypesOf(stepColumns);

/**
 * Opens a run directory to train into, as its only writer.
 *
 * @throws {@link ConfigError} if another process has it open, if it is not empty and not to be resumed, or if the run that
 * is resumed had another config; {@link DataError} if what is there cannot be read; {@link RunError} if the disk refuses.
 */
export async function openTrainingRun(
  fs: FileSystem,
  path: string,
  description: RunDescription,
  options: OpenOptions = {},
): Promise<TrainingRun> {
  const { resumeAfter, mayChange = [], now = wallTime } = options;
  const prepared = prepareRun(fs, path, description, { resumeAfter, mayChange, now });
  try {
    return openPrepared(fs, path, prepared, now);
  } catch (error) {
    prepared.lock.release();
    throw writeFailure(path, error);
  }
}

function openPrepared(
  fs: FileSystem,
  path: string,
  { lock, manifest: prepared, warnings }: PreparedRun,
  now: () => string,
): TrainingRun {
  const file = (name: string): string => join(path, name);
  const openUpdates = (): StepAppender => appendSteps(fs, file(UPDATES), ["step", "update"]);
  const steps = appendSteps(fs, file(STEPS));
  let updates = fs.status(file(UPDATES)) === undefined ? undefined : openUpdates();
  const reserve = keepSpace(fs, path);
  let manifest = prepared;
  let isOpen = true;
  const queue = tableQueue(fs);

  const requireOpen = (): void => {
    if (!isOpen)
      throw new RunError("run-closed", `"${path}" must be open, got a run that has ended`);
  };
  /** Runs what the disk may refuse; the error then says what is safe all the same. */
  const saying = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      throw withSafety(error, steps.safeStep());
    }
  };
  const settled = async (): Promise<void> => {
    await queue.settled().catch((error) => {
      throw withSafety(error, steps.safeStep());
    });
  };
  const add = (
    folder: string,
    step: number,
    columns: Parameters<typeof queue.add>[0]["columns"],
  ) => {
    requireOpen();
    saying(() => queue.add({ path: file(join(folder, `${stepName(step)}.parquet`)), columns }));
  };
  const fingerprints = () => ({
    steps_file: steps.fingerprint(),
    ...(updates === undefined ? {} : { updates_file: updates.fingerprint() }),
  });
  const writeCopy = (): void => {
    writeParquet(fs, file(STEPS_PARQUET), readSteps(fs, file(STEPS)).table, stepDtypes);
  };
  const writeEnd = (status: RunEnd, message: string | undefined): void => {
    const { table, bytes } = readSteps(fs, file(STEPS));
    // A log that the disk refused to write may end in half a line, of which the appender knows nothing.
    const onDisk = { steps_file: { ...fingerprint(bytes), lines: table.length } };
    const files = status === "failed" ? onDisk : fingerprints();
    const error = message === undefined ? {} : { error: message };
    const end = { status, steps: table.length, ...files, finished: now(), ...error };
    writeManifest(fs, file(MANIFEST), { ...manifest, ...end });
  };
  const release = async (): Promise<void> => {
    isOpen = false;
    await queue.close();
    lock.release();
  };

  return {
    warnings,
    appendStep(row) {
      requireOpen();
      steps.append(row);
    },
    appendUpdates(rows) {
      requireOpen();
      if (rows.length === 0) return;
      updates ??= openUpdates();
      updates.append(...rows);
    },
    writeTokens: (step, table) => add(TOKENS, step, tokenFileColumns(step, table)),
    writeRollouts: (step, rows) => add(ROLLOUTS, step, rolloutFileColumns(step, rows)),
    settled,
    async checkpoint(step, files, keep) {
      requireOpen();
      await settled();
      steps.sync();
      updates?.sync();
      const logged = { step, ...fingerprints() };
      const before = (manifest.checkpoints ?? []).filter((other) => other.step < step);
      manifest = { ...manifest, checkpoints: [...before, logged].slice(-keep) };
      saying(() => {
        writeManifest(fs, file(MANIFEST), manifest);
        writeCheckpoint(fs, path, { step, files }, keep);
      });
    },
    async finish(status, message) {
      requireOpen();
      const parts = [
        settled,
        () => steps.close(),
        () => updates?.close(),
        () => saying(writeCopy),
        () => removeLeftover(fs, reserve),
        () => saying(() => writeEnd(status, message)),
      ];
      for (const part of parts) await (status === "failed" ? quietly(part) : part());
      await release();
    },
  };
}

/** More than a manifest takes. */
const RESERVED_BYTES = 2 ** 15;

/**
 * Keeps some space until the run ends, so that its end can be written on a full disk.
 *
 * @returns the file that holds it, a temporary one: what a dead process leaves is swept when the run is opened again.
 */
function keepSpace(fs: FileSystem, path: string): string {
  const reserve = temporarySibling(fs, join(path, MANIFEST));
  const descriptor = fs.open(reserve, "write");
  try {
    fs.write(descriptor, new Uint8Array(RESERVED_BYTES));
  } finally {
    fs.close(descriptor);
  }
  return reserve;
}

/** Does what can be done; the run has failed already, and why says more than what fails now. */
async function quietly(part: () => unknown): Promise<void> {
  try {
    await part();
  } catch {
    // Each part keeps what it can by itself.
  }
}

/** An error of the disk, with the step up to which the log is safe. */
function withSafety(error: unknown, step: number | undefined): unknown {
  if (!(error instanceof RunError || error instanceof DataError)) return error;
  const { code, message, fix } = error;
  return new RunError(code, `${message}; ${safetyOf(step)}`, {
    ...(fix === undefined ? {} : { fix }),
    cause: error,
  });
}
