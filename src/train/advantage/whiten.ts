/** Brings the valid tokens of a step to mean 0 and variance 1; knows nothing of rewards. */
import { ShapeError } from "../../base/errors.ts";
import { type Matrix, makeMatrix } from "../../base/matrix.ts";

/** verl's guards against a division by 0: added to the number of tokens and to the variance. */
const COUNT_GUARD = 1e-8;
const VARIANCE_GUARD = 1e-8;

function maskedMean(values: Float64Array, mask: Float64Array, count: number): number {
  let sum = 0;
  values.forEach((value, at) => (sum += value * mask[at]!));
  return sum / (count + COUNT_GUARD);
}

/**
 * The valid tokens' values less their mean, over their standard deviation; 0 outside the mask.
 *
 * **Details** The variance has Bessel's correction. Both guards are verl's, so that a constant c comes out as some
 * 10⁻⁴ c / N and not as exactly 0.
 *
 * @throws {@link ShapeError} if fewer than two tokens are valid.
 */
export function whiten({ rows, columns, values }: Matrix, mask: Matrix): Matrix {
  const count = mask.values.reduce((sum, valid) => sum + valid, 0);
  if (count < 2) {
    throw new ShapeError(
      "too-few-tokens",
      `whitening advantages needs at least 2 valid tokens, got ${count}`,
      { fix: "Take more prompts or samples a step, or an estimator that does not whiten." },
    );
  }
  const mean = maskedMean(values, mask.values, count);
  const squares = values.map((value) => (value - mean) ** 2);
  const variance = (maskedMean(squares, mask.values, count) * count) / (count - 1);
  const scale = 1 / Math.sqrt(variance + VARIANCE_GUARD);
  const whitened = values.map((value, at) => (value - mean) * scale * mask.values[at]!);
  return makeMatrix(rows, columns, whitened);
}
