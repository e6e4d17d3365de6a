/** From the log of a run of verl to its run directory; knows no launcher. */
import { join } from "node:path";
import type { FileSystem } from "../../base/file-system.ts";
import { readLog } from "../../ingest/read-log.ts";
import { ingestedRun } from "../../log/ingested-run.ts";
import type { Manifest } from "../../log/manifest.ts";
import { writeRunDirectory } from "../../log/run-directory.ts";
import { MANIFEST, STEPS, STEPS_PARQUET } from "../../log/run-files.ts";
import type { Job } from "../launcher.ts";
import { runProgress } from "../run-progress.ts";

/** A log of verl. */
export interface VerlLog {
  readonly path: string;
  readonly format: "verl-jsonl" | "verl-console";
  /** Whether verl ended by itself and without an error. */
  readonly endedWell: boolean;
  /** Of entlaw, for the manifest. */
  readonly version: string;
}

/**
 * Writes the run directory of a job from its log, in place of the one of an earlier attempt.
 *
 * **Details** A run is finished if verl ended well or has logged the last step; otherwise it is interrupted, and goes on
 * from verl's own checkpoint the next time.
 *
 * @throws {@link DataError} if the log cannot be read; {@link ConfigError} if something else is in the folder.
 */
export async function keepVerlRun(fs: FileSystem, job: Job, log: VerlLog): Promise<void> {
  const { id, hash, seed, config } = job.run;
  const { table, manifest } = ingestedRun(
    await readLog(log.path, { format: log.format }),
    log.version,
  );
  const last = table.columns.get("step")?.at(-1) ?? 0;
  const isFinished = log.endedWell || last >= config.steps;
  removeEarlier(fs, job);
  writeRunDirectory(fs, job.directory, {
    table,
    manifest: {
      ...manifest,
      id,
      status: isFinished ? "finished" : "interrupted",
      config: settingsOf(job),
      config_hash: hash,
      seed,
    },
  });
}

/** What decided the run: runs are told apart by it. The lab's own parts of an experiment are not in it. */
function settingsOf({ run: { config, verl } }: Job): NonNullable<Manifest["config"]> {
  const { task: _task, policy: _policy, warmStart: _warmStart, log: _log, ...settings } = config;
  return verl === undefined ? settings : { ...settings, verl };
}

/** Removes a run directory of this very job that was made from a log; any other is left. */
function removeEarlier(fs: FileSystem, { directory, run }: Job): void {
  if (fs.status(join(directory, MANIFEST)) === undefined) return;
  if (runProgress(fs, directory, run.hash).state !== "interrupted") return;
  for (const name of [MANIFEST, STEPS, STEPS_PARQUET]) {
    if (fs.status(join(directory, name)) !== undefined) fs.remove(join(directory, name));
  }
}
