/** How far one run of a sweep is, from its directory alone; knows nothing of processes or clusters. */
import { join } from "node:path";
import { DataError } from "../base/errors.ts";
import type { FileSystem } from "../base/file-system.ts";
import { readSteps } from "../log/read-steps.ts";
import { CHECKPOINTS, MANIFEST, STEPS } from "../log/run-files.ts";
import { lockLiveness } from "../log/run-lock.ts";
import { readRunState } from "../log/run-state.ts";
import type { Table } from "../log/table.ts";

/** What a run directory says. */
export interface RunProgress {
  /** `absent`: nothing was trained yet. `interrupted`: it can go on, whatever ended it. */
  readonly state: "absent" | "running" | "finished" | "interrupted" | "failed";
  /** Steps in the log. */
  readonly steps: number;
  /** Of the last step. */
  readonly reward: number | null;
  /** Of the last step, nats. */
  readonly entropy: number | null;
  /** Mean over the steps of what they took, evaluations aside; null without steps. */
  readonly secondsPerStep: number | null;
  /** Why it failed, or why its directory cannot be read. */
  readonly error: string | undefined;
}

const ABSENT: RunProgress = {
  state: "absent",
  steps: 0,
  reward: null,
  entropy: null,
  secondsPerStep: null,
  error: undefined,
};

const SECONDS = ["seconds_rollout", "seconds_update", "seconds_log"];

/**
 * Reads how far a run is, also while it is being written. A directory that cannot be read is a failed run, with the reason.
 *
 * @param hash - the configuration that the directory must be of.
 */
export function runProgress(fs: FileSystem, directory: string, hash: string): RunProgress {
  if (fs.status(join(directory, MANIFEST)) === undefined) {
    return lockLiveness(fs, directory) === "alive" ? { ...ABSENT, state: "running" } : ABSENT;
  }
  try {
    const { manifest, status } = readRunState(fs, directory);
    if (manifest.config_hash !== hash) {
      const error = `"${directory}" must hold the run of configuration ${hash}, got ${manifest.config_hash ?? "none"}`;
      return { ...ABSENT, state: "failed", error };
    }
    const stepsFile = join(directory, STEPS);
    const { table } = fs.status(stepsFile) === undefined ? NO_STEPS : readSteps(fs, stepsFile);
    return { ...lastStep(table), state: status, error: manifest.error };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { ...ABSENT, state: "failed", error: error.message };
  }
}

/** Whether a run has a policy to go on from: then it needs no warm start. */
export function hasCheckpoint(fs: FileSystem, directory: string): boolean {
  const folder = join(directory, CHECKPOINTS);
  if (fs.status(folder)?.kind !== "directory") return false;
  return fs.list(folder).some((name) => !name.startsWith("."));
}

const NO_STEPS = { table: { length: 0, columns: new Map<string, Float64Array>() } };

function lastStep({ length, columns }: Pick<Table, "length" | "columns">) {
  const last = (name: string): number | null => {
    const value = columns.get(name)?.[length - 1];
    return value === undefined || Number.isNaN(value) ? null : value;
  };
  const seconds = SECONDS.flatMap((name) => [...(columns.get(name) ?? [])]);
  const total = seconds.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : value), 0);
  return {
    steps: length,
    reward: last("reward"),
    entropy: last("entropy"),
    secondsPerStep: length === 0 || total === 0 ? null : total / length,
  };
}
