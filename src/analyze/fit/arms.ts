/** The law between runs that share a start and differ in how entropy was steered; knows no single run's verdict. */
import { atSteps, commonSteps, meanAcross } from "./common-steps.ts";
import { neighbourMean, chooseNeighbourhood, minimumRows } from "./instrument.ts";
import { dot } from "./moments.ts";
import type { Estimate } from "./result.ts";
import { blockBounds, blockSums, estimateWith } from "./sandwich.ts";

/** An arm of several: its run, or the mean of its runs; each step once, finite, rising (see `cleanSeries`). */
export interface Arm {
  readonly step: Float64Array;
  /** Nats. */
  readonly entropy: Float64Array;
  readonly reward: Float64Array;
}

/** The slope of the law from the differences between arms, the clock they share taken out. */
export interface ArmsSlope {
  readonly status: "estimated";
  readonly arms: number;
  /** Steps that all arms have. */
  readonly steps: number;
  /** a of R = b − a e^H between arms. Its interval has arms − 2 degrees of freedom, and 1 for two arms. */
  readonly a: Estimate;
  /** Signed strength of the instrument between arms; below 10 the slope is not identified. */
  readonly firstStageF: number;
}

/** Why there is no slope between arms. */
export interface ArmsDegenerate {
  readonly status: "degenerate";
  readonly arms: number;
  readonly steps: number;
  readonly explanation: string;
}

/** Errors that all arms share in time are grouped into this many blocks of steps. */
const STEP_BLOCKS = 20;

/**
 * One series for an arm with several runs, such as its seeds: at the steps that all of them have, the mean reward and the
 * entropy whose exponential is the mean of theirs, since the law is linear in e^H.
 *
 * **When to use** Before {@link armsSlope}, which takes its arms to be independent; seeds of one arm are not.
 *
 * @param runs - at least one.
 */
export function meanArm(runs: readonly Arm[]): Arm {
  const steps = commonSteps(runs);
  const exponentials = runs.map((run) => atSteps(run, run.entropy, steps).map(Math.exp));
  return {
    step: Float64Array.from(steps),
    entropy: meanAcross(exponentials).map(Math.log),
    reward: meanAcross(runs.map((run) => atSteps(run, run.reward, steps))),
  };
}

/** Takes off, at each step, the mean over arms: whatever is a function of step alone is gone. */
function betweenArms(series: readonly Float64Array[]): Float64Array[] {
  const clock = meanAcross(series);
  return series.map((one) => one.map((value, i) => value - clock[i]!));
}

const pooled = (left: readonly Float64Array[], right: readonly Float64Array[]): number =>
  left.reduce((sum, one, k) => sum + dot(one, right[k]!), 0);

/** Sum of squared group sums of scores; G / free corrects for few groups. */
const groupedSquares = (groups: Float64Array, free: number): number =>
  (dot(groups, groups) * groups.length) / free;

/** Arms less the mean and the slope that were taken from them: with two, no spread of arms is left to see. */
const freeArms = (arms: number): number => Math.max(1, arms - 2);

/** Variance of Σ z u: errors may hang together in time within and across arms, or along an arm; the larger counts. */
function scoreVariance(z: readonly Float64Array[], u: readonly Float64Array[]): number {
  const steps = z[0]!.length;
  const bounds = blockBounds(steps, Math.min(STEP_BLOCKS, steps));
  const scores = z.map((one, k) => one.map((value, i) => value * u[k]![i]!));
  const acrossArms = scores[0]!.map((_, i) => scores.reduce((sum, one) => sum + one[i]!, 0));
  const perArm = Float64Array.from(scores, (one) => one.reduce((sum, value) => sum + value, 0));
  const inTime = blockSums(acrossArms, bounds);
  return Math.max(
    groupedSquares(inTime, inTime.length - 1),
    groupedSquares(perArm, freeArms(z.length)),
  );
}

const leftover = (
  y: readonly Float64Array[],
  x: readonly Float64Array[],
  slope: number,
): Float64Array[] => y.map((one, k) => one.map((value, i) => value - slope * x[k]![i]!));

/**
 * Slope of reward on e^H between arms.
 *
 * **When to use** One run in which entropy falls and reward rises fits the law whatever the cause. Arms from one start
 * that differ only in how entropy is steered tell the law from a common clock. Arms that differ in learning rate do
 * not: it moves both clocks.
 *
 * **Details** At each step the mean over arms is taken off e^H, its neighbour mean and the reward; the rest is pooled
 * and fitted by two-stage least squares.
 *
 * @param arms - at least two, independent of each other: one series each, see {@link meanArm}.
 */
export function armsSlope(arms: readonly Arm[]): ArmsSlope | ArmsDegenerate {
  const steps = commonSteps(arms);
  const counts = { arms: arms.length, steps: steps.length };
  const degenerate = (explanation: string): ArmsDegenerate => ({
    status: "degenerate",
    ...counts,
    explanation,
  });
  if (arms.length < 2) return degenerate(`a comparison needs at least 2 arms, got ${arms.length}`);
  const regressors = arms.map((arm) => atSteps(arm, arm.entropy, steps).map(Math.exp));
  const neighbourhoods = regressors.map(chooseNeighbourhood);
  // One neighbourhood for all: the widest that any arm asks for.
  const neighbourhood = neighbourhoods.reduce((widest, one) =>
    one.gap > widest.gap ? one : widest,
  );
  const needed = minimumRows(neighbourhood);
  if (steps.length < needed) {
    return degenerate(`the arms must share at least ${needed} steps, got ${steps.length}`);
  }
  const x = betweenArms(regressors);
  const z = betweenArms(regressors.map((one) => neighbourMean(one, neighbourhood)));
  const y = betweenArms(arms.map((arm) => atSteps(arm, arm.reward, steps)));
  const shared = pooled(z, x);
  if (!(Math.abs(shared) > 0)) return degenerate("the arms do not differ in entropy");
  const slope = pooled(z, y) / shared;
  const variance = scoreVariance(z, leftover(y, x, slope)) / shared ** 2;
  const power = pooled(z, z);
  const first = shared / power;
  const firstVariance = scoreVariance(z, leftover(x, z, first)) / power ** 2;
  return {
    status: "estimated",
    ...counts,
    a: estimateWith(-slope, variance, freeArms(arms.length)),
    firstStageF: firstVariance > 0 ? (first * Math.abs(first)) / firstVariance : Number.MAX_VALUE,
  };
}
