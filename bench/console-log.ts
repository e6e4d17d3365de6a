/** Speed of reading verl console logs, in MB/s, beside the line-and-regex reader that one writes first. */
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import { monotonicMs } from "../src/base/clock.ts";
import { verlConsole } from "../src/ingest/verl-console.ts";

const REPEATS = 60;
const REAL_LOGS = "../shared/data/real-logs/*.log.gz";

/** A made-up log as Ray prints one: 500 steps of 45 metrics among lines of chatter, some 600 kB. */
function syntheticLog(): Buffer {
  const lines: string[] = [];
  for (let step = 0; step < 500; step += 1) {
    const pairs = Array.from(
      { length: 45 },
      (_, i) => `timing_s/phase_${i}:${((step + i) / 97).toFixed(3)}`,
    );
    lines.push(`\u001b[36m(TaskRunner pid=7)\u001b[0m step:${step} - ${pairs.join(" - ")}`);
    lines.push(
      "\u001b[36m(WorkerDict pid=8)\u001b[0m a line of chatter: with a colon - and a dash",
    );
  }
  return Buffer.from(lines.join("\n"));
}

/** The peer: decodes the whole file and matches `key:number` on every line that names a step. */
function naiveRegex(bytes: Buffer): number {
  const steps: Record<string, number>[] = [];
  for (const line of bytes.toString("utf8").split("\n")) {
    const step = /step:(\d+)/.exec(line);
    if (step === null) continue;
    const row: Record<string, number> = { step: Number(step[1]) };
    for (const match of line.matchAll(/([^\s:]+):(?:np\.float64\()?([-+\d.eE]+|nan|inf)/g)) {
      row[match[1]!] = Number(match[2]);
    }
    steps.push(row);
  }
  return steps.length;
}

/** Megabytes a second: of the first read, for which nothing is compiled yet, and over all repeats. */
function speedOf(bytes: Buffer, read: (bytes: Buffer) => unknown): string {
  const speeds = Array.from({ length: REPEATS }, () => {
    const start = monotonicMs();
    read(bytes);
    return bytes.length / 1e3 / (monotonicMs() - start);
  });
  const sorted = speeds.toSorted((a, b) => a - b);
  const [first, min, median] = [speeds[0]!, sorted[0]!, sorted[REPEATS >> 1]!];
  return `median ${median.toFixed(0)} MB/s, min ${min.toFixed(0)}, first read ${first.toFixed(0)}`;
}

const files = globSync(REAL_LOGS);
const logs =
  files.length > 0
    ? files.map((path) => ({ name: basename(path), bytes: gunzipSync(readFileSync(path)) }))
    : [{ name: "synthetic", bytes: syntheticLog() }];

for (const { name, bytes } of logs) {
  console.log(`${name}: ${(bytes.length / 1e3).toFixed(0)} kB`);
  console.log(`  entlaw       ${speedOf(bytes, (all) => verlConsole.read(all, name))}`);
  console.log(`  naive regex  ${speedOf(bytes, naiveRegex)}`);
}
