/** Runs updates and rollouts on command, one JSON line each way; the same protocol as `bench/peers/gpt.py`. */
import { createInterface } from "node:readline";
import { monotonicMs } from "../../src/base/clock.ts";
import { useEngine } from "../../src/engine/backend/use-engine.ts";
import {
  compileRollout,
  compileUpdate,
  makeBatch,
  makeParameters,
  type Rollout,
  type SizeName,
  type Style,
  type Update,
} from "./gpt.ts";

/** `setup` comes first, and once: memory is counted from there. */
type Command =
  | {
      readonly do: "setup";
      readonly size: SizeName;
      readonly style: Style;
      readonly threads: number;
      readonly programs: readonly ("update" | "rollout")[];
    }
  | { readonly do: "update" | "rollout" | "idle" | "quit" };

const MEBIBYTE = 2 ** 20;
const KIBIBYTES_IN_MEBIBYTE = 1024;

let update: Update | undefined;
let rollout: Rollout | undefined;
let batch: ReturnType<typeof makeBatch> | undefined;
let before = 0;

async function setup(command: Command & { do: "setup" }): Promise<object> {
  const { size, style, threads, programs } = command;
  await useEngine("graph", { threads });
  before = process.memoryUsage().rss / MEBIBYTE;
  const parameters = makeParameters(size, style);
  const compileMs: Record<string, number> = {};
  if (programs.includes("update")) {
    const started = monotonicMs();
    update = await compileUpdate(parameters, size, style);
    compileMs["update"] = monotonicMs() - started;
    batch = makeBatch(size);
  }
  if (programs.includes("rollout")) {
    const started = monotonicMs();
    rollout = await compileRollout(parameters, size, style);
    compileMs["rollout"] = monotonicMs() - started;
  }
  return { compile_ms: compileMs, nodes: update?.info?.nodes };
}

async function runUpdate(): Promise<object> {
  const started = monotonicMs();
  const { loss, norm } = await update!(batch!);
  return { ms: monotonicMs() - started, loss: loss![0], norm: norm![0] };
}

async function runRollout(): Promise<object> {
  const started = monotonicMs();
  const { logProb } = await rollout!.run();
  const ms = monotonicMs() - started;
  return { ms, log_prob: logProb.reduce((sum, one) => sum + one, 0) / logProb.length };
}

function idle(): object {
  const { user, system } = process.cpuUsage();
  return { cpu_ms: (user + system) / 1000 };
}

async function answer(command: Command): Promise<object> {
  switch (command.do) {
    case "setup":
      return setup(command);
    case "update":
      return runUpdate();
    case "rollout":
      return runRollout();
    case "idle":
      return idle();
    case "quit":
      process.exit(0);
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const result = await answer(JSON.parse(line) as Command);
  const grown = process.resourceUsage().maxRSS / KIBIBYTES_IN_MEBIBYTE - before;
  process.stdout.write(`${JSON.stringify({ ...result, grown_mb: grown })}\n`);
}
