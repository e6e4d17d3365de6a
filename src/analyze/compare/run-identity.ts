/** Who a run is: its seed, and its settings or at least its name; knows no other run. */
import { basename, dirname, join } from "node:path";
import { ConfigError } from "../../base/errors.ts";
import type { FileSystem } from "../../base/file-system.ts";
import { checkExperiment } from "../../config/parse-experiment.ts";
import { readManifest } from "../../log/manifest.ts";
import { MANIFEST } from "../../log/run-files.ts";
import type { StepLog } from "../../log/step-log.ts";

/** Settings by name, as JSON has them. */
export type Settings = Readonly<Record<string, unknown>>;

/** Who a run is. */
export interface RunIdentity {
  /** The log's path as the user gave it. */
  readonly log: string;
  /** Of a run of the lab. Settings that were added since it was made have their defaults. */
  readonly config: Settings | undefined;
  /** The arm by the name of the file or, failing that, of its folder: what stands before `-SEED` or `-SEED-HASH`. */
  readonly named: string;
  /** Undefined where neither settings nor name have one. */
  readonly seed: number | undefined;
}

/** `ARM-SEED`, or `ARM-SEED-HASH` as sweeps name their runs. */
const NAMED = /^(.+?)-(\d+)(?:-[0-9a-f]{8})?$/;

/** Folders in which TRL keeps the log of a run. */
const CHECKPOINT = /^checkpoint-\d+$/;

/**
 * Finds out who a run is.
 *
 * @throws DataError if it is a run directory whose manifest cannot be read.
 */
export function identifyRun(fs: FileSystem, { source, format }: StepLog): RunIdentity {
  const { arm, seed } = nameOf(source);
  if (format !== "entlaw") return { log: source, config: undefined, named: arm, seed };
  const manifest = readManifest(fs, join(source, MANIFEST));
  const config = manifest.config === undefined ? undefined : completed(manifest.config);
  return { log: source, config, named: arm, seed: manifest.seed ?? seed };
}

function nameOf(source: string): { readonly arm: string; readonly seed: number | undefined } {
  const stem = basename(source).replace(/(?:\.(?:csv|jsonl|json|log|txt|parquet))?(?:\.gz)?$/i, "");
  const folder = dirname(source);
  const own = CHECKPOINT.test(basename(folder)) ? dirname(folder) : folder;
  const match = [stem, basename(own)]
    .map((name) => NAMED.exec(name))
    .find((found) => found !== null);
  if (match === undefined) return { arm: stem, seed: undefined };
  return { arm: match[1]!, seed: Number(match[2]) };
}

/** With defaults for what is left out; as it is, if it is none of our experiments. */
function completed(config: Settings): Settings {
  try {
    return checkExperiment(config);
  } catch (error) {
    if (error instanceof ConfigError) return config;
    throw error;
  }
}
