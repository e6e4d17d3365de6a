/** The runs of a sweep by their names, and their logs from its folder or from logs that are named by them; computes nothing. */
import { basename } from "node:path";
import { closestName } from "../base/closest-name.ts";
import { ConfigError, DataError } from "../base/errors.ts";
import { disk } from "../base/file-system.ts";
import type { StepLog } from "../log/step-log.ts";
import type { Job } from "../sweep/launcher.ts";
import type { Sweep } from "../sweep/plan-sweep.ts";
import { sweepStatus } from "../sweep/sweep-status.ts";
import type { EntlawCommand } from "./entlaw-command.ts";
import { readLogs } from "./read-logs.ts";

/** One run and its log. */
export interface LoggedJob {
  readonly job: Job;
  readonly log: StepLog;
}

/**
 * The finished runs of a sweep's folder, in its order.
 *
 * @throws DataError where a log cannot be read.
 */
export async function finishedRuns(command: EntlawCommand, sweep: Sweep): Promise<LoggedJob[]> {
  const jobs = sweepStatus(disk, sweep)
    .filter(({ state }) => state === "finished")
    .map(({ job }) => job);
  const found: LoggedJob[] = [];
  for (const job of jobs) {
    for (const log of await readLogs(command, [job.directory], {})) found.push({ job, log });
  }
  return found;
}

/**
 * The runs of a sweep that logs are named by, in its order.
 *
 * @throws DataError for a log whose name is no run's, or that cannot be read.
 */
export async function runsOfLogs(
  command: EntlawCommand,
  { jobs }: Sweep,
  paths: readonly string[],
): Promise<LoggedJob[]> {
  const ids = jobs.map(({ run }) => run.id);
  const logs = new Map<string, StepLog>();
  for (const log of await readLogs(command, paths, {})) {
    const name = basename(log.source).replace(/\.\w+$/, "");
    if (!ids.includes(name)) {
      throw new DataError(
        "no-run",
        `a log must be named by a run of the sweep, got ${log.source}`,
        { fix: nearRun(name, ids) },
      );
    }
    logs.set(name, log);
  }
  return jobs.flatMap((job) => {
    const log = logs.get(job.run.id);
    return log === undefined ? [] : [{ job, log }];
  });
}

/**
 * The run of a sweep that has this id.
 *
 * @throws ConfigError where there is none.
 */
export function jobOf({ jobs }: Sweep, id: string): Job {
  const job = jobs.find(({ run }) => run.id === id);
  if (job !== undefined) return job;
  const ids = jobs.map(({ run }) => run.id);
  throw new ConfigError("no-run", `RUN must be a run of the sweep, got ${JSON.stringify(id)}`, {
    fix: nearRun(id, ids),
  });
}

function nearRun(name: string, ids: readonly string[]): string {
  const near = closestName(name, ids);
  return near === undefined ? "entlaw sweep status FILE lists the runs" : `did you mean ${near}?`;
}
