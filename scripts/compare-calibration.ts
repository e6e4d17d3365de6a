/**
 * How often `entlaw compare` says that two arms lie on two curves: when they lie on one, and when they do not.
 *
 *     node scripts/compare-calibration.ts [REPEATS]
 *
 * Runs are as long, as noisy and as far apart as those of data/lab.
 */
import { type CurveRun, curveDifference } from "../src/analyze/compare/curve-difference.ts";
import { analyzeEntropyLaw } from "../src/analyze/fit/analyze-entropy-law.ts";
import { makeRng, type Rng } from "../src/base/random.ts";
import { markdownTable } from "./simulation/markdown-table.ts";

const REPEATS = Number(process.argv[2] ?? 100);
const STEPS = 300;
const LEVEL = 0.05;
const START = 0.31;
/** Entropies at which the arm and the baseline end. */
const ENDS = [0.12, 0.075] as const;
const NOISE = { entropy: 0.03, reward: 0.03 } as const;

interface World {
  readonly name: string;
  readonly seeds: number;
  /** Standard deviation of b between seeds. */
  readonly spread: number;
  /** Reward of the arm above the baseline's curve. */
  readonly gap: number;
  readonly paired: boolean;
  /** Whether the arm has but one run. */
  readonly single?: true;
}

const WORLDS: readonly World[] = [
  { name: "one curve, 3 pairs", seeds: 3, spread: 0, gap: 0, paired: true },
  { name: "one curve, 3 pairs", seeds: 3, spread: 0.01, gap: 0, paired: true },
  { name: "one curve, 3 against 3", seeds: 3, spread: 0.01, gap: 0, paired: false },
  { name: "one curve, 5 against 5", seeds: 5, spread: 0.01, gap: 0, paired: false },
  { name: "one curve, 1 against 3", seeds: 3, spread: 0.01, gap: 0, paired: false, single: true },
  { name: "one curve, single runs", seeds: 1, spread: 0, gap: 0, paired: false },
  { name: "single runs, seeds differ", seeds: 1, spread: 0.01, gap: 0, paired: false },
  { name: "two curves, 3 pairs", seeds: 3, spread: 0.005, gap: 0.025, paired: true },
];

function runOf(rng: Rng, end: number, b: number, seed: number): CurveRun {
  const step = Float64Array.from({ length: STEPS }, (_, i) => i);
  const path = step.map((i) => end + (START - end) * Math.exp((-4 * i) / STEPS));
  const entropy = path.map((value) => value * (1 + NOISE.entropy * rng.normal()));
  const reward = path.map((value) => b - 1.2 * Math.exp(value) + NOISE.reward * rng.normal());
  return {
    run: {
      log: "simulated",
      law: analyzeEntropyLaw(step, entropy, reward),
      validationColumn: undefined,
      validation: new Float64Array(),
    },
    seed,
    stratum: "",
  };
}

function shareTold({ name, seeds, spread, gap, paired, single }: World): number {
  const rng = makeRng(1, `${name} ${spread}`);
  const arm = (end: number, above: number, from: number): CurveRun[] =>
    Array.from({ length: seeds }, (_, k) =>
      runOf(rng, end, 1.8 + above + spread * rng.normal(), from + k),
    );
  let told = 0;
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    const own = arm(ENDS[0], gap, 0).slice(0, single ? 1 : seeds);
    const found = curveDifference(own, arm(ENDS[1], 0, paired ? 0 : seeds));
    if (!("explanation" in found) && (found.p ?? 1) < LEVEL) told += 1;
  }
  return told / REPEATS;
}

const rows = WORLDS.map((world) => [
  world.name,
  String(world.spread),
  String(world.gap),
  shareTold(world).toFixed(3),
]);
process.stdout.write(`${markdownTable(["arms", "sd of seeds", "gap", `p < ${LEVEL}`], rows)}\n`);
