/**
 * Prints how often the intervals of the entropy budget hold the truth: `node scripts/budget-coverage.ts [--runs N]`.
 *
 * Simulated runs of 300 steps: entropy falls from .33 to .08 nats, reward follows the law, and both are measured with
 * noise that is white, has memory, or shrinks to a third along the run.
 */
import { parseArgs } from "node:util";
import {
  type EntropyBudgetFinding,
  findEntropyBudget,
} from "../src/analyze/finding/entropy-budget.ts";
import type { Bounded } from "../src/analyze/fit/level-bootstrap.ts";
import { type Rng, makeRng } from "../src/base/random.ts";
import { markdownTable, percent } from "./simulation/markdown-table.ts";

const { values } = parseArgs({ options: { runs: { type: "string", default: "200" } } });
const RUNS = Number(values.runs);
const STEPS = 300;
const REPLICATES = 400;
const NOISE = { entropy: 0.006, reward: 0.02 } as const;

interface World {
  readonly name: string;
  /** Correlation of the noise of neighbouring steps. */
  readonly memory: number;
  /** Size of the noise at a share of the run, in units of {@link NOISE}. */
  readonly size: (share: number) => number;
}

const WORLDS: readonly World[] = [
  { name: "white", memory: 0, size: () => 1 },
  { name: "memory .3", memory: 0.3, size: () => 1 },
  { name: "memory .6", memory: 0.6, size: () => 1 },
  { name: "shrinking", memory: 0, size: (share) => 1.5 - share },
];

/** What is checked, by its name in the table. */
const QUANTITIES: ReadonlyArray<
  readonly [string, (f: EntropyBudgetFinding) => Bounded | undefined]
> = [
  ["drop", ({ drop }) => drop],
  ["gain", ({ gain }) => gain],
  ["drop at 1/12", ({ marks }) => marks[0]?.dropShare],
  ["gain at 1/12", ({ marks }) => marks[0]?.gainShare],
  ["drop at 1/3", ({ marks }) => marks[2]?.dropShare],
  ["gain at 1/3", ({ marks }) => marks[2]?.gainShare],
];

const step = Float64Array.from({ length: STEPS }, (_, i) => i);
const trueEntropy = step.map((i) => 0.08 + 0.25 * Math.exp(-i / 60));
const trueReward = trueEntropy.map((h) => 1.6 - 1.1 * Math.exp(h));

function budgetOf(entropy: Float64Array, reward: Float64Array, seed = 0): EntropyBudgetFinding {
  const names = {
    log: "simulated",
    entropyColumn: "H",
    rewardColumn: "R",
    progressColumn: undefined,
  };
  const progress = step.map((value) => value + 1);
  return findEntropyBudget(
    { ...names, step, entropy, reward, progress },
    { seed, replicates: REPLICATES },
  );
}

function withNoise(
  values: Float64Array,
  sd: number,
  { memory, size }: World,
  rng: Rng,
): Float64Array {
  let error = 0;
  return values.map((value, i) => {
    error = memory * error + Math.sqrt(1 - memory ** 2) * rng.normal();
    return value + sd * size(i / STEPS) * error;
  });
}

const truth = budgetOf(trueEntropy, trueReward);
const rows = WORLDS.map((world) => {
  const held = QUANTITIES.map(() => 0);
  for (let run = 0; run < RUNS; run += 1) {
    const rng = makeRng(run, `budget ${world.name}`);
    const found = budgetOf(
      withNoise(trueEntropy, NOISE.entropy, world, rng),
      withNoise(trueReward, NOISE.reward, world, rng),
      run,
    );
    for (const [i, [, read]] of QUANTITIES.entries()) {
      const [low, high] = read(found)?.ci95 ?? [Infinity, -Infinity];
      const value = read(truth)!.value;
      if (low <= value && value <= high) held[i]! += 1;
    }
  }
  return [world.name, ...held.map((count) => percent(count / RUNS))];
});
process.stdout.write(
  `Intervals of 95 % that hold the truth, ${RUNS} runs of ${STEPS} steps a row\n\n${markdownTable(["noise", ...QUANTITIES.map(([name]) => name)], rows)}\n`,
);
