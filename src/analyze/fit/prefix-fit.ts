/** Backtest of a line: fit the first part of a run, predict the rest, beside a flat baseline; knows no verdict. */
import { ConfigError } from "../../base/errors.ts";
import { fitLine, type LineFit } from "./line.ts";
import { tailMean } from "./prefix.ts";

/** What the prefix said about the rest. */
export interface PrefixFit {
  /** Points in the prefix and after it. */
  readonly fitted: number;
  readonly predicted: number;
  readonly line: LineFit;
  /** [predicted], the line at the later x. */
  readonly forecast: Float64Array;
  /** Root mean squared error of the forecast over the later points. */
  readonly rmse: number;
  /** The flat baseline: mean y of the last tenth of the prefix, at least one point. */
  readonly baseline: number;
  readonly baselineRmse: number;
  /** Observed minus predicted y at the last point. */
  readonly finalError: number;
}

const rootMeanSquare = (errors: Float64Array): number =>
  Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);

/**
 * Fits y = intercept + slope x on the first `fitted` points and predicts y of the others from their x.
 *
 * The later x are given, not forecast: this asks whether the relation lasts, not whether x can be foreseen.
 *
 * @param x - [n], for the entropy law e^H.
 * @param y - [n], reward.
 * @param fitted - points in the prefix, 3 to n − 1.
 * @returns undefined where x is constant in the prefix.
 * @throws {@link ConfigError} if the prefix is too short or leaves nothing to predict.
 */
export function fitPrefix(x: Float64Array, y: Float64Array, fitted: number): PrefixFit | undefined {
  const n = x.length;
  if (!Number.isInteger(fitted) || fitted < 3 || fitted >= n) {
    throw new ConfigError(
      "prefix-length",
      `a prefix must have at least 3 points and leave at least 1 of ${n}, got ${fitted}`,
      { fix: "give another --fit-on" },
    );
  }
  const line = fitLine(x.subarray(0, fitted), y.subarray(0, fitted));
  if (line === undefined) return undefined;
  const later = y.subarray(fitted);
  const forecast = x.slice(fitted).map((value) => line.meanY + line.slope * (value - line.meanX));
  const baseline = tailMean(y.subarray(0, fitted));
  return {
    fitted,
    predicted: n - fitted,
    line,
    forecast,
    rmse: rootMeanSquare(later.map((value, i) => value - forecast[i]!)),
    baseline,
    baselineRmse: rootMeanSquare(later.map((value) => value - baseline)),
    finalError: later.at(-1)! - forecast.at(-1)!,
  };
}
