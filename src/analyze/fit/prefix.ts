/** What every backtest starts from: how long the prefix is, and the flat baseline it gives; knows no method. */
import { ConfigError } from "../../base/errors.ts";
import { mean } from "./moments.ts";

/** The flat baseline is the mean of one point in so many, the last ones of the prefix. */
const TAIL_DIVISOR = 10;

/**
 * Rows of a prefix from what a user asks for.
 *
 * @param n - rows of the run.
 * @param fitOn - a share in (0, 1), rounded up (7 % of 100 is 7 and not 8 by a rounding error) but leaving one row, or
 * a whole number of rows from 1 to n − 1.
 * @throws {@link ConfigError} otherwise.
 */
export function prefixRows(n: number, fitOn: number): number {
  if (fitOn > 0 && fitOn < 1) return Math.min(Math.ceil(fitOn * n - n * Number.EPSILON), n - 1);
  if (Number.isInteger(fitOn) && fitOn >= 1 && fitOn < n) return fitOn;
  throw new ConfigError(
    "fit-on-range",
    `the prefix must be a share in (0, 1) or a number of steps from 1 to ${n - 1}, got ${fitOn}`,
    { fix: "write 0.36 for the first 36 % or 100 for the first 100 steps" },
  );
}

/** Mean of the last tenth of the prefix, at least of its last point. */
export function tailMean(prefix: Float64Array): number {
  return mean(
    prefix.subarray(prefix.length - Math.max(1, Math.floor(prefix.length / TAIL_DIVISOR))),
  );
}
