/** Takes the runs of a sweep to their ends, some at a time; knows launchers, but no machine and no command line. */
import { setTimeout as wait } from "node:timers/promises";
import { monotonicMs } from "../base/clock.ts";
import { EntlawError } from "../base/errors.ts";
import type { FileSystem } from "../base/file-system.ts";
import { lockLiveness } from "../log/run-lock.ts";
import type { Job, JobStatus, Launcher } from "./launcher.ts";
import { type RunProgress, runProgress } from "./run-progress.ts";
import type { GivenUp } from "./sweep-manifest.ts";
import { WarmStarts } from "./warm-starts.ts";

/** How a run of a sweep ended. */
export interface RunOutcome {
  readonly state: "finished" | "failed" | "interrupted" | "given-up";
  /** Why it is not finished. */
  readonly message?: string;
}

/** What happens in a sweep, as it happens. */
export type SweepEvent =
  | { readonly kind: "start"; readonly job: Job; readonly attempt: number }
  | { readonly kind: "end"; readonly job: Job; readonly outcome: RunOutcome }
  | { readonly kind: "lost"; readonly job: Job; readonly detail: string; readonly waitMs: number }
  | { readonly kind: "give-up"; readonly arm: GivenUp };

/** What to do, and with what. */
export interface SweepDrive {
  readonly fs: FileSystem;
  readonly launcher: Launcher;
  /** What is left to do, in the order in which it is started. */
  readonly jobs: readonly Job[];
  /** Most jobs at a time. */
  readonly concurrency: number;
  /** Hours after which all ends as after the signal. */
  readonly budgetHours?: number | undefined;
  readonly signal: AbortSignal;
  readonly onEvent: (event: SweepEvent) => void;
  /** Looks at what is there and names arms to give up now; each is named once. */
  readonly giveUp?: () => readonly GivenUp[];
  /** First pause before a lost job is submitted again, ms; it doubles each time. */
  readonly firstRetryMs?: number;
}

const MS_AN_HOUR = 3_600_000;
/** Times that a job is submitted before it counts as failed. */
const MOST_ATTEMPTS = 4;
const FIRST_RETRY_MS = 5000;

interface Waiting {
  readonly job: Job;
  readonly attempt: number;
  /** Not before this time of the monotonic clock. */
  readonly notBefore: number;
}

/**
 * Runs all jobs; the failure of one stops no other.
 *
 * **Details** After the signal, or when the budget is spent, nothing is started, and what goes on is asked to end.
 *
 * @returns run id to outcome, for every job.
 * @throws if there are jobs and the launcher's place does not answer.
 */
export async function driveSweep(drive: SweepDrive): Promise<ReadonlyMap<string, RunOutcome>> {
  if (drive.jobs.length > 0) await drive.launcher.mustAnswer?.();
  return new Driver(drive).run();
}

class Driver {
  private readonly drive: SweepDrive;
  private readonly warmStarts: WarmStarts;
  private waiting: Waiting[];
  private readonly active = new Map<string, Waiting>();
  private readonly givenUp = new Set<string>();
  /** Jobs that are to end and could not be asked yet. */
  private readonly unasked = new Set<Job>();
  private readonly outcomes = new Map<string, RunOutcome>();
  private readonly startedAt = monotonicMs();
  private wasStopped = false;

  constructor(drive: SweepDrive) {
    this.drive = drive;
    this.warmStarts = new WarmStarts(drive.fs);
    this.waiting = drive.jobs.map((job) => ({ job, attempt: 1, notBefore: 0 }));
  }

  async run(): Promise<ReadonlyMap<string, RunOutcome>> {
    const { signal, launcher } = this.drive;
    while (this.waiting.length + this.active.size > 0) {
      const end = this.reasonToEnd();
      if (end !== undefined) this.stopAll(end);
      else {
        this.giveArmsUp();
        await this.startMore();
      }
      await this.askToEnd();
      // A job that was refused at once leaves nothing to wait for.
      if (this.active.size > 0 || this.waiting.length > 0) await pause(launcher.pollMs, signal);
      await this.look();
    }
    return this.outcomes;
  }

  /** What runs that are not started are told; undefined while there is no reason to end. */
  private reasonToEnd(): string | undefined {
    const { signal, budgetHours = Number.POSITIVE_INFINITY } = this.drive;
    if (signal.aborted || this.wasStopped) return "not started";
    const isSpent = monotonicMs() - this.startedAt >= budgetHours * MS_AN_HOUR;
    return isSpent ? `not started: the budget of ${budgetHours} h is spent` : undefined;
  }

  /** Whether there is a reason to end that is not acted on yet: what takes long is left then. */
  private get isToEnd(): boolean {
    return !this.wasStopped && this.reasonToEnd() !== undefined;
  }

  private async startMore(): Promise<void> {
    const { concurrency, launcher } = this.drive;
    while (this.active.size < concurrency && !this.isToEnd) {
      const active = [...this.active.values()].map(({ job }) => job);
      const next = this.waiting.find(
        ({ job, notBefore }) =>
          notBefore <= monotonicMs() &&
          (!launcher.sharesDisk || this.warmStarts.mayStart(job)) &&
          launcher.hasRoom(job, active),
      );
      if (next === undefined) return;
      this.waiting = this.waiting.filter((one) => one !== next);
      const isTaken = await this.start(next);
      if (!isTaken) return;
    }
  }

