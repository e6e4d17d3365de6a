/** Hands tables to a thread that writes them, so that training goes on meanwhile; knows nothing of what is in them. */
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { type EntlawError, RunError } from "../base/errors.ts";
import { type FileSystem, disk } from "../base/file-system.ts";
import { type TableFile, writeTableFile } from "./table-file.ts";

/** Tables on their way to the disk, written one after the other. */
export interface TableQueue {
  /**
   * Takes a table over: the arrays of its columns are empty afterwards where they can be, so nothing is copied.
   *
   * Waits where several tables are not written yet: a disk that is too slow slows training rather than fill the memory.
   *
   * @throws the {@link RunError} of the first table that could not be written.
   */
  add(file: TableFile): void;
  /**
   * Waits until all tables are on the disk.
   *
   * @throws the {@link RunError} of the first table that could not be written.
   */
  settled(): Promise<void>;
  /** Ends the thread; tables that are not written yet are lost. */
  close(): Promise<void>;
}

/** What the thread answers for each table: nothing, or why it could not be written. */
export interface TableAnswer {
  readonly failure?: {
    readonly code: string;
    readonly message: string;
    readonly fix: string | undefined;
  };
}

/** What the thread is started with: how many tables are not written yet, which it counts down and wakes waiters of. */
export interface TableWorkerData {
  readonly pending: Int32Array<SharedArrayBuffer>;
}

/** Tables waiting or being written; a step makes two at most. */
const MOST_PENDING = 4;
const PATIENCE_MS = 120_000;
/** In a clone the sources run as they are, in the package the compiled files do: the endings are the same. */
const WRITER = new URL(`./table-worker${extname(import.meta.url)}`, import.meta.url);

/** A queue for this disk. A disk that is not the real one cannot be shared with a thread, so its tables are written here. */
export function tableQueue(fs: FileSystem): TableQueue {
  return fs === disk ? threadQueue() : inlineQueue(fs);
}

/** Writes each table at once. */
function inlineQueue(fs: FileSystem): TableQueue {
  let failure: Error | undefined;
  const check = (): void => {
    if (failure !== undefined) throw failure;
  };
  return {
    add(file) {
      check();
      try {
        writeTableFile(fs, file);
      } catch (error) {
        failure = error instanceof Error ? error : new Error(String(error));
      }
    },
    settled: async () => check(),
    close: async () => {},
  };
}

/**
 * Has a thread write the tables to the real disk.
 *
 * @param program - what the thread runs.
 */
export function threadQueue(program: URL = WRITER): TableQueue {
  const pending = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const data: TableWorkerData = { pending };
  const worker = new Worker(program, { workerData: data, execArgv: [] });
  let failure: Error | undefined;
  let unanswered = 0;
  let wake: (() => void) | undefined;

  const fail = (error: Error): void => {
    failure ??= error;
  };
  const died = (why: string): void => {
    fail(threadDied(why));
    unanswered = 0;
    wake?.();
  };
  worker.on("message", ({ failure: reason }: TableAnswer) => {
    unanswered -= 1;
    if (reason !== undefined) {
      const { code, message, fix } = reason;
      fail(new RunError(code, message, fix === undefined ? {} : { fix }));
    }
    if (unanswered > 0) return;
    worker.unref();
    wake?.();
  });
  worker.on("error", (error) => died(error instanceof Error ? error.message : String(error)));
  worker.on("exit", (code) => died(`exit code ${code}`));
  worker.unref();
  return {
    add(file) {
      if (failure !== undefined) throw failure;
      waitForRoom(pending);
      Atomics.add(pending, 0, 1);
      if (unanswered === 0) worker.ref();
      unanswered += 1;
      worker.postMessage(file, buffersOf(file));
    },
    async settled() {
      while (unanswered > 0) {
        await new Promise<void>((resolve) => (wake = resolve));
      }
      if (failure !== undefined) throw failure;
    },
    async close() {
      worker.removeAllListeners("exit");
      await worker.terminate();
    },
  };
}

function waitForRoom(pending: Int32Array<SharedArrayBuffer>): void {
  for (;;) {
    const count = Atomics.load(pending, 0);
    if (count < MOST_PENDING) return;
    if (Atomics.wait(pending, 0, count, PATIENCE_MS) === "timed-out") {
      throw threadDied(`no table was written for ${PATIENCE_MS / 1000} s`);
    }
  }
}

/** The buffers that can be given away: each belongs to one column as a whole. */
function buffersOf({ columns }: TableFile): ArrayBuffer[] {
  const buffers = new Map<ArrayBufferLike, number>();
  for (const { values } of columns) {
    if (!(values instanceof Float64Array)) continue;
    const isWhole = values.byteLength === values.buffer.byteLength;
    buffers.set(values.buffer, (buffers.get(values.buffer) ?? 0) + (isWhole ? 1 : 2));
  }
  return [...buffers]
    .filter(([buffer, uses]) => uses === 1 && buffer instanceof ArrayBuffer)
    .map(([buffer]) => buffer as ArrayBuffer);
}

function threadDied(why: string): EntlawError {
  return new RunError(
    "table-thread-died",
    `the thread that writes tables must go on, got: ${why}`,
    {
      fix: "check the memory and the disk, then resume the run",
    },
  );
}
