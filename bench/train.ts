/**
 * Times whole steps of the lab beside the same step hand-written in eager PyTorch and beside TRL's GRPOTrainer, and what
 * logging every token costs; knows no side's code, only the lines that all answer.
 *
 * `node bench/train.ts [--reps 12] [--threads 2] [--blocks 6] [--size s] [--positions learned] [--from FILE] [--updates 10]
 * [--quick]`; torch runs where ENTLAW_PYTHON, or python3, has it (bench/peers/requirements.txt), TRL where
 * ENTLAW_TRL_PYTHON has it (bench/peers/requirements-trl.txt). `--from`: policy.safetensors, in place of the default warm
 * start. `--updates`: every Nth step measures what each of its updates did to entropy. `--quick`: 4 repetitions, 2 blocks.
 *
 * A step is a rollout of 64 prompts x 8 samples, rewards, advantages, four updates, their joint effect on entropy, the
 * step's statistics and its logs: a line for the step, and a Parquet file with all tokens. TRL logs and measures far less.
 * All sides are processes that stay, and take turns step by step.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { experimentConfig } from "../src/config/experiment-config.ts";
import { monotonicMs } from "../src/base/clock.ts";
import { POLICY_SIZES } from "../src/train/policy/policy-shape.ts";
import { LineWorker } from "./engine/line-worker.ts";
import { agreementNotes, type OurLook, stepNote } from "./train/agreement.ts";
import type { Side, StepAnswer } from "./train/side.ts";
import { mean, median, TABLE_HEAD, tableRow } from "./train/table.ts";

interface SetupAnswer {
  readonly version: string;
  readonly weights: string;
  readonly source: string;
  readonly parameters: number;
  readonly longest: number;
}

const { values: flags } = parseArgs({
  options: {
    reps: { type: "string" },
    blocks: { type: "string" },
    threads: { type: "string", default: "2" },
    size: { type: "string" },
    positions: { type: "string" },
    from: { type: "string" },
    updates: { type: "string" },
    quick: { type: "boolean", default: false },
  },
});
const repetitions = Number(flags.reps ?? (flags.quick ? 4 : 12));
const blocks = Number(flags.blocks ?? (flags.quick ? 2 : 6));
const threads = Number(flags.threads);
const config = experimentConfig.parse({
  policy: {
    ...(flags.size === undefined ? {} : { size: flags.size }),
    ...(flags.positions === undefined ? {} : { positions: flags.positions }),
  },
  ...(flags.updates === undefined ? {} : { log: { updates: Number(flags.updates) } }),
  ...(flags.from === undefined ? {} : { warmStart: { from: flags.from } }),
});

const PAUSE_MS = 100;
/** The first steps compile programs: there is one for each length of sequences that comes up. */
const WARM_UPS = 3;
const BLOCK_STEPS = 4;
/** Above this share of the cores in other processes' hands, times say little. */
const QUIET_SHARE = 0.05;

const write = (text: string): boolean => process.stdout.write(`${text}\n`);
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
const hasModule = (python: string, name: string): boolean =>
  spawnSync(python, ["-c", `import ${name}`]).status === 0;

/** Milliseconds that all cores have worked since the machine started. */
function machineMs(): number {
  return cpus()
    .map(({ times: { user, nice, sys, irq } }) => user + nice + sys + irq)
    .reduce((sum, ms) => sum + ms, 0);
}

/** Milliseconds that this process and the sides have worked. */
async function ownMs(sides: readonly Side[]): Promise<number> {
  const { user, system } = process.cpuUsage();
  let sum = (user + system) / 1000;
  for (const { worker } of sides)
    sum += (await worker.ask<{ readonly cpu_ms: number }>({ do: "idle" })).cpu_ms;
  return sum;
}

