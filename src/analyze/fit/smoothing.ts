/** Centred moving means of a run, the valid part only; knows nothing of how the result is fitted. */
import { ConfigError, ShapeError } from "../../base/errors.ts";

/**
 * Mean of every `window` neighbouring values, without padding at the ends.
 *
 * @param values - [n].
 * @param window - whole number of values, 1 to n.
 * @returns [n − window + 1]; with an odd window, entry i belongs to value i + (window − 1)/2.
 * @throws {@link ConfigError} if the window is not a whole number of at least 1 or is longer than the series.
 */
export function movingMean(values: Float64Array, window: number): Float64Array {
  if (!Number.isInteger(window) || window < 1 || window > values.length) {
    throw new ConfigError(
      "smoothing-window",
      `a smoothing window must be a whole number from 1 to the number of points (${values.length}), got ${window}`,
      { fix: "give a shorter --smooth" },
    );
  }
  // Each mean is summed afresh: a running sum would carry rounding from one end of the run to the other.
  return Float64Array.from({ length: values.length - window + 1 }, (_, start) => {
    let sum = 0;
    for (let i = start; i < start + window; i += 1) sum += values[i]!;
    return sum / window;
  });
}

/** Three series of one run, row by row. */
export interface RunSeries {
  /** [n], rising. */
  readonly step: Float64Array;
  /** [n], nats. */
  readonly entropy: Float64Array;
  /** [n]. */
  readonly reward: Float64Array;
}

/**
 * Smooths a run so that the entropy law survives: a mean of R follows the mean of e^H, not e to the mean of H.
 *
 * The entropy returned is therefore ln(mean e^H), whose exponential is the regressor that belongs to the mean reward.
 *
 * @param series - rows without gaps; means are over rows, not over step distances.
 * @param window - rows a mean; 1 returns the series as it is.
 * @throws {@link ConfigError} for a window that does not fit; {@link ShapeError} if the series differ in length.
 */
export function smoothRun(series: RunSeries, window: number): RunSeries {
  const { step, entropy, reward } = series;
  if (step.length !== entropy.length || step.length !== reward.length) {
    throw new ShapeError(
      "series-length",
      `step, entropy and reward must have one length, got ${step.length}, ${entropy.length} and ${reward.length}`,
    );
  }
  if (window === 1) return series;
  return {
    step: movingMean(step, window),
    entropy: movingMean(entropy.map(Math.exp), window).map(Math.log),
    reward: movingMean(reward, window),
  };
}
