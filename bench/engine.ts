/**
 * Times a policy update and a rollout of small GPTs on the graph engine beside the same model in eager PyTorch, and
 * compares memory; knows neither side's code, only the lines that both answer.
 *
 * `node bench/engine.ts [--sizes s,m,l] [--styles gpt2,lab] [--reps 8] [--threads 2] [--quick]`; the peer runs where
 * ENTLAW_PYTHON, or python3, has torch (bench/peers/requirements.txt). `--quick`: size s, 4 repetitions, no memory.
 *
 * Both sides are processes that stay, and take turns repetition by repetition. Between turns there is a pause, because
 * threads of both runtimes spin for a moment before they sleep; what the waiting side consumes during the other's turn
 * is measured and printed.
 */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { LineWorker } from "./engine/line-worker.ts";

type Task = "update" | "rollout";

interface SetupAnswer {
  readonly compile_ms: Readonly<Partial<Record<Task, number>>>;
  readonly nodes: number;
  readonly torch: string;
}
interface Answer {
  readonly ms: number;
  readonly loss: number;
  readonly log_prob: number;
  readonly grown_mb: number;
}
interface IdleAnswer {
  readonly cpu_ms: number;
}

const { values: flags } = parseArgs({
  options: {
    sizes: { type: "string" },
    styles: { type: "string", default: "gpt2,lab" },
    reps: { type: "string" },
    threads: { type: "string", default: "2" },
    quick: { type: "boolean", default: false },
  },
});
const sizes = (flags.sizes ?? (flags.quick ? "s" : "s,m,l")).split(",");
const styles = flags.styles.split(",");
const repetitions = Number(flags.reps ?? (flags.quick ? 4 : 8));
const threads = Number(flags.threads);
const python = process.env["ENTLAW_PYTHON"] ?? "python3";
const hasTorch = spawnSync(python, ["-c", "import torch"]).status === 0;

const PAUSE_MS = 100;
const WARM_UPS = 2;
/** Updates after which memory is read: it is at its largest from the second on. */
const MEMORY_UPDATES = 4;
/** Positions of a sequence, new tokens of a rollout, sequences; as in both models. */
const POSITIONS = 64;
const NEW_TOKENS = 32;
const sequencesOf = (size: string): number => (size === "l" ? 32 : 128);

const write = (text: string): boolean => process.stdout.write(`${text}\n`);
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