/** Does something, and tells what share of the cores other processes took meanwhile. */
async function foreignShare(
  sides: readonly Side[],
  action: () => Promise<unknown>,
): Promise<number> {
  const before = [machineMs(), await ownMs(sides), monotonicMs()] as const;
  await action();
  const own = (await ownMs(sides)) - before[1];
  const wall = monotonicMs() - before[2];
  return Math.max(0, (machineMs() - before[0] - own) / (wall * cpus().length));
}

/** Steps of all sides in turn. */
async function takeTurns(sides: readonly Side[]): Promise<void> {
  for (let k = -WARM_UPS; k < repetitions; k++) {
    for (const { worker, steps } of sides) {
      const answer = await worker.ask<StepAnswer>({ do: "step", tokens: true });
      if (k >= 0) steps.push(answer);
      await pause();
    }
  }
}

/** Parts of a step: what is neither rollout nor update is measurement and logs. */
const PARTS: readonly (readonly [string, (step: StepAnswer) => number])[] = [
  ["step", ({ ms }) => ms],
  ["processor time", ({ cpu_ms: ms }) => ms],
  ["rollout", ({ seconds_rollout: seconds }) => 1000 * seconds],
  ["updates", ({ seconds_update: seconds }) => 1000 * seconds],
  ["the rest", ({ ms, ...step }) => ms - 1000 * (step.seconds_rollout + step.seconds_update)],
];

/** TRL tells no more than these. */
const TRL_PARTS = 2;

function printRows(ours: Side, peer: Side | undefined): void {
  for (const [what, value] of peer?.name.startsWith("TRL") === true
    ? PARTS.slice(0, TRL_PARTS)
    : PARTS)
    write(
      tableRow({
        peer: peer?.name ?? "-",
        what,
        ours: ours.steps.map(value),
        theirs: (peer?.steps ?? []).map(value),
      }),
    );
}

/** What a step costs with its tokens logged and without, in blocks that wait for the disk at their end. */
async function loggingNote({ worker }: Side): Promise<string> {
  const times: Record<"on" | "off", Pick<StepAnswer, "ms" | "cpu_ms">[]> = { on: [], off: [] };
  for (let k = 0; k < 2 * blocks; k++) {
    const kind = k % 4 === 0 || k % 4 === 3 ? "on" : "off"; // on off off on: drifts cancel
    const question = { do: "steps", count: BLOCK_STEPS, tokens: kind === "on" };
    times[kind].push(await worker.ask(question));
  }
  const cost = (name: "ms" | "cpu_ms", of: (list: readonly number[]) => number): string => {
    const [on, off] = [times.on, times.off].map(
      (list) => of(list.map((one) => one[name])) / BLOCK_STEPS,
    ) as [number, number];
    return `${((on / off - 1) * 100).toFixed(1)} % (${on.toFixed(0)} to ${off.toFixed(0)} ms)`;
  };
  const least = (list: readonly number[]): number => Math.min(...list);
  return (
    `- Logging every token costs ${cost("ms", least)} of a step by the minima of ${blocks} blocks of ${BLOCK_STEPS} steps each way, ` +
    `${cost("ms", median)} by the medians; of processor time ${cost("cpu_ms", least)} and ${cost("cpu_ms", median)}.`
  );
}

const folder = mkdtempSync(join(tmpdir(), "entlaw-bench-"));
const sides: Side[] = [];

/** Starts a side and sets it up. */
async function start<Answer>(
  name: string,
  [command, ...args]: readonly [string, ...string[]],
  setup: object,
): Promise<{ readonly side: Side; readonly answer: Answer }> {
  const worker = new LineWorker(command, args);
  const side: Side = { name, worker, steps: [] };
  sides.push(side);
  return { side, answer: await worker.ask<Answer>({ do: "setup", config, threads, ...setup }) };
}

