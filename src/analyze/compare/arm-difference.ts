/** One number of two arms against each other, by pairs of one seed where there are pairs; knows no measure. */
import { type Rng } from "../../base/random.ts";
import { type GroupEstimate, sumOfMeans } from "./group-means.ts";
import { meanOfMeans, probabilityOfImprovement, type Scores } from "./scores.ts";
import { stratifiedBootstrap } from "./stratified-bootstrap.ts";

/** What has a stratum: the draws of one thing have one. */
interface Stratified {
  readonly stratum: string;
}

/** A number of one run. */
export interface RunValue extends Stratified {
  readonly seed: number | undefined;
  readonly value: number;
}

/** First arm less second. */
export interface MeanDifference extends GroupEstimate {
  /** Whether runs of one seed were subtracted from each other; otherwise it is Welch's comparison. */
  readonly paired: boolean;
  /** Pairs, or runs of the smaller arm. */
  readonly n: number;
}

/** {@link MeanDifference} with what bootstraps say. */
export interface ArmDifference extends MeanDifference {
  readonly bootstrap95: readonly [number, number] | undefined;
  /** Probability that a run of the first arm has the larger number, ties as a half. */
  readonly probabilityAbove: number;
  readonly probability95: readonly [number, number] | undefined;
}

/** Numbers of the runs by stratum, for the strata that are asked for. */
export function scoresOf(values: readonly RunValue[], strata: readonly string[]): Scores {
  return strata.map((stratum) =>
    Float64Array.from(values.flatMap((run) => (run.stratum === stratum ? [run.value] : []))),
  );
}

/** The strata of some runs, in order of their first run. */
export const strataOf = (values: readonly Stratified[]): string[] => [
  ...new Set(values.map(({ stratum }) => stratum)),
];

/** Strata in which both arms have runs. */
export function commonStrata(x: readonly Stratified[], y: readonly Stratified[]): string[] {
  const others = new Set(strataOf(y));
  return strataOf(x).filter((stratum) => others.has(stratum));
}

/** First less second where both have the stratum and the seed. */
function pairsOf(x: readonly RunValue[], y: readonly RunValue[]): RunValue[] {
  return x.flatMap((one) => {
    const other = y.find(({ seed, stratum }) => seed === one.seed && stratum === one.stratum);
    return one.seed === undefined || other === undefined
      ? []
      : [{ ...one, value: one.value - other.value }];
  });
}

/** Whether pairs are at least half of the smaller arm in each stratum; otherwise too many runs would have no say. */
function isCovered(
  pairs: readonly RunValue[],
  arms: readonly [readonly RunValue[], readonly RunValue[]],
  strata: readonly string[],
): boolean {
  return strata.every((stratum) => {
    const [paired, ...counts] = [pairs, ...arms].map(
      (runs) => runs.filter((run) => run.stratum === stratum).length,
    );
    return 2 * (paired ?? 0) >= Math.min(...counts);
  });
}

const weighted = (scores: Scores, weight: number) =>
  scores.map((values) => ({ weight: weight / scores.length, values }));

/**
 * Mean difference of two arms with Student's t; strata that both have count alike.
 *
 * **Details** By pairs of one seed, where they are at least half of the smaller arm and leave an interval; otherwise Welch's.
 *
 * @returns undefined where no stratum has runs of both.
 */
export function meanDifference(
  x: readonly RunValue[],
  y: readonly RunValue[],
): MeanDifference | undefined {
  const strata = commonStrata(x, y);
  if (strata.length === 0) return undefined;
  const apart = sumOfMeans([
    ...weighted(scoresOf(x, strata), 1),
    ...weighted(scoresOf(y, strata), -1),
  ]);
  const pairs = pairsOf(x, y);
  if (isCovered(pairs, [x, y], strata)) {
    const together = sumOfMeans(weighted(scoresOf(pairs, strata), 1));
    if (together.ci95 !== undefined || apart.ci95 === undefined) {
      return { ...together, paired: true, n: pairs.length };
    }
  }
  return { ...apart, paired: false, n: Math.min(x.length, y.length) };
}

/** {@link meanDifference}, with bootstraps within strata of it and of the probability to be above. */
export function armDifference(
  x: readonly RunValue[],
  y: readonly RunValue[],
  rng: Rng,
): ArmDifference | undefined {
  const difference = meanDifference(x, y);
  const strata = commonStrata(x, y);
  if (difference === undefined || strata.length === 0) return undefined;
  const sets = [scoresOf(x, strata), scoresOf(y, strata)];
  const apart = stratifiedBootstrap(
    sets,
    ([one = [], other = []]) => [
      probabilityOfImprovement(one, other),
      meanOfMeans(one) - meanOfMeans(other),
    ],
    rng.stream("apart"),
  );
  const pairs = difference.paired ? pairsOf(x, y) : [];
  const together = stratifiedBootstrap(
    [scoresOf(pairs, strataOf(pairs))],
    ([one = []]) => [meanOfMeans(one)],
    rng.stream("pairs"),
  );
  return {
    ...difference,
    bootstrap95: difference.paired ? together?.[0] : apart?.[1],
    probabilityAbove: probabilityOfImprovement(sets[0]!, sets[1]!),
    probability95: apart?.[0],
  };
}
