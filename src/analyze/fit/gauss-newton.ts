/** One orthogonal least-squares step and what it reveals of the fit; knows no law and no iteration. */
import { Matrix, QrDecomposition } from "ml-matrix";

import { columnLengths } from "./jacobian-columns.ts";

/** The linear least-squares problem J δ ≈ r at one point, solved by QR. */
export interface GaussNewtonStep {
  /** [p], the step δ to the minimum of the linearised problem. */
  readonly step: Float64Array;
  /** [p × p], row-major, (JᵀJ)⁻¹. */
  readonly bread: Float64Array;
  /**
   * Bates and Watts' relative offset: length of the residuals' projection on the tangent plane over that of the rest,
   * each per degree of freedom. How far the point is from the minimum, in units of the standard errors. 0 where
   * n = p, since then nothing is left over.
   */
  readonly relativeOffset: number;
  /** Length of J δ: by how much the step would change the model values. */
  readonly change: number;
}

// Smallest diagonal of R, with unit columns, that still counts as rank: below it not one digit of a step is right.
const RANK_TOLERANCE = 1e-13;

/**
 * Solves J δ ≈ r in the least-squares sense.
 *
 * Columns are scaled to unit length first, so that parameters of different units weigh alike; the normal equations,
 * which would square the condition number, are never formed.
 *
 * @param jacobian - [n × p], row-major, n ≥ p.
 * @param residuals - [n].
 * @returns undefined where the columns are dependent, or one is zero or not finite.
 * @see Bates and Watts, Nonlinear Regression Analysis and Its Applications (1988), section 2.2.3.
 */
export function gaussNewtonStep(
  jacobian: Float64Array,
  residuals: Float64Array,
): GaussNewtonStep | undefined {
  const n = residuals.length;
  const p = jacobian.length / n;
  const length = columnLengths(jacobian, p);
  if (!length.every((value) => value > 0 && Number.isFinite(value))) return undefined;

  const scaled = new Matrix(n, p);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < p; j += 1) scaled.set(i, j, jacobian[i * p + j]! / length[j]!);
  }
  const qr = new QrDecomposition(scaled);
  const triangle = qr.upperTriangularMatrix;
  for (let j = 0; j < p; j += 1) {
    if (!(Math.abs(triangle.get(j, j)) > RANK_TOLERANCE)) return undefined;
  }
  const step = qr.solve(Matrix.columnVector(residuals));

  let tangent = 0; // squared length of J δ, the projection of r on the tangent plane
  let normal = 0; // squared length of r − J δ
  for (let i = 0; i < n; i += 1) {
    let projected = 0;
    for (let j = 0; j < p; j += 1) projected += scaled.get(i, j) * step.get(j, 0);
    tangent += projected ** 2;
    normal += (residuals[i]! - projected) ** 2;
  }
  return {
    step: Float64Array.from(length, (value, j) => step.get(j, 0) / value),
    bread: breadOf(triangle, length),
    relativeOffset: n > p && normal > 0 ? Math.sqrt((tangent * (n - p)) / (normal * p)) : 0,
    change: Math.sqrt(tangent),
  };
}

/** (JᵀJ)⁻¹ = D⁻¹ R⁻¹ R⁻ᵀ D⁻¹, D the column lengths. */
function breadOf(triangle: Matrix, length: Float64Array): Float64Array {
  const p = length.length;
  const inverse = upperInverse(triangle, p);
  const bread = new Float64Array(p * p);
  for (let i = 0; i < p; i += 1) {
    for (let j = 0; j < p; j += 1) {
      let sum = 0;
      for (let k = Math.max(i, j); k < p; k += 1) sum += inverse[i * p + k]! * inverse[j * p + k]!;
      bread[i * p + j] = sum / (length[i]! * length[j]!);
    }
  }
  return bread;
}

/** Inverse of an upper triangular matrix by back substitution, row-major. */
function upperInverse(triangle: Matrix, p: number): Float64Array {
  const inverse = new Float64Array(p * p);
  for (let column = 0; column < p; column += 1) {
    for (let i = column; i >= 0; i -= 1) {
      let sum = i === column ? 1 : 0;
      for (let k = i + 1; k <= column; k += 1) sum -= triangle.get(i, k) * inverse[k * p + column]!;
      inverse[i * p + column] = sum / triangle.get(i, i);
    }
  }
  return inverse;
}
