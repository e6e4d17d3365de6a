/** What can start the runs of a sweep, and how far they are there; knows no machine. */
import type { LauncherKind } from "../config/launcher-kind.ts";
import type { SweepRun } from "../config/expand-sweep.ts";
import type { RunPlace } from "./sweep-folder.ts";

/** One run to start or to go on with. */
export interface Job extends RunPlace {
  readonly run: SweepRun;
  /** Threads of one operation. */
  readonly threads: number;
}

/**
 * How a job is there. `absent`: never submitted, or over and forgotten. `lost`: it was there, and ended for no reason of its
 * own, as when a machine goes away. How a job that has `ended` went, its run directory says; `detail` is what else is
 * known, such as its exit code.
 */
export interface JobStatus {
  readonly state: "absent" | "waiting" | "running" | "ended" | "lost";
  readonly detail?: string;
  /** Of a lost job: nothing was free for it in the time that the cluster gives, so that it was not tried. */
  readonly neverStarted?: true;
}

/** One place where runs can be started. */
export interface Launcher {
  readonly kind: LauncherKind;
  /** Time between two looks at a job, ms. */
  readonly pollMs: number;
  /** Whether run directories and warm starts are seen here while the jobs write them. */
  readonly sharesDisk: boolean;
  /** Throws at once if the place does not answer; not there where it is this machine. */
  mustAnswer?(): Promise<void>;
  /** Starts a job; one that goes on already, started by whomever, is left alone. */
  submit(job: Job): Promise<void>;
  status(job: Job): Promise<JobStatus>;
  /** What the job has said so far and says until it ends, or until the signal. */
  logs(job: Job, signal: AbortSignal): AsyncIterable<string>;
  /** Asks a job to end after its step in flight, with a checkpoint; one that is over is left alone. */
  stop(job: Job): Promise<void>;
  /** Brings the run directory of a job that has ended to where the job says. */
  collect(job: Job): Promise<void>;
  /** Whether another job may be started beside those that go on. */
  hasRoom(job: Job, active: readonly Job[]): boolean;
  /** Whether what refused a job is expected to pass, so that it is tried again. */
  mayPass(error: unknown): boolean;
}
