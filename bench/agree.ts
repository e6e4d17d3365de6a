/**
 * Times the aggregation of token tables behind `entlaw agree`, the four estimators of the contract for each step and the
 * covariance tail, beside the same by polars and pandas, each in a process of its own, interleaved in one run.
 *
 * `node bench/agree.ts [millions of tokens] [rounds]`; the peers run where ENTLAW_PYTHON, or python3, has polars and
 * pandas (bench/peers/requirements-agree.txt). Results are compared to 1e-6. With `--check` a memory of 1 GB or more, or
 * being slower than a peer, fails.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monotonicMs } from "../src/base/clock.ts";
import { median } from "./train/table.ts";
import { STEP_ROWS, writeTokens } from "./agree/token-files.ts";

const TOLERANCE = 1e-6;
const MEMORY_LIMIT = 1024;
const SERIES = ["batch", "npg", "pg", "polarity", "tail"] as const;

interface Answer extends Readonly<Record<(typeof SERIES)[number], readonly number[]>> {
  readonly milliseconds: number;
  readonly cpu: number;
  readonly megabytes: number;
}
interface Measured extends Answer {
  /** Of the whole process, start and imports included. */
  readonly processMs: number;
}

function measure(command: string, args: readonly string[]): Measured {
  const begin = monotonicMs();
  const { stdout, stderr, status } = spawnSync(command, args, { maxBuffer: 2 ** 28 });
  const processMs = monotonicMs() - begin;
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${String(stderr)}`);
  return { ...(JSON.parse(String(stdout)) as Answer), processMs };
}

/** Commands by name; peers only where they are installed. */
function sides(run: string): ReadonlyMap<string, readonly [string, readonly string[]]> {
  const python = process.env["ENTLAW_PYTHON"] ?? "python3";
  const script = new URL("peers/agree.py", import.meta.url).pathname;
  const worker = new URL("agree/worker.ts", import.meta.url).pathname;
  const peers = ["polars", "pandas"].filter((name) => {
    const isThere = spawnSync(python, ["-c", `import ${name}, pyarrow`]).status === 0;
    if (!isThere) console.log(`no Python with ${name}: it is not timed (set ENTLAW_PYTHON)`);
    return isThere;
  });
  return new Map([
    ["entlaw", [process.execPath, ["--disable-warning=ExperimentalWarning", worker, run]]],
    ...peers.map((name) => [name, [python, [script, name, run]]] as const),
  ]);
}

/** The largest difference in any number. */
function difference(left: Answer, right: Answer): number {
  const differences = SERIES.flatMap((name) => {
    const length = left[name].length === right[name].length ? 0 : Number.POSITIVE_INFINITY;
    return [length, ...left[name].map((value, i) => Math.abs(value - right[name][i]!))];
  });
  return differences.reduce((most, value) => (value <= most ? most : value), 0);
}

const [millions = 10, rounds = 3] = process.argv
  .slice(2)
  .filter((text) => !text.startsWith("-"))
  .map(Number);
const run = mkdtempSync(join(tmpdir(), "entlaw-agree-"));
const steps = Math.round((millions * 1e6) / STEP_ROWS);
const measured = new Map<string, Measured[]>();
try {
  writeTokens(run, steps);
  const all = sides(run);
  // The first round fills the page cache and is not counted.
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, [command, args]] of all) {
      const one = measure(command, args);
      if (round > 0) measured.set(name, [...(measured.get(name) ?? []), one]);
    }
  }
} finally {
  rmSync(run, { recursive: true });
}

const ours = measured.get("entlaw")!;
const medianOf = (list: readonly Measured[], read: (one: Measured) => number): number =>
  median(list.map(read));
console.log(
  `${steps * STEP_ROWS} tokens in ${steps} files; median of ${rounds} rounds, ratios to entlaw`,
);
console.log(
  "| | process s | ratio | after imports s | ratio | CPU s | peak MB | largest difference |",
);
console.log("|---|---|---|---|---|---|---|---|");
let failed = false;
for (const [name, list] of measured) {
  const times = [(one: Measured) => one.processMs, (one: Measured) => one.milliseconds] as const;
  const cells = times.flatMap((read) => {
    const ratio = medianOf(list, read) / medianOf(ours, read);
    failed ||= name !== "entlaw" && ratio <= 1;
    return [(medianOf(list, read) / 1000).toFixed(2), ratio.toFixed(2)];
  });
  const apart = difference(list[0]!, ours[0]!);
  const megabytes = Math.max(...list.map((one) => one.megabytes));
  failed ||= !(apart <= TOLERANCE) || (name === "entlaw" && megabytes >= MEMORY_LIMIT);
  cells.push(
    (medianOf(list, ({ cpu }) => cpu) / 1000).toFixed(2),
    megabytes.toFixed(0),
    apart.toExponential(1),
  );
  console.log(`| ${name} | ${cells.join(" | ")} |`);
}
if (process.argv.includes("--check") && failed) {
  console.log("not met: entlaw below 1 GB, faster than each peer, and equal to 1e-6");
  process.exitCode = 1;
}
