/** A weighted sum of means of small groups, with Student's t: the mean of an arm, its difference to another; knows no run. */
import { mean, variance } from "../fit/moments.ts";
import { tInterval95 } from "../fit/student-t.ts";
import { tailProbability } from "./tail-probability.ts";

/** Independent draws of one quantity, and what their mean counts in the sum. */
export interface Group {
  readonly weight: number;
  /** [n], n ≥ 1. */
  readonly values: Float64Array;
}

/** The sum, and what is known of it; without an interval where a group has one value only, or no value differs. */
export interface GroupEstimate {
  readonly value: number;
  readonly ci95: readonly [number, number] | undefined;
  /** Two-sided, against a sum of 0; 1 where nothing differs from that. */
  readonly p: number | undefined;
  readonly degreesOfFreedom: number | undefined;
}

/**
 * Σ weight × mean, with Welch's variance and Satterthwaite's degrees of freedom: for one group the t interval of its
 * mean, for weights 1 and -1 Welch's comparison.
 *
 * **Details** Values that are all alike, such as steps on a coarse grid, say nothing of the spread: they leave no interval.
 */
export function sumOfMeans(groups: readonly Group[]): GroupEstimate {
  const value = groups.reduce((sum, { weight, values }) => sum + weight * mean(values), 0);
  if (groups.some(({ values }) => values.length < 2)) {
    return { value, ci95: undefined, p: undefined, degreesOfFreedom: undefined };
  }
  const parts = groups.map(({ weight, values }) => ({
    variance: (weight ** 2 * variance(values, 1)) / values.length,
    lost: values.length - 1,
  }));
  const total = parts.reduce((sum, part) => sum + part.variance, 0);
  return withVariance(
    value,
    total,
    // Shares of the whole, whose squares do not vanish where those of tiny variances do.
    1 / parts.reduce((sum, part) => sum + (part.variance / total) ** 2 / part.lost, 0),
  );
}

/** A value with Student's t interval and p of a variance that is known otherwise. */
export function withVariance(value: number, squaredError: number, freedom: number): GroupEstimate {
  if (!(squaredError > 0)) {
    return {
      value,
      ci95: undefined,
      p: value === 0 ? 1 : undefined,
      degreesOfFreedom: undefined,
    };
  }
  const se = Math.sqrt(squaredError);
  return {
    value,
    ci95: tInterval95(value, se, freedom),
    p: tailProbability(value / se, freedom),
    degreesOfFreedom: freedom,
  };
}
