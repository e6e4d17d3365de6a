/** The names inside a sweep's folder, the one place that has them; knows nothing of what is in the files. */
import { join } from "node:path";
import type { FileSystem } from "../base/file-system.ts";
import type { SweepRun } from "../config/expand-sweep.ts";

/** Where a sweep keeps things. */
export const SWEEP_FILE = "sweep.json";
const RUNS = "runs";
const CONFIGS = "configs";
const LOGS = "logs";
const VERL = "verl";

/** Folder of a sweep's run directories. */
export const runsFolder = (out: string): string => join(out, RUNS);

const HASH = /-([0-9a-f]{8})$/;

/** Where one run of a sweep is. */
export interface RunPlace {
  /** Run directory. */
  readonly directory: string;
  /** Its configuration, for the process that trains it. */
  readonly configFile: string;
  /** What that process says. */
  readonly logFile: string;
  /** What verl itself writes, where it trains. */
  readonly verlFolder: string;
}

/**
 * The place of each run, by its id.
 *
 * **Details** A folder that is there already for the same configuration is the run's, whatever its arm was called then.
 */
export function placeRuns(
  fs: FileSystem,
  out: string,
  runs: readonly SweepRun[],
): ReadonlyMap<string, RunPlace> {
  const folder = runsFolder(out);
  const names = fs.status(folder)?.kind === "directory" ? fs.list(folder) : [];
  const byHash = new Map(names.map((name) => [HASH.exec(name)?.[1], name]));
  return new Map(
    runs.map(({ id }) => {
      const name = names.includes(id) ? id : (byHash.get(HASH.exec(id)?.[1]) ?? id);
      const place = {
        directory: join(folder, name),
        configFile: join(out, CONFIGS, `${name}.json`),
        logFile: join(out, LOGS, `${name}.log`),
        verlFolder: join(out, VERL, name),
      };
      return [id, place];
    }),
  );
}

/** Makes the folders that a sweep writes into; those that exist are left as they are. */
export function makeSweepFolders(fs: FileSystem, out: string): void {
  for (const name of [RUNS, CONFIGS, LOGS]) fs.makeDirectory(join(out, name));
}
