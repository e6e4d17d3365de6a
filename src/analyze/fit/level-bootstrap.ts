/** Intervals for statistics of a few moving means of series that have a trend; knows no statistic. */
import { ConfigError } from "../../base/errors.ts";
import { makeRng } from "../../base/random.ts";
import { mean, quantile } from "./moments.ts";
import { tQuantile } from "./student-t.ts";
import { movingMean } from "./smoothing.ts";

/** A statistic with its 95 % interval; undefined where the draws gave none. */
export interface Bounded {
  readonly value: number;
  readonly ci95: readonly [number, number] | undefined;
}

/** Which means, and how to draw their noise. */
export interface LevelPlan {
  /** Rows a mean, ≥ 1. */
  readonly window: number;
  /** First row of each mean [m]; the means should not overlap, since their noise is drawn apart. */
  readonly starts: readonly number[];
  /** Default 1000. */
  readonly replicates?: number | undefined;
  /** Default 0. */
  readonly seed?: number | undefined;
}

const REPLICATES = 1000;
/** Of the draws at least this share must give a number. */
const FINITE_SHARE = 0.95;
const NORMAL_95 = 1.96;
/** The fourth difference: blind to any cubic trend. */
const DIFFERENCE = [1, -4, 6, -4, 1] as const;
/** Noise is drawn from blocks at most this share of the rows away, on either side. */
const REACH = 0.25;
const DIFFERENCE_NORM = Math.sqrt(DIFFERENCE.reduce((sum, weight) => sum + weight ** 2, 0));

/** Rows that {@link bootstrapLevels} needs for means over `window` of them. */
const rowsForLevels = (window: number): number => DIFFERENCE.length * window;

/**
 * What the noise of a moving mean looks like: the fourth difference of five means that follow each other without
 * overlap, at every row, scaled to the variance of one mean.
 *
 * @param values - [n], n ≥ 5 window.
 * @returns [n − 5 window + 1].
 */
function noiseOfMeans(values: Float64Array, window: number): Float64Array {
  const means = movingMean(values, window);
  return Float64Array.from({ length: values.length - rowsForLevels(window) + 1 }, (_, row) => {
    const difference = DIFFERENCE.reduce((sum, w, i) => sum + w * means[row + i * window]!, 0);
    return difference / DIFFERENCE_NORM;
  });
}

/**
 * Standard deviation of the noise of a mean over `window` rows of a series that has a trend.
 *
 * @param values - [n].
 * @returns undefined where n < 5 window.
 */
export function meanNoise(values: Float64Array, window: number): number | undefined {
  if (values.length < rowsForLevels(window)) return undefined;
  return Math.sqrt(mean(noiseOfMeans(values, window).map((deviation) => deviation ** 2)));
}

/**
 * Statistics of means along a run, with percentile intervals of a block bootstrap: to each mean is added the noise of a
 * block of rows drawn from its half of the run, the same block for all series, so that noise which they share stays
 * shared, and early noise stays early.
 *
 * **Details** Residuals of a local mean would not do: the local mean has taken the slow part of the noise with it, and
 * intervals of means over as many rows come out a third too narrow. Noise is taken to be forgotten after `window` rows.
 *
 * @param series - [n] each, n ≥ 5 window.
 * @param statistics - [p] numbers of the means [m] of each series; those without a value are NaN.
 * @returns [p].
 * @throws {@link ConfigError} if the series are too short for the window.
 */
export function bootstrapLevels(
  series: readonly Float64Array[],
  { window, starts, replicates = REPLICATES, seed = 0 }: LevelPlan,
  statistics: (levels: readonly Float64Array[]) => ArrayLike<number>,
): Bounded[] {
  const n = series[0]?.length ?? 0;
  if (n < rowsForLevels(window)) {
    throw new ConfigError(
      "level-rows",
      `means over ${window} rows need ${rowsForLevels(window)} rows for their noise to be seen, got ${n}`,
    );
  }
  const levels = series.map((values) => {
    const means = movingMean(values, window);
    return Float64Array.from(starts, (start) => means[start]!);
  });
  const noise = series.map((values) => noiseOfMeans(values, window));
  const blocks = noise[0]!.length;
  const near = starts.map((start) => blocksNear(start, { n, window, blocks }));
  const rng = makeRng(seed, "bootstrap");
  const drawn = levels.map((values) => values.slice());
  const found = Array.from(statistics(levels));
  const draws = found.map(() => new Float64Array(replicates));
  for (let replicate = 0; replicate < replicates; replicate += 1) {
    for (let level = 0; level < starts.length; level += 1) {
      const { first, count, widening } = near[level]!;
      const block = first + rng.below(count);
      for (const [i, values] of levels.entries()) {
        drawn[i]![level] = values[level]! + widening * noise[i]![block]!;
      }
    }
    const values = statistics(drawn);
    for (const [j, column] of draws.entries()) column[replicate] = values[j]!;
  }
  return found.map((value, j) => ({ value, ci95: intervalOf(value, draws[j]!) }));
}

/** First block, and number of blocks, whose middle row is near enough to the middle of a mean; the nearest where none is. */
function blocksNear(
  start: number,
  { n, window, blocks }: { readonly n: number; readonly window: number; readonly blocks: number },
): BlockRange {
  // A block is five means long, and its middle is that of the third.
  const own = start - 2 * window;
  const reach = Math.floor(REACH * n);
  const last = Math.min(Math.max(own + reach, 0), blocks - 1);
  const first = Math.max(Math.min(own - reach, blocks - 1), 0);
  const count = last - first + 1;
  const independent = (count - 1) / window + 1;
  return { first, count, widening: tQuantile(0.975, independent) / NORMAL_95 };
}

/** Blocks that the noise of one mean is drawn from. */
interface BlockRange {
  readonly first: number;
  readonly count: number;
  /** Few blocks know the size of the noise badly: t over normal, for as many as do not overlap. */
  readonly widening: number;
}

function intervalOf(value: number, draws: Float64Array): readonly [number, number] | undefined {
  const finite = draws.filter(Number.isFinite);
  if (!Number.isFinite(value) || finite.length === 0) return undefined;
  if (finite.length < FINITE_SHARE * draws.length) return undefined;
  return [quantile(finite, 0.025), quantile(finite, 0.975)];
}
