/** Rows of equal length in one flat array; knows nothing of what the numbers mean. */
import { ShapeError } from "./errors.ts";

/** Rows of equal length, row-major: the value at row r and column c is `values[r * columns + c]`. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** [rows * columns]. */
  readonly values: Float64Array;
}

/**
 * A matrix of zeros, or one over the given values, which it shares and does not copy.
 *
 * @throws {@link ShapeError} if the number of values is not `rows * columns`.
 */
export function makeMatrix(
  rows: number,
  columns: number,
  values: Float64Array = new Float64Array(rows * columns),
): Matrix {
  if (values.length !== rows * columns) {
    throw new ShapeError(
      "matrix-size",
      `a matrix of ${rows} rows and ${columns} columns must have ${rows * columns} values, got ${values.length}`,
    );
  }
  return { rows, columns, values };
}
