/** How far every run of a sweep is; reads, and changes nothing. */
import type { FileSystem } from "../base/file-system.ts";
import type { Job, Launcher } from "./launcher.ts";
import type { Sweep } from "./plan-sweep.ts";
import { type RunProgress, runProgress } from "./run-progress.ts";
import { isGivenUp } from "./sweep-manifest.ts";

/** One run, and how far it is. */
export interface RunStatus extends Omit<RunProgress, "state"> {
  readonly job: Job;
  /** `given-up`: its arm was, by the rule of the sweep. `waiting`: a cluster has it and has not started it. */
  readonly state: RunProgress["state"] | "given-up" | "waiting";
}

/** The runs of a sweep in its order. */
export function sweepStatus(fs: FileSystem, { jobs, givenUp }: Sweep): RunStatus[] {
  return jobs.map((job) => {
    const progress = runProgress(fs, job.directory, job.run.hash);
    const isLeft = progress.state !== "finished" && progress.state !== "running";
    return {
      ...progress,
      job,
      state: isLeft && isGivenUp(givenUp, job.run) ? "given-up" : progress.state,
    };
  });
}

/**
 * The same with what a cluster knows of its jobs: of a run that is not over its directory may not be seen here yet, or may say
 * that a machine writes it which is gone.
 *
 * @throws if a run is not over and the cluster does not answer.
 */
export async function withJobs(
  statuses: readonly RunStatus[],
  launcher: Pick<Launcher, "mustAnswer" | "status">,
): Promise<RunStatus[]> {
  if (statuses.some(isOpen)) await launcher.mustAnswer?.();
  const known: RunStatus[] = [];
  for (const status of statuses) {
    const { state } = isOpen(status) ? await launcher.status(status.job) : { state: undefined };
    if (state === "running" || state === "waiting") known.push({ ...status, state });
    else if (status.state === "running") known.push({ ...status, state: "interrupted" });
    else known.push(status);
  }
  return known;
}

const isOpen = ({ state }: RunStatus): boolean =>
  state === "absent" || state === "interrupted" || state === "running";

/** Whether a run is one to start or to go on with. */
export const isLeft = ({ state }: RunStatus): boolean =>
  state !== "finished" && state !== "given-up";
