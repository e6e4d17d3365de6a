/**
 * Times a sweep of eight short runs, one at a time and as many at a time as there are cores: what it gains to run side by side.
 *
 * `node bench/sweep.ts [--runs 8] [--steps 60]`
 *
 * Runs are those of the preset `smoke`, one thread each in both cases; the warm start is made before, so that no side pays it.
 * Both sides are whole commands, process starts included. A third line has one at a time with all cores as threads.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { monotonicMs } from "../src/base/clock.ts";

const { values: flags } = parseArgs({
  options: {
    runs: { type: "string", default: "8" },
    steps: { type: "string", default: "60" },
  },
});
const cores = availableParallelism();
const folder = mkdtempSync(join(tmpdir(), "entlaw-bench-sweep-"));

/** Seconds of a whole `entlaw sweep run`. */
function time(name: string, settings: Readonly<Record<string, number>>): number {
  const file = join(folder, `${name}.json`);
  const sweep = { base: { preset: "smoke" }, steps: Number(flags.steps), ...settings };
  writeFileSync(file, JSON.stringify(sweep));
  const started = monotonicMs();
  const args = ["bin/entlaw.js", "sweep", "run", file, "--out", join(folder, name)];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`the sweep ended with ${status}: ${stderr}`);
  return (monotonicMs() - started) / 1000;
}

const [load = 0] = loadavg();
const seeds = Number(flags.runs);
time("warm-start", { seeds: 1, steps: 1, concurrency: 1, threads: 1 });
const alone = time("one-at-a-time", { seeds, concurrency: 1, threads: 1 });
const together = time("side-by-side", { seeds, concurrency: cores, threads: 1 });
const threaded = time("all-threads", { seeds, concurrency: 1, threads: cores });
const row = (what: string, seconds: number): string =>
  `| ${what} | ${seconds.toFixed(1)} | ${(alone / seconds).toFixed(2)} |`;
process.stdout.write(
  [
    `${seeds} runs of ${flags.steps} steps, ${cores} cores, load before ${load.toFixed(1)}`,
    "",
    "| how | seconds | faster by |",
    "| --- | --- | --- |",
    row("one at a time, 1 thread", alone),
    row(`${cores} at a time, 1 thread each`, together),
    row(`one at a time, ${cores} threads`, threaded),
    "",
  ].join("\n"),
);
rmSync(folder, { recursive: true, force: true });
