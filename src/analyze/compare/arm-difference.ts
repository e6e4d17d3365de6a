/** One number of two arms against each other, by pairs of one seed where there are pairs; knows no measure. */
import { type Rng } from "../../base/random.ts";
import { type GroupEstimate, sumOfMeans } from "./group-means.ts";
import { meanOfMeans, probabilityOfImprovement, type Scores } from "./scores.ts";
import { stratifiedBootstrap } from "./stratified-bootstrap.ts";

/** A number of one run. */
export interface RunValue {
  readonly seed: number | undefined;
  readonly stratum: string;
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
export const strataOf = (values: readonly RunValue[]): string[] => [
  ...new Set(values.map(({ stratum }) => stratum)),
];

/** Strata in which both arms have runs. */
function commonStrata(x: readonly RunValue[], y: readonly RunValue[]): string[] {
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

/** Pairs, where they say more than two separate means. */
function usefulPairs(x: readonly RunValue[], y: readonly RunValue[]): RunValue[] | undefined {
  const pairs = pairsOf(x, y);
  const smaller = Math.min(x.length, y.length);
  return pairs.length >= 2 || (pairs.length === 1 && smaller === 1) ? pairs : undefined;
}

const weighted = (scores: Scores, weight: number) =>
  scores.map((values) => ({ weight: weight / scores.length, values }));

/**
 * Mean difference of two arms with Student's t; strata count alike.
 *
 * @returns undefined where no stratum has runs of both.
 */
export function meanDifference(
  x: readonly RunValue[],
  y: readonly RunValue[],
): MeanDifference | undefined {
  const pairs = usefulPairs(x, y);
  if (pairs !== undefined) {
    const estimate = sumOfMeans(weighted(scoresOf(pairs, strataOf(pairs)), 1));
    return { ...estimate, paired: true, n: pairs.length };
  }
  const strata = commonStrata(x, y);
  if (strata.length === 0) return undefined;
  const estimate = sumOfMeans([
    ...weighted(scoresOf(x, strata), 1),
    ...weighted(scoresOf(y, strata), -1),
  ]);
  return { ...estimate, paired: false, n: Math.min(x.length, y.length) };
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
