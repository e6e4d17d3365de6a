/** Whether two arms lie on one curve R(H): their fitted laws held against each other at the entropies both have. */
import { mean, variance } from "../fit/moments.ts";
import { movingMean } from "../fit/smoothing.ts";
import { valueAt } from "../fit/instrumental-line.ts";
import type { NeighbourFit } from "../fit/fit-by-neighbours.ts";
import { commonStrata, meanDifference, type RunValue, strataOf } from "./arm-difference.ts";
import { type GroupEstimate, withVariance } from "./group-means.ts";
import type { RunSeries } from "./run-series.ts";

/** A run with its place in its arm. */
export interface CurveRun {
  readonly run: RunSeries;
  readonly seed: number | undefined;
  readonly stratum: string;
}

/** Reward of the first arm less that of the second, at one entropy. */
export interface RewardGap extends GroupEstimate {
  /** Nats. */
  readonly entropy: number;
}

/** Two curves. */
export interface CurveDifference {
  /**
   * What intervals and p come from. `seeds`: the spread over the runs of each arm; `pooled`: over those of both, as one
   * has but a single run; `fits`: the noise within two single runs. The last tells runs apart, not arms: seeds of one
   * arm differ by more.
   */
  readonly from: "seeds" | "pooled" | "fits";
  /** At the least entropy that all runs of both arms have, in the middle of e^H, and at the largest. */
  readonly gaps: readonly [low: RewardGap, middle: RewardGap, high: RewardGap];
  /**
   * Against one curve for both: the smaller p of the two ends, doubled. Two lines in e^H that agree at two entropies
   * agree at all. Undefined where nothing is known of the noise.
   */
  readonly p: number | undefined;
}

/** Why two curves could not be held against each other. */
export interface CurvesApart {
  readonly explanation: string;
}

interface FittedRun extends CurveRun {
  readonly fit: NeighbourFit;
  /** Least and largest mean of neighbouring entropies, nats. */
  readonly range: readonly [number, number];
}

/** Rows whose mean entropy counts as reached. */
const RANGE_WINDOW = 11;

function fitted(runs: readonly CurveRun[]): FittedRun[] {
  return runs.flatMap((one) => {
    const { fit, series } = one.run.law;
    if (fit.status === "degenerate") return [];
    const means = movingMean(series.entropy, Math.min(RANGE_WINDOW, series.entropy.length));
    return [{ ...one, fit, range: [Math.min(...means), Math.max(...means)] as const }];
  });
}

/** The fitted reward of a run at an entropy, with the variance of its fit. */
const rewardAt = ({ fit }: FittedRun, entropy: number) => valueAt(fit.line, Math.expm1(entropy));

function gapFromSeeds(x: readonly FittedRun[], y: readonly FittedRun[], entropy: number) {
  const values = (runs: readonly FittedRun[]): RunValue[] =>
    runs.map((run) => ({ ...run, value: rewardAt(run, entropy).value }));
  return meanDifference(values(x), values(y));
}

/** The runs of an arm in one stratum, with what their mean counts in the difference: strata count alike. */
interface Cell {
  readonly weight: number;
  readonly runs: readonly FittedRun[];
}

function cellsOf(x: readonly FittedRun[], y: readonly FittedRun[]): Cell[] {
  const strata = strataOf(x);
  return [x, y].flatMap((runs, side) =>
    strata.map((stratum) => ({
      weight: (side === 0 ? 1 : -1) / strata.length,
      runs: runs.filter((run) => run.stratum === stratum),
    })),
  );
}

/** Runs beyond one a cell, which tell how runs that should be alike differ. */
const spareRuns = (x: readonly FittedRun[], y: readonly FittedRun[]): number =>
  x.length + y.length - cellsOf(x, y).length;

