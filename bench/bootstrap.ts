/**
 * Times a fit of the entropy law with 1,000 moving-block bootstrap replicates of a 435-step series, beside loops over
 * scipy's curve_fit and numpy's lstsq on the same resamples, interleaved in one run. Knows no other benchmark.
 *
 * `node bench/bootstrap.ts [rounds]`; the peers run where ENTLAW_PYTHON, or python3, has numpy and scipy
 * (bench/peers/requirements.txt).
 */
import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";

import { fitLine } from "../src/analyze/fit/line.ts";
import {
  bootstrapLine,
  bootstrapRows,
  defaultBlockLength,
  percentileInterval95,
} from "../src/analyze/fit/moving-block-bootstrap.ts";
import { monotonicMs } from "../src/base/clock.ts";
import { makeRng } from "../src/base/random.ts";

const STEPS = 435;
const REPLICATES = 1000;
const SEED = 7;

interface Timing {
  readonly milliseconds: number;
  /** Percentile interval of a. */
  readonly interval: readonly number[];
}
type Runner = () => Promise<Timing>;

/** A run like the public ones: entropy decays, reward follows the law, both are noisy. */
function series(): { x: Float64Array; y: Float64Array } {
  const rng = makeRng(SEED, "bench");
  const x = new Float64Array(STEPS);
  const y = new Float64Array(STEPS);
  for (let i = 0; i < STEPS; i += 1) {
    const entropy = 0.05 + 0.45 * Math.exp(-i / 80);
    x[i] = Math.exp(entropy + 0.02 * rng.normal());
    y[i] = 1.4 - 0.8 * Math.exp(entropy) + 0.03 * rng.normal();
  }
  return { x, y };
}

/** First row of every block that {@link bootstrapLine} will draw. */
function blockStarts(block: number): number[][] {
  const starts: number[][] = [];
  bootstrapRows(STEPS, { replicates: REPLICATES, rng: makeRng(SEED, "bootstrap") }, (rows) => {
    starts.push(Array.from(rows.filter((_, i) => i % block === 0)));
    return undefined;
  });
  return starts;
}

function ours(x: Float64Array, y: Float64Array): Runner {
  return () => {
    const begin = monotonicMs();
    fitLine(x, y);
    const plan = { replicates: REPLICATES, rng: makeRng(SEED, "bootstrap") };
    const slopes = bootstrapLine(x, y, plan).slope.map((slope) => -slope);
    const interval = percentileInterval95(slopes) ?? [];
    return Promise.resolve({ milliseconds: monotonicMs() - begin, interval });
  };
}

/** Starts the peers' process; undefined where there is no Python with scipy. */
function startPeers(
  task: object,
): { ask: (method: string) => Promise<Timing>; stop: () => void } | undefined {
  const python = process.env["ENTLAW_PYTHON"] ?? "python3";
  if (spawnSync(python, ["-c", "import numpy, scipy"]).status !== 0) return undefined;
  const script = new URL("peers/bootstrap.py", import.meta.url).pathname;
  const child = spawn(python, [script], { stdio: ["pipe", "pipe", "inherit"] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const send = (message: unknown): void => void child.stdin.write(`${JSON.stringify(message)}\n`);
  send(task);
  return {
    ask: async (method) => {
      send(method);
      const { value } = await answers.next();
      return JSON.parse(String(value)) as Timing;
    },
    stop: () => child.stdin.end(),
  };
}

const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;

const rounds = Number(process.argv[2] ?? 7);
const { x, y } = series();
const block = defaultBlockLength(STEPS);
const peers = startPeers({ x: Array.from(x), y: Array.from(y), starts: blockStarts(block), block });
const runners: Array<readonly [string, Runner]> = [["entlaw", ours(x, y)]];
if (peers === undefined) {
  console.log("no Python with numpy and scipy: only entlaw is timed (set ENTLAW_PYTHON)");
} else {
  runners.push(["numpy lstsq loop", () => peers.ask("lstsq")]);
  runners.push(["scipy curve_fit loop", () => peers.ask("curve_fit")]);
}

const timings = new Map<string, Timing[]>();
// The first round warms everybody up and is not counted.
for (let round = 0; round <= rounds; round += 1) {
  for (const [name, run] of runners) {
    const timing = await run();
    if (round > 0) timings.set(name, [...(timings.get(name) ?? []), timing]);
  }
}
peers?.stop();

const base = median((timings.get("entlaw") ?? []).map(({ milliseconds }) => milliseconds));
console.log(
  `fit + ${REPLICATES} moving-block replicates (block ${block}), ${STEPS} steps, ${rounds} rounds`,
);
console.log("| | median ms | smallest ms | median / entlaw | 95 % interval of a |");
console.log("|---|---|---|---|---|");
for (const [name, list] of timings) {
  const times = list.map(({ milliseconds }) => milliseconds);
  const interval = list[0]?.interval.map((end) => end.toPrecision(10)).join(" to ");
  const cells = [
    median(times).toFixed(2),
    Math.min(...times).toFixed(2),
    (median(times) / base).toFixed(1),
  ];
  console.log(`| ${name} | ${cells.join(" | ")} | ${interval} |`);
}
