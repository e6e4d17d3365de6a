/** A launcher whose jobs do, at each look, the next act of a script: the driver's tests need no processes. */
import { join } from "node:path";
import type { FileSystem } from "../../src/base/file-system.ts";
import { type Manifest, writeManifest } from "../../src/log/manifest.ts";
import type { Job, JobStatus, Launcher } from "../../src/sweep/launcher.ts";

/** What a job does between two looks. `crash`: it ends and its run directory says `running`. */
export type Act =
  | "idle"
  | "checkpoint"
  | "step"
  | "finish"
  | "fail"
  | "crash"
  | "lost"
  | "never started"
  | "refused"
  | "not now"
  | "no answer";

/** Writes what a run says of itself. */
export function writeRun(
  fs: FileSystem,
  job: Pick<Job, "run" | "directory">,
  status: Manifest["status"],
  error?: string,
): void {
  fs.makeDirectory(job.directory);
  const manifest = {
    schema: 1,
    id: job.run.id,
    status,
    config: { ...job.run.config },
    config_hash: job.run.hash,
    ...(error === undefined ? {} : { error }),
  };
  writeManifest(fs, join(job.directory, "run.json"), manifest);
}

/** Appends a step to a run's log; the columns are those that are given. */
export function writeStep(
  fs: FileSystem,
  directory: string,
  row: Readonly<Record<string, number>>,
): void {
  fs.makeDirectory(directory);
  const log = fs.open(join(directory, "steps.jsonl"), "append");
  fs.write(log, Buffer.from(`${JSON.stringify(row)}\n`));
  fs.close(log);
}

interface Playing {
  readonly acts: Act[];
  steps: number;
  end: JobStatus | undefined;
}

/** Plays a script for each job. */
export class ScriptedLauncher implements Launcher {
  readonly kind = "local";
  readonly pollMs = 0;
  sharesDisk = true;
  /** What was asked, in order: `submit ID`, `stop ID`. */
  readonly asked: string[] = [];
  /** Most jobs that went on at the same time. */
  most = 0;
  room = (_job: Job, _active: readonly Job[]): boolean => true;
  private readonly playing = new Map<string, Playing>();
  private readonly fs: FileSystem;
  private readonly script: (job: Job, attempt: number) => readonly Act[];

  constructor(fs: FileSystem, script: (job: Job, attempt: number) => readonly Act[]) {
    this.fs = fs;
    this.script = script;
  }

  async submit(job: Job): Promise<void> {
    this.asked.push(`submit ${job.run.id}`);
    const attempt = this.asked.filter((one) => one === `submit ${job.run.id}`).length;
    const acts = [...this.script(job, attempt)];
    if (acts[0] === "refused") throw new Error("no such machine");
    if (acts[0] === "not now") throw new Error("not now");
    this.playing.set(job.run.id, { acts, steps: 0, end: undefined });
    const active = [...this.playing.values()].filter(({ end }) => end === undefined);
    this.most = Math.max(this.most, active.length);
  }

  async status(job: Job): Promise<JobStatus> {
    const playing = this.playing.get(job.run.id);
    if (playing === undefined) return { state: "absent" };
    if (playing.end === undefined) this.play(job, playing);
    return playing.end ?? { state: "running" };
  }

  private play(job: Job, playing: Playing): void {
    const act = playing.acts.shift() ?? "idle";
    const end = (detail: string, state: "ended" | "lost" = "ended"): void => {
      playing.end = { state, detail };
    };
    switch (act) {
      case "idle":
      case "refused":
      case "not now":
        return;
      case "checkpoint":
        this.fs.makeDirectory(join(job.directory, "checkpoints", "step-000000"));
        return;
      case "step":
        playing.steps += 1;
        return writeStep(this.fs, job.directory, { step: playing.steps });
      case "finish":
        writeRun(this.fs, job, "finished");
        return end("exit code 0");
      case "fail":
        writeRun(this.fs, job, "failed", "the loss is not finite");
        return end("exit code 4");
      case "crash":
        writeRun(this.fs, job, "running");
        return end("SIGKILL");
      case "lost":
        return end("its machine is gone", "lost");
      case "never started":
        playing.end = { state: "lost", neverStarted: true };
        return;
      case "no answer":
        throw new Error("no answer");
    }
  }

  async *logs(): AsyncIterable<string> {}

  async stop(job: Job): Promise<void> {
    this.asked.push(`stop ${job.run.id}`);
    const playing = this.playing.get(job.run.id);
    if (playing === undefined) return;
    writeRun(this.fs, job, "interrupted");
    playing.end = { state: "ended", detail: "exit code 4" };
  }

  async collect(): Promise<void> {}

  mayPass(error: unknown): boolean {
    return error instanceof Error && error.message === "not now";
  }

  hasRoom(job: Job, active: readonly Job[]): boolean {
    return this.room(job, active);
  }
}
