/** Runs of the lab as child processes, one after another; a run that is finished is left as it is. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { AblationRun, StepRows } from "./ablation-table.ts";

const PROGRAM = fileURLToPath(new URL("../../bin/entlaw.js", import.meta.url));

/**
 * Runs the command line with this Node; its progress and its doubts go to the terminal, its results nowhere.
 *
 * @returns whether it ended well.
 */
export function entlaw(args: readonly string[]): boolean {
  return (
    spawnSync(process.execPath, [PROGRAM, ...args], {
      stdio: ["ignore", "ignore", "inherit"],
    }).status === 0
  );
}

/** One run of an ablation. */
export interface RunRequest {
  /** A preset. */
  readonly arm: string;
  readonly seed: number;
  readonly steps: number;
  readonly threads: number;
  /** Its run directory. */
  readonly out: string;
  /** Further settings, KEY=VALUE. */
  readonly settings: readonly string[];
}

/** The first rows of a run's log, as many as it was asked for; fewer if it has not come so far. */
function rowsOf({ out, steps }: RunRequest): StepRows {
  const path = `${out}/steps.jsonl`;
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n").slice(0, steps);
  return lines
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, number | null>);
}

/** Whether a run has come to its end; while it goes on, its last line may be half written. */
function isFinished({ out }: RunRequest): boolean {
  const path = `${out}/run.json`;
  if (!existsSync(path)) return false;
  return (JSON.parse(readFileSync(path, "utf8")) as { status: string }).status === "finished";
}

/** Runs an arm, or goes on with it; undefined if it failed. */
export function runArm(request: RunRequest): AblationRun | undefined {
  const { arm, seed, steps, threads, out, settings } = request;
  const done = (): AblationRun | undefined => {
    const rows = isFinished(request) ? rowsOf(request) : [];
    return rows.length === steps ? { arm, seed, rows } : undefined;
  };
  const before = done();
  if (before !== undefined) return before;
  const isBegun = existsSync(`${out}/run.json`);
  entlaw([
    "train",
    `--preset=${arm}`,
    `--seed=${seed}`,
    `--steps=${steps}`,
    `--threads=${threads}`,
    `--out=${out}`,
    "--no-report",
    ...settings.flatMap((one) => ["--set", one]),
    ...(isBegun ? ["--resume"] : []),
  ]);
  return done();
}
