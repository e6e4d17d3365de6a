/** verl as the program of a cluster's jobs: it is installed there; sends nothing. */
import type { FileSystem } from "../../base/file-system.ts";
import { wholeLog } from "../attempt-logs.ts";
import type { RayProgram } from "../ray/ray-program.ts";
import { keepVerlRun } from "./keep-verl-run.ts";
import { verlCommand, verlLine, type VerlUse } from "./verl-command.ts";
import { prepareVerlLog, wholeVerlLog } from "./verl-log.ts";

/** A step as verl prints it. */
const STEP_LINE = /\bstep:\d+ - /;

/**
 * Jobs of verl.
 *
 * **Details** The job is the driver alone, of one core: verl asks the cluster for its GPUs itself. Where the sweep's folder
 * is on a disk that all have, the run is read from the file that verl logs to, otherwise from what the job prints.
 *
 * @param version - of entlaw, for the manifests.
 */
export function verlJobs(
  fs: FileSystem,
  use: VerlUse,
  { version }: { readonly version: string },
): RayProgram {
  const isShared = use.results === "shared";
  return {
    sharesDisk: false,
    comesInOutput: !isShared,
    package: () => undefined,
    prepare({ verlFolder }) {
      if (isShared) prepareVerlLog(fs, verlFolder);
    },
    submission(job, id) {
      const command = verlCommand(job, use);
      const { run } = job;
      return {
        submission_id: id,
        entrypoint: verlLine(command),
        entrypoint_num_cpus: 1,
        runtime_env: { env_vars: command.env },
        metadata: {
          sweep: use.name,
          run: run.id,
          arm: run.arm,
          seed: String(run.seed),
          config_hash: run.hash,
        },
      };
    },
    async holdsRun({ verlFolder }, output) {
      return isShared ? wholeVerlLog(fs, verlFolder) !== undefined : STEP_LINE.test(await output());
    },
    withoutRun: (output) => output,
    async collect(job, output, endedWell) {
      if (isShared) {
        const path = wholeVerlLog(fs, job.verlFolder);
        if (path === undefined) return;
        await keepVerlRun(fs, job, { path, format: "verl-jsonl", endedWell, version });
      } else if (output !== undefined && STEP_LINE.test(output)) {
        // What the job said has just been written to its log file; an earlier attempt may have printed the first steps.
        const path = wholeLog(fs, job.logFile) ?? job.logFile;
        await keepVerlRun(fs, job, { path, format: "verl-console", endedWell, version });
      }
    },
  };
}
