/** Runs as jobs of a Ray cluster; what it knows of them is a hint, their run directories are the record. */
import { setTimeout as wait } from "node:timers/promises";
import { writeFileAtomic } from "../../base/atomic-write.ts";
import { monotonicMs } from "../../base/clock.ts";
import { RunError } from "../../base/errors.ts";
import type { FileSystem } from "../../base/file-system.ts";
import { setLogAside } from "../attempt-logs.ts";
import type { Job, JobStatus, Launcher } from "../launcher.ts";
import { labJobs } from "./lab-jobs.ts";
import { type RayClient, type RayJob, TOO_LARGE } from "./ray-client.ts";
import { type RayUse, statusOfRay, submissionId } from "./ray-job.ts";
import type { RayProgram } from "./ray-program.ts";

const POLL_MS = 1000;
/** Least time between two looks at what a job says, of which all is sent each time. */
const LOG_MS = 10_000;
/** Bytes a look above which it takes longer to the next one. */
const LOG_BYTES = 2 ** 20;
/** Time without an answer of the cluster after which its jobs count as failed. */
const PATIENCE_MS = 600_000;
const MOST_ATTEMPTS = 100;
/**
 * Jobs that may wait for a free machine at a time: Ray gives up those that do not start within 15 minutes, so that only as
 * many are submitted as keep it busy until the next look.
 */
const MOST_WAITING = 8;

interface Attempt {
  readonly id: string;
  readonly job: RayJob | undefined;
  /** Name of the one before it. */
  readonly before: string | undefined;
}

const OUTPUT_GONE = "ray-output-gone";

const isSilent = (error: unknown): boolean =>
  error instanceof RunError && error.code === "ray-silent";

const goesOn = (job: RayJob): boolean => job.status === "PENDING" || job.status === "RUNNING";

const outputGone = (id: string): RunError =>
  new RunError(OUTPUT_GONE, `the output of ${id}, which holds the run, must be there, got none`, {
    fix: "the machine that had it is gone: the run is made again",
  });

/** Time until a log is looked at again, ms: one that is longer less often, so that its bytes a second have a bound. */
export const logPauseMs = (bytes: number): number => LOG_MS * Math.max(1, bytes / LOG_BYTES);

/** What a launcher works with. */
interface RayParts {
  readonly fs: FileSystem;
  readonly client: RayClient;
  readonly use: RayUse;
  readonly program: RayProgram;
}

/** Starts runs on a cluster: of the lab, unless another program is given. */
export function rayLauncher(
  fs: FileSystem,
  client: RayClient,
  use: RayUse,
  program: RayProgram = labJobs(fs, use),
): Launcher {
  return new RayLauncher({ fs, client, use, program });
}

class RayLauncher implements Launcher {
  readonly kind = "ray";
  readonly pollMs = POLL_MS;
  readonly sharesDisk: boolean;
  private readonly submitted = new Map<string, string>();
  /** Runs whose jobs did not run yet when they were last looked at. */
  private readonly pending = new Set<string>();
  /** By the name of the job, times of the monotonic clock. */
  private readonly nextLogAt = new Map<string, number>();
  /** Errors of jobs whose logs are too large to be had. */
  private readonly tooLarge = new Map<string, RunError>();
  /** Runs whose log is set aside for an attempt that the cluster has not taken yet. */
  private readonly setAside = new Set<string>();
  private silentSince: number | undefined;
  private readonly fs: FileSystem;
  private readonly client: RayClient;
  private readonly use: RayUse;
  private readonly program: RayProgram;

  constructor({ fs, client, use, program }: RayParts) {
    this.fs = fs;
    this.client = client;
    this.use = use;
    this.program = program;
    this.sharesDisk = program.sharesDisk;
  }

  async mustAnswer(): Promise<void> {
    await this.client.version();
  }

  /** The attempt that goes on is adopted; otherwise the next one is made. */
  async submit(job: Job): Promise<void> {
    const { id, job: found, before } = await this.attemptFor(job);
    this.silentSince = undefined;
    this.submitted.set(job.run.id, id);
    this.pending.add(job.run.id);
    if (found === undefined) {
      this.tooLarge.delete(id); // of a cluster that has forgotten its jobs
      await this.setLogAside(job, before);
      this.program.prepare(job);
      const files = this.program.package();
      if (files !== undefined) await this.client.upload(files.name, () => files.bytes);
      await this.client.submit(this.program.submission(job, id, files?.name));
    }
    this.setAside.delete(job.run.id);
  }

  /** Keeps what the attempt before has said under another name; once, however often the next one is refused. */
  private async setLogAside(job: Job, before: string | undefined): Promise<void> {
    if (this.setAside.has(job.run.id)) return;
    if (before !== undefined) await this.keepLog(job, before);
    setLogAside(this.fs, job.logFile);
    this.setAside.add(job.run.id);
  }

  async status(job: Job): Promise<JobStatus> {
    const id = this.submitted.get(job.run.id);
    try {
      const found = await (id === undefined ? this.newest(job) : this.client.job(id));
      this.silentSince = undefined;
      if (found === undefined) {
        return id === undefined
          ? { state: "absent" }
          : { state: "lost", detail: "the cluster does not know it any more" };
      }
      if (found.status !== "PENDING") this.pending.delete(job.run.id);
      if (found.status === "RUNNING") await this.followLog(job);
      return statusOfRay(found);
    } catch (error) {
      if (!this.isSilentForNow(error)) throw error;
      return { state: "waiting", detail: "the cluster does not answer" };
    }
  }

