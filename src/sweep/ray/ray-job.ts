/** One run of a sweep as a job of a Ray cluster: its name, its command, what its status means; sends nothing. */
import { basename, resolve } from "node:path";
import { configHash } from "../../config/config-hash.ts";
import { shellCommand } from "../../report/shell-command.ts";
import type { Job, JobStatus } from "../launcher.ts";
import { trainArguments } from "../train-command.ts";
import type { RayJob, RaySubmission } from "./ray-client.ts";
import { printRunCommand } from "./run-in-log.ts";

/** How a sweep uses a cluster. */
export interface RayUse {
  /** Name of the sweep and its folder. */
  readonly name: string;
  readonly out: string;
  /** How node is called there, and where the packages are that entlaw needs. */
  readonly node: string;
  readonly modules: string;
  /** `shared`: the sweep's folder is on a disk that all machines have; `log`: runs come back in the output of their jobs. */
  readonly results: "shared" | "log";
}

const HASH_DIGITS = 8;

/** The name of a job: that of the sweep's folder, of the run's and of the attempt, so that no run goes on twice under another name. */
export function submissionId({ out, results }: RayUse, job: Job, attempt: number): string {
  const place = configHash({ out: resolve(out), results }).slice(0, HASH_DIGITS);
  return `entlaw-${place}-${basename(job.directory)}-${attempt}`;
}

/** Where a job writes its run: as the shell there is to read it, and as an argument. */
function placeOf(use: RayUse, job: Job): string {
  return use.results === "shared" ? resolve(job.directory) : `runs/${basename(job.directory)}`;
}

/** Exit codes from here on are signals, as shells tell them. */
const SIGNALS = 128;
/** Exit code of a job whose folder was not there: no fault of its own, and no signal has it. */
const NOT_PREPARED = 250;

/** Seconds that a job has to end after it was asked to, for its step in flight and its checkpoint: Ray would give it three. */
const STOP_WAIT_S = 600;

/**
 * Runs a program, so that the shell has its `code` also when both were asked to end.
 *
 * **Details** Ray asks those processes that it finds, the shell first. One that has just been started it may have missed:
 * for a second the shell ends when it is asked, and what is left of the job with it.
 */
function outlived(program: string): string {
  const end = "wait $!; code=$?";
  return `${program} & sleep 1; trap : TERM; ${end}; while kill -0 $! 2>/dev/null; do ${end}; done`;
}

/** The line that a cluster's shell runs, in the folder of the package. */
export function entrypoint(use: RayUse, job: Job): string {
  const configFile = `configs/${job.run.id}.json`;
  const directory = placeOf(use, job);
  const train = [use.node, "bin/entlaw.js", ...trainArguments({ ...job, configFile, directory })];
  const prepare = [
    "[ -f bin/entlaw.js ]",
    `mkdir -p configs && printf %s "$ENTLAW_CONFIG" > ${shellCommand([configFile])}`,
    `{ [ -e node_modules ] || ln -s ${shellCommand([use.modules])} node_modules || true; }`,
  ];
  const prepared = `{ ${prepare.join(" && ")}; } || exit ${NOT_PREPARED}`;
  if (use.results === "shared") return `${prepared}; ${shellCommand(train)}`;
  const print = printRunCommand(shellCommand([directory]));
  return `${prepared}; ${outlived(shellCommand(train))}; ${print}; exit $code`;
}

/** The whole job. @param packageName - of the package that was uploaded. */
export function raySubmission(
  use: RayUse,
  job: Job,
  { id, packageName }: { readonly id: string; readonly packageName: string },
): RaySubmission {
  const cache = use.results === "shared" ? { XDG_CACHE_HOME: resolve(use.out, "cache") } : {};
  const { run } = job;
  return {
    submission_id: id,
    entrypoint: entrypoint(use, job),
    entrypoint_num_cpus: job.threads,
    runtime_env: {
      working_dir: `gcs://${packageName}`,
      env_vars: {
        ENTLAW_CONFIG: JSON.stringify(run.config),
        RAY_JOB_STOP_WAIT_TIME_S: String(STOP_WAIT_S),
        ...cache,
      },
    },
    metadata: {
      sweep: use.name,
      run: run.id,
      arm: run.arm,
      seed: String(run.seed),
      config_hash: run.hash,
    },
  };
}

/** Whether a job failed by its own program, and not by the cluster. */
function endedByItself({ error_type: type, driver_exit_code: code }: RayJob): boolean {
  return type === "JOB_ENTRYPOINT_COMMAND_ERROR" && code != null && code > 0 && code < SIGNALS;
}

/** What the cluster's status of a job means here. */
export function statusOfRay(found: RayJob): JobStatus {
  const detail = lastLine(found.message ?? "");
  switch (found.status) {
    case "PENDING":
      return { state: "waiting" };
    case "RUNNING":
      return { state: "running" };
    case "SUCCEEDED":
      return { state: "ended", detail: "the job ended well and left no finished run" };
    case "STOPPED":
      return { state: "ended", detail };
    case "FAILED":
      if (found.error_type === "JOB_SUPERVISOR_ACTOR_START_TIMEOUT") {
        return { state: "lost", neverStarted: true, detail: "no machine was free for it in time" };
      }
      return { state: endedByItself(found) ? "ended" : "lost", detail };
  }
}

/** The error that a message ends with, or its last line. */
function lastLine(message: string): string {
  const lines = message.trim().split("\n");
  return lines.findLast((line) => line.includes("error: ")) ?? lines.at(-1) ?? "";
}
