/** The numbers by which runs are compared, each of one run; knows no arm and no interval. */
import { mean } from "../fit/moments.ts";
import { movingMean } from "../fit/smoothing.ts";
import type { RunSeries } from "./run-series.ts";

/** What runs are compared by. */
export type MeasureKind =
  | "reward"
  | "validation"
  | "bestValidation"
  | "area"
  | "stepsToReward"
  | "entropy"
  | "entropyKept"
  | "entropyArea"
  | "a"
  | "b"
  | "ceiling";

/** What all runs of a comparison share. */
export interface MeasureFrame {
  /** Reward that `stepsToReward` waits for; undefined where there is none that runs rise to. */
  readonly target: number | undefined;
  /** First and last step of means over steps: those that all runs have. */
  readonly steps: readonly [number, number];
}

/** One measure. */
export interface Measure {
  /** As tables call it. */
  readonly name: string;
  /** How it is computed, as a clause. */
  readonly what: string;
  /** A run without it has not got so far, and what the others have would be too good for the arm. */
  readonly isCensored?: true;
  /** Undefined where the run does not have it, or did not get so far. */
  readonly of: (run: RunSeries, frame: MeasureFrame) => number | undefined;
}

/** Share of the steps at the end over which reward and entropy are averaged. */
const END_SHARE = 0.1;
/** Share at the start: entropy falls fastest there. */
const START_SHARE = 0.01;
/** Evaluations a mean of held-out scores. */
const EVALUATIONS = 3;
/** Steps a mean of the reward that must reach the target. */
const SMOOTHING = 11;

/** Mean of the last tenth, of at least one row. */
export const endOf = (values: Float64Array): number =>
  mean(values.subarray(-Math.max(1, Math.floor(END_SHARE * values.length))));

/** Mean of the first hundredth, of at least one row. */
const startOf = (values: Float64Array): number =>
  mean(values.subarray(0, Math.max(1, Math.floor(START_SHARE * values.length))));

/** A centred moving mean and the step of the first of its values; shorter where the run is. */
function smoothed(values: Float64Array): { readonly means: Float64Array; readonly skip: number } {
  const half = Math.floor((Math.min(SMOOTHING, values.length) - 1) / 2);
  return { means: movingMean(values, 2 * half + 1), skip: half };
}

/** First of the means that a target waits for. */
export const firstMeanOf = (values: Float64Array): number => smoothed(values).means[0]!;

/** Means over three evaluations that follow each other; over all, where there are fewer. */
const evaluations = ({ validation }: RunSeries): Float64Array =>
  movingMean(validation, Math.min(EVALUATIONS, validation.length));

const solved = ({ law: { fit } }: RunSeries) => (fit.status === "degenerate" ? undefined : fit);

/** Mean over steps of a series between two of its steps, by trapezoids; the value itself where they are one. */
function meanOverSteps(
  step: Float64Array,
  values: Float64Array,
  [from, to]: readonly [number, number],
): number {
  const rows = [...step.keys()].filter((row) => step[row]! >= from && step[row]! <= to);
  const first = rows[0];
  if (first === undefined) return Number.NaN;
  let area = 0;
  for (const row of rows.slice(1)) {
    area += ((values[row]! + values[row - 1]!) / 2) * (step[row]! - step[row - 1]!);
  }
  const width = step[rows.at(-1)!]! - step[first]!;
  return width > 0 ? area / width : values[first]!;
}

/** The measures, in the order of tables. */
export const MEASURES: { readonly [K in MeasureKind]: Measure } = {
  reward: {
    name: "reward",
    what: "mean of the last tenth of the steps",
    of: ({ law }) => endOf(law.series.reward),
  },
  validation: {
    name: "held-out",
    what: "mean of the last three held-out scores",
    of: (run) => (run.validation.length === 0 ? undefined : evaluations(run).at(-1)),
  },
  bestValidation: {
    name: "best held-out",
    what: "largest mean of three held-out scores in a row; too high, since noise helps to be largest",
    of: (run) => (run.validation.length === 0 ? undefined : Math.max(...evaluations(run))),
  },
  area: {
    name: "mean reward",
    what: "area under the reward over the steps that all runs have, divided by their number",
    of: ({ law: { series } }, { steps }) => meanOverSteps(series.step, series.reward, steps),
  },
  stepsToReward: {
    name: "steps to reward",
    isCensored: true,
    what: "first step whose mean of 11 rewards reaches the target; censored where none does",
    of: ({ law: { series } }, { target }) => {
      if (target === undefined) return undefined;
      const { means, skip } = smoothed(series.reward);
      const row = means.findIndex((value) => value >= target);
      return row < 0 ? undefined : series.step[row + skip];
    },
  },
  entropy: {
    name: "entropy",
    what: "mean of the last tenth of the steps, nats",
    of: ({ law }) => endOf(law.series.entropy),
  },
  entropyKept: {
    name: "entropy kept",
    what: "entropy over that of the first hundredth of the steps",
    of: ({ law: { series } }) => {
      const start = startOf(series.entropy);
      return start > 0 ? endOf(series.entropy) / start : undefined;
    },
  },
  entropyArea: {
    name: "mean entropy",
    what: "area under the entropy over the steps that all runs have, divided by their number, nats",
    of: ({ law: { series } }, { steps }) => meanOverSteps(series.step, series.entropy, steps),
  },
  a: { name: "a", what: "of R = -a e^H + b", of: (run) => solved(run)?.parameters["a"]?.value },
  b: { name: "b", what: "of R = -a e^H + b", of: (run) => solved(run)?.parameters["b"]?.value },
  ceiling: {
    name: "ceiling",
    what: "b - a, of runs on which the law is not refused",
    of: (run) => (run.law.verdict.holds === "no" ? undefined : solved(run)?.ceiling?.value),
  },
};

/** Their names, in the order of tables. */
export const MEASURE_KINDS = Object.keys(MEASURES) as readonly MeasureKind[];
