/** Runs what is left of a sweep and keeps its file; knows launchers, but no command line. */
import { writeFileAtomic } from "../base/atomic-write.ts";
import { writeFailure } from "../base/disk-failure.ts";
import { ConfigError } from "../base/errors.ts";
import type { FileSystem } from "../base/file-system.ts";
import { acquireRunLock, type RunLock } from "../log/run-lock.ts";
import { driveSweep, type RunOutcome, type SweepEvent } from "./drive-sweep.ts";
import { EarlyStopWatch } from "./early-stop.ts";
import type { Job, Launcher } from "./launcher.ts";
import type { Sweep } from "./plan-sweep.ts";
import { makeSweepFolders } from "./sweep-folder.ts";
import { type GivenUp, writeSweepManifest } from "./sweep-manifest.ts";
import { isLeft, sweepStatus } from "./sweep-status.ts";

/** What to run, and with what. */
export interface SweepRequest {
  readonly sweep: Sweep;
  readonly launcher: Launcher;
  readonly signal: AbortSignal;
  readonly onEvent: (event: SweepEvent) => void;
}

/** How a sweep ended. */
export interface SweepResult {
  /** Outcome of every run that was left, by id. */
  readonly outcomes: ReadonlyMap<string, RunOutcome>;
  /** Runs that were finished before. */
  readonly before: number;
  /** Arms that were given up, those of earlier times included. */
  readonly givenUp: readonly GivenUp[];
}

/**
 * Takes every run of a sweep that is not finished to its end.
 *
 * @throws {@link ConfigError} if another process runs this sweep; {@link RunError} if the disk refuses the sweep's own files.
 */
export async function runSweep(fs: FileSystem, request: SweepRequest): Promise<SweepResult> {
  const { sweep, launcher, signal, onEvent } = request;
  const lock = lockSweep(fs, sweep.out);
  try {
    const statuses = sweepStatus(fs, sweep);
    const left = statuses.filter(isLeft).map(({ job }) => job);
    const givenUp = new Map(sweep.givenUp.map((arm) => [arm.arm, arm]));
    keepSweep(fs, sweep, givenUp);
    for (const job of left) writeConfig(fs, job);
    const { earlyStop: rule, jobs } = sweep;
    const watch =
      rule === undefined
        ? undefined
        : new EarlyStopWatch(fs, jobs, { rule, before: sweep.givenUp });
    const outcomes = await driveSweep({
      fs,
      launcher,
      jobs: left,
      concurrency: sweep.concurrency,
      budgetHours: sweep.budgetHours,
      signal,
      onEvent,
      giveUp: () => {
        const found = watch?.look() ?? [];
        for (const arm of found) givenUp.set(arm.arm, arm);
        if (found.length > 0) keepSweep(fs, sweep, givenUp);
        return found;
      },
    });
    const before = statuses.filter(({ state }) => state === "finished").length;
    return { outcomes, before, givenUp: [...givenUp.values()] };
  } finally {
    lock.release();
  }
}

function lockSweep(fs: FileSystem, out: string): RunLock {
  try {
    makeSweepFolders(fs, out);
  } catch (error) {
    throw writeFailure(out, error);
  }
  try {
    return acquireRunLock(fs, out);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const message = error.message.replace("write a run", "run a sweep");
    throw new ConfigError("sweep-running", message, {
      fix: "look at it with `entlaw sweep status`, or end it with `entlaw sweep stop`",
      cause: error,
    });
  }
}

function keepSweep(fs: FileSystem, sweep: Sweep, givenUp: ReadonlyMap<string, GivenUp>): void {
  const { name, threads, jobs } = sweep;
  const runs = jobs.map(({ run: { id, arm, seed, hash, also } }) => ({
    id,
    arm,
    seed,
    config_hash: hash,
    also: [...also],
  }));
  writeSweepManifest(fs, sweep.out, { name, threads, runs, given_up: [...givenUp.values()] });
}

/** The whole configuration, as the process that trains it reads it. */
function writeConfig(fs: FileSystem, { run, configFile }: Job): void {
  const { config, verl } = run;
  const whole = verl === undefined ? config : { ...config, verl };
  writeFileAtomic(fs, configFile, Buffer.from(`${JSON.stringify(whole, null, 2)}\n`));
}
