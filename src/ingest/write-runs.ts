/** Writes logs that were read as run directories of ours; knows no format. */
import { basename, join } from "node:path";
import { disk } from "../base/file-system.ts";
import { ingestedRun } from "../log/ingested-run.ts";
import { writeRunDirectory } from "../log/run-directory.ts";
import type { StepLog } from "../log/step-log.ts";

/** One run directory that was written. */
export interface WrittenRun {
  readonly log: string;
  readonly out: string;
  readonly steps: number;
  /** What was doubtful about the log. */
  readonly warnings: readonly string[];
}

const MAX_NAME = 80;

/**
 * Writes each log as a run directory: at `out` itself for one log, below it for several.
 *
 * @param version - of entlaw, for the manifest.
 * @throws ConfigError if a directory is already there; RunError if the disk refuses. What was written before stays.
 */
export async function writeRuns(
  logs: readonly StepLog[],
  out: string,
  version: string,
): Promise<WrittenRun[]> {
  const taken = new Set<string>();
  const written: WrittenRun[] = [];
  for (const log of logs) {
    const target = logs.length === 1 ? out : join(out, freeName(log.source, taken));
    const run = ingestedRun(log, version);
    writeRunDirectory(disk, target, run);
    const warnings = run.manifest.source?.warnings ?? [];
    written.push({ log: log.source, out: target, steps: run.table.length, warnings });
  }
  return written;
}

/** A folder name made from a path: lower case, plain characters, not one that was given before. */
function freeName(source: string, taken: Set<string>): string {
  const plain = basename(source)
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, MAX_NAME);
  const base = plain === "" ? "log" : plain;
  let name = base;
  for (let i = 2; taken.has(name); i += 1) name = `${base}-${i}`;
  taken.add(name);
  return name;
}