  async *logs(job: Job, signal: AbortSignal): AsyncIterable<string> {
    for (let seen = 0, isLast = false; !isLast && !signal.aborted;) {
      const { state } = await this.status(job);
      isLast = state !== "running" && state !== "waiting";
      const text = this.program.withoutRun((await this.output(await this.idOf(job))) ?? "");
      if (text.length > seen) yield text.slice(seen);
      seen = Math.max(seen, text.length);
      if (!isLast) await wait(POLL_MS);
    }
  }

  async stop(job: Job): Promise<void> {
    const id = await this.idOf(job);
    const found = await this.client.job(id);
    if (found !== undefined && goesOn(found)) await this.client.stop(id);
  }

  async collect(job: Job): Promise<void> {
    const id = await this.idOf(job);
    const output = await this.keepLog(job, id);
    if (this.program.comesInOutput && output === undefined) {
      throw this.tooLarge.get(id) ?? outputGone(id);
    }
    const { status } = (await this.client.job(id)) ?? {};
    await this.program.collect(job, output, status === "SUCCEEDED");
  }

  /** The cluster decides what fits; it is given no more than it can start soon. */
  hasRoom(_job: Job, active: readonly Job[]): boolean {
    return active.filter(({ run }) => this.pending.has(run.id)).length < MOST_WAITING;
  }

  /** A head that restarts answers again, and a run whose output is gone can be made again. */
  mayPass(error: unknown): boolean {
    if (this.isSilentForNow(error)) return true;
    return error instanceof RunError && error.code === OUTPUT_GONE;
  }

  private isSilentForNow(error: unknown): boolean {
    if (!isSilent(error)) return false;
    this.silentSince ??= monotonicMs();
    return monotonicMs() - this.silentSince <= PATIENCE_MS;
  }

  /**
   * The first attempt that is not over, or that the cluster does not have yet. An attempt that succeeded
   * and whose run is still to be collected is not made again either.
   */
  private async attemptFor(job: Job): Promise<Attempt> {
    let before: string | undefined;
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
      const id = submissionId(this.use, job, attempt);
      const found = await this.client.job(id);
      if (found === undefined || goesOn(found)) return { id, job: found, before };
      const output = async (): Promise<string> => (await this.output(id)) ?? "";
      const isWhole = found.status === "SUCCEEDED" && (await this.program.holdsRun(job, output));
      if (isWhole) return { id, job: found, before };
      before = id;
    }
    throw new RunError(
      "ray-attempts",
      `a run must end within ${MOST_ATTEMPTS} jobs, got as many of ${job.run.id}`,
      { fix: "delete its old jobs from the cluster" },
    );
  }

  /** The newest attempt that the cluster knows. */
  private async newest(job: Job): Promise<RayJob | undefined> {
    let found: RayJob | undefined;
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
      const id = submissionId(this.use, job, attempt);
      const next = await this.client.job(id);
      if (next === undefined) return found;
      found = next;
      this.submitted.set(job.run.id, id);
    }
    return found;
  }

  private async idOf(job: Job): Promise<string> {
    if (!this.submitted.has(job.run.id)) await this.newest(job);
    return this.submitted.get(job.run.id) ?? submissionId(this.use, job, 1);
  }

  /** Copies what a job says now and then; that it cannot be had now is no fault of the job. */
  private async followLog(job: Job): Promise<void> {
    const id = await this.idOf(job);
    if (monotonicMs() < (this.nextLogAt.get(id) ?? 0)) return;
    let bytes = 0;
    try {
      bytes = (await this.keepLog(job, id))?.length ?? 0;
    } catch {
      // The next look, or the end of the job, says what became of it.
    }
    this.nextLogAt.set(id, monotonicMs() + logPauseMs(bytes));
  }

  /** Copies what a job has said so far, if the cluster still has it; what is here is left otherwise. */
  private async keepLog(job: Job, id: string): Promise<string | undefined> {
    if (this.tooLarge.has(id)) return undefined;
    try {
      const output = await this.output(id);
      if (output !== undefined && output !== "") {
        writeFileAtomic(this.fs, job.logFile, Buffer.from(this.program.withoutRun(output)));
      }
      return output;
    } catch (error) {
      if (!(error instanceof RunError) || error.code !== TOO_LARGE) throw error;
      this.tooLarge.set(id, error);
      append(this.fs, job.logFile, `entlaw: ${id} has said too much, its log is not kept\n`);
      return undefined;
    }
  }

  /** What a job has said; undefined if it cannot be had, as when the machine that has it is gone. */
  private async output(id: string): Promise<string | undefined> {
    try {
      return await this.client.logs(id);
    } catch (error) {
      if (error instanceof RunError && error.code === "ray-refused") return undefined;
      throw error;
    }
  }
}

function append(fs: FileSystem, path: string, text: string): void {
  const file = fs.open(path, "append");
  try {
    fs.write(file, Buffer.from(text));
  } finally {
    fs.close(file);
  }
}
