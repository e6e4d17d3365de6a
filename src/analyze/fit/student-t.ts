/** Student's t quantile, the one number every interval needs; knows nothing of fits. */
import quantile from "@stdlib/stats-base-dists-t-quantile";

import { ConfigError } from "../../base/errors.ts";

/**
 * Quantile of Student's t distribution.
 *
 * @param probability - in (0, 1).
 * @param degreesOfFreedom - above 0, not necessarily an integer.
 * @throws {@link ConfigError} outside those ranges.
 */
export function tQuantile(probability: number, degreesOfFreedom: number): number {
  if (!(probability > 0 && probability < 1) || !(degreesOfFreedom > 0)) {
    throw new ConfigError(
      "t-quantile-range",
      `a t quantile needs a probability in (0, 1) and degrees of freedom above 0, got ${probability} and ${degreesOfFreedom}`,
    );
  }
  return quantile(probability, degreesOfFreedom);
}

/** value ± t₀.₉₇₅ × se: the two-sided 95 % interval. */
export function tInterval95(
  value: number,
  se: number,
  degreesOfFreedom: number,
): readonly [number, number] {
  const reach = tQuantile(0.975, degreesOfFreedom) * se;
  return [value - reach, value + reach];
}