async function startTorch({ weights, longest }: SetupAnswer): Promise<Side | undefined> {
  const python = process.env["ENTLAW_PYTHON"] ?? "python3";
  if (!hasModule(python, "torch, pyarrow, safetensors")) {
    process.stderr.write(
      `Torch is not timed: ${python} cannot import torch, pyarrow and safetensors. To compare, install them and name that Python:\n` +
        "  python3 -m venv VENV && VENV/bin/pip install -r bench/peers/requirements.txt\n" +
        "  ENTLAW_PYTHON=VENV/bin/python npm run bench:train\n",
    );
    return undefined;
  }
  const { heads } = POLICY_SIZES[config.policy.size];
  const { side, answer } = await start<{ readonly version: string }>(
    "torch",
    [python, "bench/peers/lab.py"],
    { weights, longest, heads, out: join(folder, "torch") },
  );
  write(`- torch: PyTorch ${answer.version}, eager.`);
  return side;
}

async function startTrl(completion: number): Promise<Side | undefined> {
  const python = process.env["ENTLAW_TRL_PYTHON"];
  if (python === undefined || !hasModule(python, "trl")) {
    process.stderr.write(
      `TRL is not timed: ${python === undefined ? "ENTLAW_TRL_PYTHON is not set" : `${python} cannot import trl`}. To compare:\n` +
        "  python3 -m venv VENV-TRL && VENV-TRL/bin/pip install -r bench/peers/requirements-trl.txt\n" +
        "  ENTLAW_TRL_PYTHON=VENV-TRL/bin/python npm run bench:train\n",
    );
    return undefined;
  }
  const { side, answer } = await start<
    Record<"version" | "torch" | "transformers", string> & { readonly parameters: number }
  >(`TRL, ${completion} tokens`, [python, "bench/peers/trl_lab.py"], {
    completion,
    size: POLICY_SIZES[config.policy.size],
  });
  write(
    `- ${side.name}: TRL ${answer.version}, transformers ${answer.transformers}, PyTorch ${answer.torch}; a Llama of ${answer.parameters} random ` +
      `parameters, all responses ${completion} tokens long.`,
  );
  return side;
}

try {
  write(
    `Milliseconds of ${repetitions} interleaved steps, ${threads} threads each, on ${cpus()[0]?.model ?? "an unknown processor"} with ${cpus().length} cores. ` +
      "Ratios are peer / entlaw: above 1 entlaw is faster. The middle half is of the ratios of neighbouring steps.\n",
  );
  const { side: ours, answer } = await start<SetupAnswer>(
    "entlaw",
    [process.execPath, "--disable-warning=ExperimentalWarning", "bench/train/worker.ts"],
    { out: folder },
  );
  write(
    `- entlaw: ${answer.version}; policy ${config.policy.size} of ${answer.parameters} parameters, ${config.policy.positions} positions.`,
  );
  const notes: string[] = [];
  const torch = await startTorch(answer);
  if (torch !== undefined) notes.push(...(await agreementNotes(ours, torch)));
  const look = await ours.worker.ask<OurLook>({ do: "look" });
  // TRL computes what it pads: all responses as long as the mean one is less than it would spend on ours, as long as the
  // longest is as much.
  const trl = await startTrl(Math.round(mean(look.length)));
  const longTrl = trl === undefined ? undefined : await startTrl(look.longest);
  const share = await foreignShare(sides, () => takeTurns(sides));
  write(`\n${TABLE_HEAD}`);
  if (torch === undefined && trl === undefined) printRows(ours, undefined);
  for (const peer of [torch, trl, longTrl]) if (peer !== undefined) printRows(ours, peer);
  if (torch !== undefined) notes.push(stepNote(ours, torch));
  notes.push(await loggingNote(ours));
  notes.push(
    `- Other processes took ${(100 * share).toFixed(1)} % of the cores${share > QUIET_SHARE ? ": too much. Threads of torch wait busily for each other and lose far more by it than entlaw's; repeat on a quiet machine" : ""}.`,
  );
  write(`\n${notes.join("\n")}`);
} finally {
  for (const { worker } of sides) worker.close();
  await pause();
  rmSync(folder, { recursive: true, force: true });
}