  /** @returns false if it was refused for the moment: others would be, too. */
  private async start(next: Waiting): Promise<boolean> {
    const { job, attempt } = next;
    this.drive.onEvent({ kind: "start", job, attempt });
    this.warmStarts.started(job);
    this.active.set(job.run.id, next);
    try {
      await this.drive.launcher.submit(job);
    } catch (error) {
      if (this.drive.launcher.mayPass(error)) {
        this.queueAgain(next, messageOf(error));
        return false;
      }
      this.end(next, { state: "failed", message: messageOf(error) });
    }
    return true;
  }

  /** Looks at every job that goes on. */
  private async look(): Promise<void> {
    for (const one of this.active.values()) {
      if (this.isToEnd) return;
      const status = await this.statusOf(one.job);
      if (status.state === "lost" && status.neverStarted === true) {
        this.queueAgain(one, status.detail ?? "it did not start");
      } else if (status.state === "lost") this.retry(one, status.detail ?? "it is gone");
      if (status.state === "ended" || status.state === "absent") await this.conclude(one, status);
    }
  }

  private async statusOf(job: Job): Promise<JobStatus> {
    try {
      return await this.drive.launcher.status(job);
    } catch (error) {
      return { state: "ended", detail: messageOf(error) };
    }
  }

  /** A job is over: its run directory says how it went. */
  private async conclude(one: Waiting, { detail }: JobStatus): Promise<void> {
    const { fs, launcher } = this.drive;
    const { job } = one;
    try {
      await launcher.collect(job);
    } catch (error) {
      if (launcher.mayPass(error)) return this.retry(one, messageOf(error));
      return this.end(one, { state: "failed", message: messageOf(error) });
    }
    if (lockLiveness(fs, job.directory) === "alive") return; // another process has just taken it over
    const progress = runProgress(fs, job.directory, job.run.hash);
    this.end(one, this.outcomeOf(job, progress, detail));
  }

  private outcomeOf({ run }: Job, progress: RunProgress, detail?: string): RunOutcome {
    if (progress.state === "finished") return { state: "finished" };
    const after = `after ${progress.steps} of ${run.config.steps} steps`;
    if (this.givenUp.has(run.arm)) return { state: "given-up", message: after };
    const isWanted = this.wasStopped && progress.state !== "failed";
    if (isWanted) return { state: "interrupted", message: after };
    const reason = progress.error ?? detail ?? "it ended without a word";
    return { state: "failed", message: `${after}: ${reason}` };
  }

  private retry(one: Waiting, detail: string): void {
    const { attempt, job } = one;
    if (this.givenUp.has(job.run.arm)) return this.end(one, { state: "given-up", message: detail });
    if (attempt >= MOST_ATTEMPTS || this.wasStopped) {
      this.end(one, { state: "failed", message: `lost ${attempt} times: ${detail}` });
      return;
    }
    this.submitLater(one, {
      attempt: attempt + 1,
      detail,
      waitMs: this.firstRetryMs * 2 ** (attempt - 1),
    });
  }

  /** A job that nothing was free for, or that nobody took, has not been tried: it waits as long as it takes. */
  private queueAgain(one: Waiting, detail: string): void {
    const { attempt, job } = one;
    const isGivenUp = this.givenUp.has(job.run.arm);
    if (isGivenUp) this.end(one, { state: "given-up", message: "not started" });
    else if (this.wasStopped) this.end(one, { state: "interrupted", message: "not started" });
    else this.submitLater(one, { attempt, detail, waitMs: this.firstRetryMs });
  }

  private get firstRetryMs(): number {
    return this.drive.firstRetryMs ?? FIRST_RETRY_MS;
  }

  private submitLater(
    { job }: Waiting,
    next: { attempt: number; detail: string; waitMs: number },
  ): void {
    const { attempt, detail, waitMs } = next;
    this.active.delete(job.run.id);
    this.warmStarts.ended(job);
    this.waiting.push({ job, attempt, notBefore: monotonicMs() + waitMs });
    this.drive.onEvent({ kind: "lost", job, detail, waitMs });
  }

  private end({ job }: Waiting, outcome: RunOutcome): void {
    this.active.delete(job.run.id);
    this.unasked.delete(job);
    this.warmStarts.ended(job);
    this.outcomes.set(job.run.id, outcome);
    this.drive.onEvent({ kind: "end", job, outcome });
  }

  private giveArmsUp(): void {
    for (const arm of this.drive.giveUp?.() ?? []) {
      this.givenUp.add(arm.arm);
      this.drive.onEvent({ kind: "give-up", arm });
      const ofArm = ({ job }: Waiting): boolean => job.run.arm === arm.arm;
      const dropped = this.waiting.filter(ofArm);
      this.waiting = this.waiting.filter((one) => !ofArm(one));
      for (const one of dropped) this.end(one, { state: "given-up", message: "not started" });
      for (const { job } of [...this.active.values()].filter(ofArm)) this.unasked.add(job);
    }
  }

  /** Once: what waits is left, what goes on is to end. */
  private stopAll(why: string): void {
    if (this.wasStopped) return;
    this.wasStopped = true;
    const left = this.waiting;
    this.waiting = [];
    for (const one of left) this.end(one, { state: "interrupted", message: why });
    for (const { job } of this.active.values()) this.unasked.add(job);
  }

  /** Asks every job once that is to end; those that cannot be asked now are asked after the next look. */
  private async askToEnd(): Promise<void> {
    const { launcher } = this.drive;
    for (const job of this.unasked) {
      try {
        await launcher.stop(job);
        this.unasked.delete(job);
      } catch (error) {
        if (launcher.mayPass(error)) return; // the others could not be asked either
      }
    }
  }
}

/** Waits, but not beyond the signal; once it has come, every pause is a whole one. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, signal.aborted ? {} : { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error instanceof EntlawError && error.fix !== undefined
    ? `${error.message} (${error.fix})`
    : error.message;
};
