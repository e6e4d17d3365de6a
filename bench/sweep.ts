/**
 * Times a sweep of eight short runs, one at a time and as many at a time as there are cores: what it gains to run side by side.
 *
 * `node bench/sweep.ts [--runs 8] [--preset grpo] [--steps 30] [--rounds 1]`
 *
 * One thread a run in both cases; the warm start is made before, so that no side pays it. Both sides are whole commands, process
 * starts included, and take turns; of several rounds the fastest counts. A third line has one at a time with all cores as threads.
 *
 * **Gotchas** Node compiles and starts on more than one core: runs of few seconds (`--preset smoke --steps 60`) leave less to gain.
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
    preset: { type: "string", default: "grpo" },
    steps: { type: "string", default: "30" },
    rounds: { type: "string", default: "1" },
  },
});
const cores = availableParallelism();
const folder = mkdtempSync(join(tmpdir(), "entlaw-bench-sweep-"));

let sweeps = 0;

/** Seconds of a whole `entlaw sweep run`. */
function time(settings: Readonly<Record<string, number>>): number {
  const name = String((sweeps += 1));
  const file = join(folder, `${name}.json`);
  const sweep = { base: { preset: flags.preset }, steps: Number(flags.steps), ...settings };
  writeFileSync(file, JSON.stringify(sweep));
  const started = monotonicMs();
  const args = ["bin/entlaw.js", "sweep", "run", file, "--out", join(folder, name)];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`the sweep ended with ${status}: ${stderr}`);
  return (monotonicMs() - started) / 1000;
}

const [load = 0] = loadavg();
const seeds = Number(flags.runs);
time({ seeds: 1, steps: 1, concurrency: 1, threads: 1 });
const sides = [
  { seeds, concurrency: 1, threads: 1 },
  { seeds, concurrency: cores, threads: 1 },
  { seeds, concurrency: 1, threads: cores },
];
const fastest = sides.map(() => Number.POSITIVE_INFINITY);
for (let round = 0; round < Number(flags.rounds); round += 1) {
  for (const [i, side] of sides.entries()) fastest[i] = Math.min(fastest[i]!, time(side));
}
const [alone = 0, together = 0, threaded = 0] = fastest;
const row = (what: string, seconds: number): string =>
  `| ${what} | ${seconds.toFixed(1)} | ${(alone / seconds).toFixed(2)} |`;
process.stdout.write(
  [
    `${seeds} runs of ${flags.preset}, ${flags.steps} steps each, ${cores} cores, load before ${load.toFixed(1)}`,
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