/** Student's comparison with one spread for all cells, which is that of the cells with several runs. */
function gapFromPool(
  x: readonly FittedRun[],
  y: readonly FittedRun[],
  entropy: number,
): GroupEstimate {
  const cells = cellsOf(x, y).map(({ weight, runs }) => ({
    weight,
    values: Float64Array.from(runs, (run) => rewardAt(run, entropy).value),
  }));
  const freedom = spareRuns(x, y);
  const squares = sumOf(cells, ({ values }) => values.length * variance(values));
  return withVariance(
    sumOf(cells, ({ weight, values }) => weight * mean(values)),
    (squares / freedom) * sumOf(cells, ({ weight, values }) => weight ** 2 / values.length),
    freedom,
  );
}

/** From the noise within the runs alone. */
function gapFromFits(
  x: readonly FittedRun[],
  y: readonly FittedRun[],
  entropy: number,
): GroupEstimate {
  const points = cellsOf(x, y).flatMap(({ weight, runs }) =>
    runs.map((run) => ({ weight: weight / runs.length, ...rewardAt(run, entropy) })),
  );
  return withVariance(
    sumOf(points, ({ weight, value }) => weight * value),
    sumOf(points, (point) => point.weight ** 2 * point.variance),
    Math.min(...[...x, ...y].map(({ fit }) => fit.dof)),
  );
}

const sumOf = <T>(items: readonly T[], value: (item: T) => number): number =>
  items.reduce((sum, item) => sum + value(item), 0);

const GAPS = {
  seeds: (x, y, entropy) => gapFromSeeds(x, y, entropy)!,
  pooled: gapFromPool,
  fits: gapFromFits,
} as const satisfies {
  readonly [F in CurveDifference["from"]]: (
    x: readonly FittedRun[],
    y: readonly FittedRun[],
    entropy: number,
  ) => GroupEstimate;
};

function noiseOf(
  x: readonly FittedRun[],
  y: readonly FittedRun[],
  entropy: number,
): CurveDifference["from"] {
  if (gapFromSeeds(x, y, entropy)?.ci95 !== undefined) return "seeds";
  return spareRuns(x, y) > 0 ? "pooled" : "fits";
}

/**
 * Holds the curves of two arms against each other.
 *
 * **When to use** "Same entropy, different reward": ScaleRL's larger batches had the entropy of the smaller ones at
 * every step, and more reward. A difference here says that (a, b) belong to the arm.
 *
 * @see arXiv:2510.13786, appendix A.13.
 */
export function curveDifference(
  first: readonly CurveRun[],
  second: readonly CurveRun[],
): CurveDifference | CurvesApart {
  const [all, others] = [fitted(first), fitted(second)];
  if (all.length === 0 || others.length === 0) {
    return { explanation: "an arm has no run with a fit" };
  }
  const strata = commonStrata(all, others);
  if (strata.length === 0) return { explanation: "the arms have no stratum in common" };
  const within = (runs: readonly FittedRun[]): FittedRun[] =>
    runs.filter(({ stratum }) => strata.includes(stratum));
  const [x, y] = [within(all), within(others)];
  const ranges = [...x, ...y].map(({ range }) => range);
  const low = Math.max(...ranges.map(([least]) => least));
  const high = Math.min(...ranges.map(([, largest]) => largest));
  if (!(low < high)) return { explanation: "the arms have no entropies in common" };
  const middle = Math.log((Math.exp(low) + Math.exp(high)) / 2);
  const from = noiseOf(x, y, middle);
  const gaps = [low, middle, high].map((entropy): RewardGap => ({
    entropy,
    ...GAPS[from](x, y, entropy),
  }));
  const [atLow, atMiddle, atHigh] = [gaps[0]!, gaps[1]!, gaps[2]!];
  const ends = [atLow.p, atHigh.p].filter((p) => p !== undefined);
  return {
    from,
    gaps: [atLow, atMiddle, atHigh],
    p: ends.length === 2 ? Math.min(1, 2 * Math.min(...ends)) : undefined,
  };
}