/** The value below which a share of the list lies. */
function quantile(list: readonly number[], share: number): number {
  const sorted = list.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

const ourWorker = (): LineWorker =>
  new LineWorker(process.execPath, [
    "--disable-warning=ExperimentalWarning",
    "bench/engine/worker.ts",
  ]);
const theirWorker = (): LineWorker | undefined =>
  hasTorch ? new LineWorker(python, ["bench/peers/gpt.py"]) : undefined;

/** The two sides, the second perhaps missing. */
interface Sides {
  readonly ours: LineWorker;
  readonly theirs: LineWorker | undefined;
}

/** Milliseconds by repetition, the last answers, and the largest share of a core that a waiting side took. */
interface Timing {
  readonly ours: number[];
  readonly theirs: number[];
  last: { readonly ours: Answer; readonly theirs: Answer } | undefined;
  idleShare: number;
}

/** One turn of a side while the other waits. */
async function turn(
  task: Task,
  side: LineWorker,
  other: LineWorker,
  timing: Timing,
): Promise<Answer> {
  const before = await other.ask<IdleAnswer>({ do: "idle" });
  const answer = await side.ask<Answer>({ do: task });
  const after = await other.ask<IdleAnswer>({ do: "idle" });
  timing.idleShare = Math.max(timing.idleShare, (after.cpu_ms - before.cpu_ms) / answer.ms);
  await pause();
  return answer;
}

async function time(task: Task, { ours, theirs }: Sides): Promise<Timing> {
  const timing: Timing = { ours: [], theirs: [], last: undefined, idleShare: 0 };
  for (let k = -WARM_UPS; k < repetitions; k++) {
    const mine = await (theirs === undefined
      ? ours.ask<Answer>({ do: task })
      : turn(task, ours, theirs, timing));
    if (k >= 0) timing.ours.push(mine.ms);
    if (theirs === undefined) continue;
    const other = await turn(task, theirs, ours, timing);
    if (k >= 0) timing.theirs.push(other.ms);
    timing.last = { ours: mine, theirs: other };
  }
  return timing;
}

function printRow(size: string, style: string, task: Task, { ours, theirs }: Timing): void {
  const least = Math.min(...ours);
  const tokens = sequencesOf(size) * (task === "update" ? POSITIONS : NEW_TOKENS);
  const cells = [size, style, task, least.toFixed(0), quantile(ours, 0.5).toFixed(0)];
  if (theirs.length === 0) cells.push("-", "-", "-", "-", "-");
  else {
    const pairs = theirs.map((ms, k) => ms / ours[k]!);
    cells.push(
      Math.min(...theirs).toFixed(0),
      quantile(theirs, 0.5).toFixed(0),
      (Math.min(...theirs) / least).toFixed(2),
      (quantile(theirs, 0.5) / quantile(ours, 0.5)).toFixed(2),
      `${quantile(pairs, 0.25).toFixed(2)}–${quantile(pairs, 0.75).toFixed(2)}`,
    );
  }
  write(`| ${[...cells, ((tokens / least) * 1000).toFixed(0)].join(" | ")} |`);
}

/** How far the largest memory of a fresh process that updates, and does nothing else, is above its memory before. */
async function memoryNote(setup: object): Promise<string> {
  const grown: number[] = [];
  for (const worker of [ourWorker(), theirWorker()]) {
    if (worker === undefined) continue;
    await worker.ask({ ...setup, programs: ["update"] });
    for (let k = 1; k < MEMORY_UPDATES; k++) await worker.ask({ do: "update" });
    const { grown_mb } = await worker.ask<Answer>({ do: "update" });
    grown.push(grown_mb);
    worker.close();
  }
  const [mine, other] = grown;
  const ours = `an update grows the process by ${mine!.toFixed(0)} MiB`;
  if (other === undefined) return ours;
  return `${ours}, torch's by ${other.toFixed(0)}, ratio ${(mine! / other).toFixed(2)}`;
}

function agreementNote(what: "loss" | "log_prob", { last }: Timing): string {
  if (last === undefined) return "";
  const [mine, other] = [last.ours[what], last.theirs[what]];
  const name =
    what === "loss" ? "loss of the last update" : "mean log-probability of the last rollout";
  return `${name} ${mine.toPrecision(6)}, torch ${other.toPrecision(6)}`;
}

async function compare(size: string, style: string): Promise<string[]> {
  const sides: Sides = { ours: ourWorker(), theirs: theirWorker() };
  const programs: readonly Task[] = size === "l" ? ["update"] : ["update", "rollout"];
  const setup = { do: "setup", size, style, threads, programs };
  const { compile_ms, nodes } = await sides.ours.ask<SetupAnswer>(setup);
  await sides.theirs?.ask<SetupAnswer>(setup);
  const notes = [`update compiled in ${compile_ms.update?.toFixed(0)} ms to ${nodes} nodes`];
  if (compile_ms.rollout !== undefined)
    notes.push(`rollout (two programs) in ${compile_ms.rollout.toFixed(0)} ms`);
  let idleShare = 0;
  for (const task of programs) {
    const timing = await time(task, sides);
    printRow(size, style, task, timing);
    notes.push(agreementNote(task === "update" ? "loss" : "log_prob", timing));
    idleShare = Math.max(idleShare, timing.idleShare);
  }
  sides.ours.close();
  sides.theirs?.close();
  if (!flags.quick) notes.push(await memoryNote(setup));
  if (hasTorch) notes.push(`waiting took at most ${(100 * idleShare).toFixed(1)} % of a core`);
  return notes.filter((note) => note !== "");
}

if (!hasTorch)
  process.stderr.write(
    `Only entlaw is timed: ${python} cannot import torch. To compare, install it and name that Python:\n` +
      "  python3 -m venv VENV && VENV/bin/pip install -r bench/peers/requirements.txt\n" +
      "  ENTLAW_PYTHON=VENV/bin/python npm run bench:engine\n",
  );
write(
  `Milliseconds of ${repetitions} interleaved repetitions, ${threads} threads each. Ratios are torch / entlaw: above 1 entlaw is faster. ` +
    "The middle half is of the ratios of neighbouring repetitions.\n\n" +
    "| size | style | task | entlaw min | median | torch min | median | ratio of minima | of medians | middle half | entlaw tokens/s |\n" +
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
);
const notes: string[] = [];
for (const size of sizes)
  for (const style of styles)
    notes.push(`- ${size} ${style}: ${(await compare(size, style)).join("; ")}`);
write(`\n${notes.join("\n")}`);
