/** verl as the program of a process of this machine; starts nothing. */
import { spawnSync } from "node:child_process";
import { ConfigError } from "../../base/errors.ts";
import type { FileSystem } from "../../base/file-system.ts";
import type { Job } from "../launcher.ts";
import type { LocalProgram } from "../local-program.ts";
import { keepVerlRun } from "./keep-verl-run.ts";
import { verlCommand } from "./verl-command.ts";
import { logsStep, prepareVerlLog, wholeVerlLog } from "./verl-log.ts";

const FIND_VERL = "import importlib.util, sys; sys.exit(importlib.util.find_spec('verl') is None)";

/** Runs of verl on this machine. @param version - of entlaw, for the manifests. */
export function verlProgram(
  fs: FileSystem,
  { name, version }: { readonly name: string; readonly version: string },
): LocalProgram {
  const command = (job: Job) => verlCommand(job, { name, results: "shared" });
  return {
    sharesDisk: false,
    commandOf: (job) => [command(job).file],
    argumentsOf: (job) => command(job).args,
    environmentOf: (job) => command(job).env,
    isOver: ({ verlFolder, run }) => logsStep(fs, verlFolder, run.config.steps),
    prepare(job) {
      requireVerl(command(job).file);
      prepareVerlLog(fs, job.verlFolder);
    },
    async collect(job, endedWell) {
      const path = wholeVerlLog(fs, job.verlFolder);
      if (path === undefined) return;
      await keepVerlRun(fs, job, { path, format: "verl-jsonl", endedWell, version });
    },
  };
}

/** @throws {@link ConfigError} unless the Python is there and has verl. */
function requireVerl(python: string): void {
  const { status, error } = spawnSync(python, ["-c", FIND_VERL], { stdio: "ignore" });
  if (status === 0) return;
  const got = error === undefined ? "one without" : error.message;
  throw new ConfigError("verl", `"${python}" must be a Python that has verl, got ${got}`, {
    fix: "name one as verl.python, or run the sweep on a cluster that has it with --on ray",
  });
}
