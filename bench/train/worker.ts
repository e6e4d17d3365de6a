/** Takes whole steps of a run on command, one JSON line each way; the same protocol as `bench/peers/lab.py`. */
import { join } from "node:path";
import { createInterface } from "node:readline";
import { writeFileAtomic } from "../../src/base/atomic-write.ts";
import { monotonicMs } from "../../src/base/clock.ts";
import { disk } from "../../src/base/file-system.ts";
import { makeRng, type Rng } from "../../src/base/random.ts";
import { type ExperimentConfig, experimentConfig } from "../../src/config/experiment-config.ts";
import { configHash } from "../../src/config/config-hash.ts";
import { useEngine } from "../../src/engine/backend/use-engine.ts";
import { openTrainingRun, type TrainingRun } from "../../src/log/training-run.ts";
import { encodePolicy } from "../../src/train/run/policy-file.ts";
import type { Responses } from "../../src/train/rollout/roll-out.ts";
import { type Lab, makeExam, makeLab } from "../../src/train/run/lab.ts";
import { sampleStep } from "../../src/train/run/sample-batch.ts";
import { startPolicy } from "../../src/train/run/start-policy.ts";
import { rolloutRows, tokenTable } from "../../src/train/run/tables.ts";
import { type StepResult, trainStep } from "../../src/train/run/train-step.ts";

/** `setup` comes first, and once. */
type Command =
  | {
      readonly do: "setup";
      readonly config: ExperimentConfig;
      readonly out: string;
      readonly threads: number;
    }
  | { readonly do: "step"; readonly tokens: boolean }
  | { readonly do: "steps"; readonly count: number; readonly tokens: boolean }
  | { readonly do: "look" | "idle" | "quit" };

/** What is set up. */
interface Bench {
  readonly lab: Lab;
  readonly run: TrainingRun;
  readonly root: Rng;
}

const MICROSECONDS = 1000;
/** Responses of a look that the peer is to score. */
const SCORED = 64;

let bench: Bench | undefined;
let step = 0;
let looks = 0;

async function setup({ config: given, out, threads }: Command & { do: "setup" }): Promise<object> {
  const engine = await useEngine("graph", { threads });
  const config = experimentConfig.parse(given);
  const exam = makeExam(config);
  const { values, source } = await startPolicy(disk, config, exam);
  const weights = join(out, "start.safetensors");
  writeFileAtomic(disk, weights, Buffer.from(encodePolicy(values, {}, exam.shape)));
  const run = await openTrainingRun(disk, join(out, "run"), {
    id: "bench",
    config: { ...config },
    config_hash: configHash(config),
    seed: config.seed,
    versions: {},
    entropy: { kind: "exact", when: "before-update", aggregation: "token-mean", temperature: 1 },
  });
  const lab = makeLab(config, exam, { policy: values });
  bench = { lab, run, root: makeRng(config.seed, "bench") };
  const parameters = [...lab.policy.parameters.values()].reduce((sum, { size }) => sum + size, 0);
  return {
    version: engine.version,
    weights,
    source,
    parameters,
    longest: exam.task.responseLength + 1,
  };
}

/** Milliseconds that all threads of this process have worked. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / MICROSECONDS;
}

/** Writes down what a step gave, as a run does. */
function writeLogs({ run, lab }: Bench, result: StepResult, tokens: boolean): void {
  if (tokens) run.writeTokens(step, tokenTable(step, result));
  const { rollouts } = lab.config.log;
  if (rollouts > 0 && step % rollouts === 0)
    run.writeRollouts(step, rolloutRows(result, lab.tokenizer));
  run.appendUpdates(result.updates);
  run.appendStep(result.row);
}

async function takeStep(tokens: boolean): Promise<object> {
  const [started, worked] = [monotonicMs(), processorMs()];
  step += 1;
  const { lab, root } = bench!;
  const { updates: every } = lab.config.log;
  const updates = every > 0 && step % every === 0;
  const result = await trainStep(lab, { step, evaluate: false, updates }, {}, root);
  writeLogs(bench!, result, tokens);
  return {
    ms: monotonicMs() - started,
    cpu_ms: processorMs() - worked,
    ...Object.fromEntries(result.row),
  };
}

/** Several steps, and the wait until their logs are on the disk. */
async function takeSteps(count: number, tokens: boolean): Promise<object> {
  const [started, worked] = [monotonicMs(), processorMs()];
  for (let k = 0; k < count; k += 1) await takeStep(tokens);
  await bench!.run.settled();
  return { ms: monotonicMs() - started, cpu_ms: processorMs() - worked };
}

/** Sum over the tokens of each response. */
function sums({ count, longest, lengths }: Responses, values: Float32Array): number[] {
  return Array.from({ length: count }, (_, b) =>
    values.subarray(b * longest, b * longest + lengths[b]!).reduce((sum, value) => sum + value, 0),
  );
}

/** Means over the responses to each prompt. */
function groupMeans(values: ArrayLike<number>, samples: number): number[] {
  const all = Array.from(values);
  return Array.from({ length: all.length / samples }, (_, group) => {
    const ones = all.slice(group * samples, (group + 1) * samples);
    return ones.reduce((sum, value) => sum + value, 0) / samples;
  });
}

/** A rollout without updates: means of each prompt's responses, and some responses with their log-probabilities. */
async function look(): Promise<object> {
  looks += 1;
  const { lab, root } = bench!;
  const { rollout } = lab.config;
  const { responses, rewards } = await sampleStep(lab, rollout, root.stream(`look-${looks}`));
  const { lengths, longest, prompts, promptOf, tokens, logProb } = responses;
  const entropy = sums(responses, responses.entropy).map((sum, b) => sum / lengths[b]!);
  const scored = Array.from({ length: Math.min(SCORED, responses.count) }, (_, b) => b);
  const span = (b: number): readonly [number, number] => [b * longest, b * longest + lengths[b]!];
  return {
    reward: groupMeans(rewards, rollout.samples),
    entropy: groupMeans(entropy, rollout.samples),
    length: groupMeans(lengths, rollout.samples),
    longest: Math.max(...lengths),
    sequences: scored.map((b) => [[...prompts[promptOf[b]!]!], [...tokens.subarray(...span(b))]]),
    log_prob: scored.flatMap((b) => [...logProb.subarray(...span(b))]),
  };
}

async function quit(): Promise<never> {
  await bench?.run.finish("interrupted");
  process.exit(0);
}

async function answer(command: Command): Promise<object> {
  switch (command.do) {
    case "setup":
      return setup(command);
    case "look":
      return look();
    case "step":
      return takeStep(command.tokens);
    case "steps":
      return takeSteps(command.count, command.tokens);
    case "idle":
      return { cpu_ms: processorMs() };
    case "quit":
      return quit();
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const result = await answer(JSON.parse(line) as Command);
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
