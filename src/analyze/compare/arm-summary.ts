/** One arm over its runs: each measure with its intervals, and how scores are spread; knows no other arm. */
import type { Rng } from "../../base/random.ts";
import type { Verdict } from "../fit/verdict.ts";
import { type RunValue, scoresOf, strataOf } from "./arm-difference.ts";
import type { RunArm } from "./arms-of-runs.ts";
import { sumOfMeans } from "./group-means.ts";
import { MEASURE_KINDS, MEASURES, type MeasureFrame, type MeasureKind } from "./measures.ts";
import type { RunSeries } from "./run-series.ts";
import {
  interquartileMean,
  optimalityGap,
  performanceProfile,
  pooled,
  type Scores,
} from "./scores.ts";
import { stratifiedBootstrap } from "./stratified-bootstrap.ts";

/** A measure over the runs of an arm. */
export interface MeasureSummary {
  /** Runs that have it. */
  readonly n: number;
  /** Mean over strata of the mean of each. */
  readonly mean: number;
  /** Student's t interval of the mean; undefined where a stratum has one run. */
  readonly mean95: readonly [number, number] | undefined;
  /** Interquartile mean. */
  readonly iqm: number;
  /** Its bootstrap interval; undefined for one run. */
  readonly iqm95: readonly [number, number] | undefined;
}

/** The numbers of one run. */
export interface RunMeasures {
  readonly log: string;
  readonly seed: number | undefined;
  readonly stratum: string;
  readonly series: RunSeries;
  readonly values: { readonly [K in MeasureKind]: number | undefined };
}

/** One arm. */
export interface ArmSummary {
  readonly name: string;
  readonly runs: readonly RunMeasures[];
  /** Undefined where no run has the measure, or a run is censored. */
  readonly measures: { readonly [K in MeasureKind]: MeasureSummary | undefined };
  /** Runs that reached the target. */
  readonly reached: number;
  /** Runs by verdict on the law. */
  readonly verdicts: { readonly [H in Verdict["holds"]]: number };
  /** End reward below 1; undefined where rewards leave [0, 1]. */
  readonly optimalityGap: number | undefined;
}

/** Share of an arm's runs whose end reward is above each threshold, with pointwise intervals. */
export interface ArmProfile {
  readonly share: Float64Array;
  readonly ci95: ReadonlyArray<readonly [number, number]> | undefined;
}

/** The numbers of each run of an arm. */
export const measureRuns = (
  { runs }: RunArm,
  series: readonly RunSeries[],
  frame: MeasureFrame,
): RunMeasures[] =>
  runs.map(({ index, seed, stratum }) => {
    const run = series[index]!;
    const values = Object.fromEntries(
      MEASURE_KINDS.map((kind) => [kind, finite(MEASURES[kind].of(run, frame))]),
    ) as RunMeasures["values"]; // one entry a kind
    return { log: run.log, seed, stratum, series: run, values };
  });

const finite = (value: number | undefined): number | undefined =>
  Number.isFinite(value) ? value : undefined;

/** The values of a measure, for the runs that have it; none where a run is censored. */
export function valuesOf(runs: readonly RunMeasures[], kind: MeasureKind): RunValue[] {
  const values = runs.flatMap(({ seed, stratum, values: { [kind]: value } }) =>
    value === undefined ? [] : [{ seed, stratum, value }],
  );
  return MEASURES[kind].isCensored && values.length < runs.length ? [] : values;
}

const allScores = (values: readonly RunValue[]): Scores => scoresOf(values, strataOf(values));

function summaryOf(values: readonly RunValue[], rng: Rng): MeasureSummary | undefined {
  if (values.length === 0) return undefined;
  const scores = allScores(values);
  const { value, ci95 } = sumOfMeans(
    scores.map((stratum) => ({ weight: 1 / scores.length, values: stratum })),
  );
  const drawn = stratifiedBootstrap([scores], ([one = []]) => [interquartileMean(one)], rng);
  return {
    n: values.length,
    mean: value,
    mean95: ci95,
    iqm: interquartileMean(scores),
    iqm95: drawn?.[0],
  };
}

/** Puts the runs of an arm together. */
export function summarizeArm(name: string, runs: readonly RunMeasures[], rng: Rng): ArmSummary {
  const measures = Object.fromEntries(
    MEASURE_KINDS.map((kind) => [kind, summaryOf(valuesOf(runs, kind), rng.stream(kind))]),
  ) as ArmSummary["measures"]; // one entry a kind
  const verdicts = { yes: 0, weak: 0, no: 0 };
  for (const { series } of runs) verdicts[series.law.verdict.holds] += 1;
  const rewards = allScores(valuesOf(runs, "reward"));
  const isShare = pooled(rewards).every((value) => value >= 0 && value <= 1);
  return {
    name,
    runs,
    measures,
    reached: runs.filter(({ values }) => values.stepsToReward !== undefined).length,
    verdicts,
    optimalityGap: isShare ? optimalityGap(rewards) : undefined,
  };
}

/** The profile of an arm's end rewards. */
export function profileOf({ runs }: ArmSummary, thresholds: Float64Array, rng: Rng): ArmProfile {
  const scores = allScores(valuesOf(runs, "reward"));
  return {
    share: performanceProfile(scores, thresholds),
    ci95: stratifiedBootstrap([scores], ([one = []]) => performanceProfile(one, thresholds), rng),
  };
}
