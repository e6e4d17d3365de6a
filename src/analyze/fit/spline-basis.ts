/** Cubic B-splines over a run and what is left of a series after them; knows no entropy. */
import { dot } from "./moments.ts";

const DEGREE = 3;

/** Where row i of n stands in [0, 1]: the square root gives the fast start of a run more of the knots. */
function position(i: number, n: number): number {
  return Math.sqrt(i / (n - 1));
}

/**
 * Cubic B-splines in sqrt(i / (n − 1)) with uniform knots, clamped at both ends (Cox–de Boor).
 *
 * @param n - number of rows, ≥ 2.
 * @param functions - number of splines, ≥ 4.
 * @returns `functions` columns of [n]; at every row they add to 1.
 */
export function splineBasis(n: number, functions: number): Float64Array[] {
  const pieces = functions - DEGREE;
  const knot = (k: number): number => Math.min(Math.max(k - DEGREE, 0), pieces) / pieces;
  const columns = Array.from({ length: functions }, () => new Float64Array(n));
  for (let i = 0; i < n; i += 1) {
    const t = position(i, n);
    const piece = Math.min(Math.floor(t * pieces), pieces - 1) + DEGREE;
    // The DEGREE + 1 splines that are not zero on this piece, raised degree by degree.
    const values = [1, 0, 0, 0];
    for (let degree = 1; degree <= DEGREE; degree += 1) {
      let carry = 0;
      for (let k = 0; k < degree; k += 1) {
        const right = knot(piece + k + 1);
        const left = knot(piece + k + 1 - degree);
        const part = values[k]! / (right - left);
        values[k] = carry + (right - t) * part;
        carry = (t - left) * part;
      }
      values[degree] = carry;
    }
    for (const [k, value] of values.entries()) columns[piece - DEGREE + k]![i] = value;
  }
  return columns;
}

/** A column of which less than this share is new adds nothing but rounding. */
const DEPENDENT_SHARE = 1e-10;

/**
 * Orthonormal columns with the span of `columns` (modified Gram–Schmidt; B-splines are well conditioned).
 *
 * @param columns - of [n].
 */
export function orthonormalColumns(columns: readonly Float64Array[]): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const column of columns) {
    const rest = projectOff(column, basis);
    const norm = Math.sqrt(dot(rest, rest));
    if (norm > DEPENDENT_SHARE * Math.sqrt(dot(column, column))) {
      basis.push(rest.map((value) => value / norm));
    }
  }
  return basis;
}

/**
 * The part of a series that orthonormal columns cannot reach.
 *
 * @param values - [n].
 * @param basis - orthonormal columns of [n].
 * @returns [n], orthogonal to every column.
 */
export function projectOff(values: Float64Array, basis: readonly Float64Array[]): Float64Array {
  const rest = values.slice();
  for (const column of basis) {
    const share = dot(rest, column);
    for (let i = 0; i < rest.length; i += 1) rest[i]! -= share * column[i]!;
  }
  return rest;
}
