/** Statistics of scores over runs, as rliable defines them; knows no run and no interval. */
import { mean } from "../fit/moments.ts";

/**
 * One number a run, by stratum: runs within one are draws of one thing, such as the seeds of a task. Without strata
 * there is one.
 */
export type Scores = readonly Float64Array[];

/** Share that an interquartile mean leaves out at each end. */
const TRIMMED = 0.25;

/** All scores of all strata. */
export const pooled = (scores: Scores): Float64Array =>
  Float64Array.from(scores.flatMap((stratum) => Array.from(stratum)));

/** Mean over strata of the mean of each. */
export const meanOfMeans = (scores: Scores): number => mean(Float64Array.from(scores, mean));

/**
 * Interquartile mean over all runs of all strata: the mean of what is left when a quarter, rounded down, is taken off
 * at each end. Of fewer than four runs it is the mean.
 *
 * @see arXiv:2108.13264, section 4.3.
 */
export function interquartileMean(scores: Scores): number {
  const sorted = pooled(scores).toSorted();
  const left = Math.floor(TRIMMED * sorted.length);
  return mean(sorted.subarray(left, sorted.length - left));
}

/**
 * How far scores are below `gamma` on average; scores above it count as `gamma`.
 *
 * @see arXiv:2108.13264, section 4.3.
 */
export const optimalityGap = (scores: Scores, gamma = 1): number =>
  gamma - mean(pooled(scores).map((score) => Math.min(score, gamma)));

/** Share of the runs with a score above each threshold. */
export function performanceProfile(scores: Scores, thresholds: Float64Array): Float64Array {
  const all = pooled(scores);
  return thresholds.map((tau) => all.filter((score) => score > tau).length / all.length);
}

/** P(X > Y) in one stratum: the Mann-Whitney count over the number of pairs, ties as a half. */
function probabilityAbove(x: Float64Array, y: Float64Array): number {
  let wins = 0;
  for (const one of x) {
    for (const other of y) {
      if (one > other) wins += 1;
      else if (one === other) wins += 0.5;
    }
  }
  return wins / (x.length * y.length);
}

/**
 * Probability that a run of one arm scores higher than a run of the other, mean over strata.
 *
 * @param x - as many strata as `y`, in the same order.
 * @see arXiv:2108.13264, section 4.3.
 */
export const probabilityOfImprovement = (x: Scores, y: Scores): number =>
  mean(Float64Array.from(x, (stratum, i) => probabilityAbove(stratum, y[i]!)));
