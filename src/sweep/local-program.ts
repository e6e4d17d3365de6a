/** What the processes of a sweep run on this machine, and how their runs come back; starts nothing. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Job } from "./launcher.ts";
import { trainArguments } from "./train-command.ts";

/** One program that trains a job. */
export interface LocalProgram {
  /** Whether run directories and warm starts are seen while it writes them. */
  readonly sharesDisk: boolean;
  /** The executable, and what comes before {@link LocalProgram.argumentsOf}. */
  commandOf(job: Job): readonly [file: string, ...before: string[]];
  /** What tells the process of a job from all others. */
  argumentsOf(job: Job): readonly string[];
  /** Variables beside those of this process. */
  environmentOf(job: Job): Readonly<Record<string, string>>;
  /** Whether the whole run has been left to be collected, so that nothing is to be started. */
  isOver(job: Job): boolean;
  /** Called before a process is started; none goes on for the job. */
  prepare(job: Job): void;
  /** Called when it is over. @param endedWell - with exit code 0, as far as is known. */
  collect(job: Job, endedWell: boolean): Promise<void>;
}

const BIN = fileURLToPath(new URL("../../bin/entlaw.js", import.meta.url));

/** The lab of this package: it writes run directories itself. */
export const labProgram: LocalProgram = {
  sharesDisk: true,
  commandOf: () => [process.execPath, BIN],
  // Whole paths: the same sweep in another folder is another one.
  argumentsOf: ({ configFile, directory, threads }) =>
    trainArguments({ configFile: resolve(configFile), directory: resolve(directory), threads }),
  environmentOf: () => ({}),
  isOver: () => false,
  prepare() {
    // It needs nothing.
  },
  async collect() {
    // It is there.
  },
};
