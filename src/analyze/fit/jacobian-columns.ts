/** Columns of a row-major matrix: chosen ones, and their lengths; knows nothing of what the columns mean. */

/**
 * Some columns of a matrix.
 *
 * @param matrix - [rows × p], row-major.
 * @param p - number of columns.
 * @param chosen - column indices.
 * @returns [rows × chosen], row-major; the matrix itself where all columns are chosen.
 */
export function columnsOf(
  matrix: Float64Array,
  p: number,
  chosen: readonly number[],
): Float64Array {
  if (chosen.length === p) return matrix;
  const rows = matrix.length / p;
  const out = new Float64Array(rows * chosen.length);
  for (let i = 0; i < rows; i += 1) {
    for (let j = 0; j < chosen.length; j += 1) {
      out[i * chosen.length + j] = matrix[i * p + chosen[j]!]!;
    }
  }
  return out;
}

/**
 * Euclidean length of each column.
 *
 * @param matrix - [rows × p], row-major.
 * @param p - number of columns.
 * @returns [p].
 */
export function columnLengths(matrix: Float64Array, p: number): Float64Array {
  const squares = new Float64Array(p);
  for (let i = 0; i < matrix.length; i += 1) squares[i % p]! += matrix[i]! ** 2;
  return squares.map(Math.sqrt);
}
