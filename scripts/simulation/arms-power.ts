/** What the test between arms finds when reward follows entropy, follows the clock, or follows half of each. */
import { makeRng } from "../../src/base/random.ts";
import { type Arm, armsSlope, meanArm } from "../../src/analyze/fit/arms.ts";
import { mean } from "../../src/analyze/fit/moments.ts";
import { decayPath } from "./law-run.ts";
import { add, arNoise, series } from "./noise.ts";

/** One cell of the table. */
export interface ArmsCell {
  readonly arms: number;
  /** Runs of each arm. */
  readonly seeds: number;
  /** Standard deviation of what all runs of an arm have in common beside the law. */
  readonly offset: number;
  /** Share of the slope that is the law; the rest follows the clock of the mean arm. */
  readonly lawShare: number;
  readonly replicates: number;
  readonly seed: number;
}

/** What was found. */
export interface ArmsResult {
  /** Mean slope over the full slope. */
  readonly slope: number;
  /** Share of replicates whose 95 % interval lies above 0. */
  readonly detected: number;
  /** Share of replicates whose interval holds the truth. */
  readonly coverage: number;
}

const STEPS = 250;
const SLOPE = 0.5;
/** Slow errors of each run's own reward, which no other run shares. */
const DRIFT = { sd: 0.01, memory: 0.97 };
const STEP = series(STEPS, (i) => i);

/** Simulates arms that end at entropies spread evenly from .05 to .3 nats. */
export function armsPower(cell: ArmsCell): ArmsResult {
  const { arms, seeds, offset, lawShare, replicates, seed } = cell;
  const root = makeRng(seed, "arms");
  const slopes = new Float64Array(replicates);
  const counts = { detected: 0, covered: 0 };
  const ends = Array.from({ length: arms }, (_, k) => 0.05 + (0.25 * k) / (arms - 1));
  const paths = ends.map((end) => decayPath(STEPS, { start: 0.45, end, timeConstant: 0.25 }));
  const clock = series(STEPS, (i) => mean(Float64Array.from(paths, (path) => Math.exp(path[i]!))));
  for (let k = 0; k < replicates; k += 1) {
    const rng = root.stream(String(k));
    const offsets = rng.stream("offsets");
    const found = armsSlope(
      paths.map((path) => {
        const own = offset * offsets.normal();
        const reward = path.map(
          (H, i) => 1.4 + own - SLOPE * (lawShare * Math.exp(H) + (1 - lawShare) * clock[i]!),
        );
        return meanArm(
          Array.from({ length: seeds }, (): Arm => ({
            step: STEP,
            entropy: add(path, arNoise(STEPS, 0.03, 0, rng)),
            reward: add(
              reward,
              arNoise(STEPS, 0.02, 0, rng),
              arNoise(STEPS, DRIFT.sd, DRIFT.memory, rng),
            ),
          })),
        );
      }),
    );
    if (found.status === "degenerate") throw new Error(found.explanation);
    const [low, high] = found.a.ci95;
    slopes[k] = found.a.value / SLOPE;
    counts.detected += low > 0 ? 1 : 0;
    counts.covered += low <= lawShare * SLOPE && lawShare * SLOPE <= high ? 1 : 0;
  }
  return {
    slope: mean(slopes),
    detected: counts.detected / replicates,
    coverage: counts.covered / replicates,
  };
}
