/** The arguments of `entlaw train` for a job; the same wherever it is started. */
import type { Job } from "./launcher.ts";

/**
 * Arguments after the program's name.
 *
 * **Details** `--resume` also starts a run that was not begun: whoever restarts a job need not know how far it got.
 */
export function trainArguments(job: Pick<Job, "configFile" | "directory" | "threads">): string[] {
  return [
    "train",
    job.configFile,
    "--out",
    job.directory,
    "--resume",
    "--no-report",
    "--threads",
    String(job.threads),
  ];
}
