/** Runs as processes of this machine, each of its own process group: they outlive whoever started them. */
import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import type { FileSystem } from "../base/file-system.ts";
import { findProcess, hasArguments } from "./find-process.ts";
import type { Job, JobStatus, Launcher } from "./launcher.ts";
import { labProgram, type LocalProgram } from "./local-program.ts";
import { askToEnd, lockHolder } from "./lock-holder.ts";
import { MemoryGauge } from "./memory-gauge.ts";
import { processMemory } from "./process-memory.ts";

const POLL_MS = 100;
/** The end of a job's log that says why it ended. */
const LAST_BYTES = 2000;

/**
 * Starts runs as processes of this machine.
 *
 * **Details** Ctrl-C in a terminal reaches every process of the terminal's group; the runs are not of it, so that they are
 * asked to stop once and not twice. A run that another process has begun and that goes on is waited for.
 */
export function localLauncher(fs: FileSystem, program: LocalProgram = labProgram): Launcher {
  const children = new Map<string, Child>();
  /** Processes that others have started. */
  const adopted = new Map<string, number>();
  const gauge = new MemoryGauge();

  /** The process that trains a job now, by its arguments where it has no lock. */
  const pidOf = (job: Job): number | undefined => {
    const { id } = job.run;
    const child = children.get(id);
    if (child !== undefined && isRunning(child)) return child.process.pid;
    const args = program.argumentsOf(job);
    const other = adopted.get(id);
    if (other !== undefined && hasArguments(fs, other, args)) return other;
    const holder = lockHolder(fs, job.directory);
    if (holder !== undefined || child !== undefined || other !== undefined) return holder;
    const found = findProcess(fs, args);
    if (found !== undefined) adopted.set(id, found);
    return found;
  };
  const statusOf = (job: Job): JobStatus => {
    if (pidOf(job) !== undefined) return { state: "running" };
    const child = children.get(job.run.id);
    if (child === undefined) return { state: "absent" };
    const { signalCode, exitCode } = child.process;
    const how = signalCode ?? `exit code ${exitCode}`;
    return { state: "ended", detail: `${how}: ${lastWords(fs, job.logFile, child.logFrom)}` };
  };

  return {
    kind: "local",
    pollMs: POLL_MS,
    sharesDisk: program.sharesDisk,
    async submit(job) {
      if (pidOf(job) !== undefined || program.isOver(job)) return;
      program.prepare(job);
      children.set(job.run.id, await start(fs, job, program));
    },
    async status(job) {
      const pid = pidOf(job);
      const memory = pid === undefined ? undefined : processMemory(fs, pid);
      if (memory !== undefined) gauge.measured(job.run.config.policy.size, memory.peak);
      return statusOf(job);
    },
    async *logs(job, signal) {
      const decoder = new TextDecoder(); // what is there may end within a character
      for (let seen = 0, isLast = false; !isLast && !signal.aborted;) {
        isLast = statusOf(job).state !== "running";
        const bytes = readIfThere(fs, job.logFile);
        if (bytes.length > seen) yield decoder.decode(bytes.subarray(seen), { stream: true });
        seen = bytes.length;
        if (!isLast) await wait(POLL_MS);
      }
    },
    async stop(job) {
      const pid = pidOf(job);
      if (pid !== undefined) askToEnd(pid);
    },
    async collect(job) {
      await program.collect(job, children.get(job.run.id)?.process.exitCode === 0);
    },
    hasRoom(job, active) {
      const memories = active.map((one) => {
        const pid = pidOf(one);
        const now = pid === undefined ? 0 : (processMemory(fs, pid)?.now ?? 0);
        return { size: one.run.config.policy.size, now };
      });
      return gauge.hasRoom(job.run.config.policy.size, memories, process.availableMemory());
    },
    mayPass: () => false,
  };
}

/** A process that was started here. */
interface Child {
  readonly process: ChildProcess;
  /** Size of the job's log before it: what earlier attempts said, bytes. */
  readonly logFrom: number;
}

const isRunning = ({ process: { exitCode, signalCode } }: Child): boolean =>
  exitCode === null && signalCode === null;

/** Starts the process, with its output in the job's log. */
async function start(fs: FileSystem, job: Job, program: LocalProgram): Promise<Child> {
  const [file, ...before] = program.commandOf(job);
  const { size: logFrom = 0 } = fs.status(job.logFile) ?? {};
  const log = fs.open(job.logFile, "append");
  try {
    const child = spawn(file, [...before, ...program.argumentsOf(job)], {
      detached: true,
      env: { ...process.env, ...program.environmentOf(job) },
      stdio: ["ignore", log, log],
    });
    await new Promise((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    return { process: child, logFrom };
  } finally {
    fs.close(log);
  }
}

function readIfThere(fs: FileSystem, path: string): Buffer {
  try {
    return fs.readFile(path);
  } catch {
    return Buffer.alloc(0);
  }
}

/** The error that a process ended with, or its last line, in what the log has from there on. */
function lastWords(fs: FileSystem, logFile: string, from: number): string {
  const said = readIfThere(fs, logFile).subarray(from).subarray(-LAST_BYTES);
  const lines = said.toString("utf8").trim().split("\n");
  const error = lines.findLast((line) => line.startsWith("error: "));
  return error?.slice("error: ".length) ?? lines.at(-1) ?? "";
}
