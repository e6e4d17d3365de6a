/** Newey–West covariance: standard errors that survive residuals with short memory; knows no law. */

/**
 * The usual lag, floor(4 (n / 100)^(2/9)).
 *
 * @see Newey and West, Automatic Lag Selection in Covariance Matrix Estimation (1994).
 */
export function neweyWestLag(n: number): number {
  return Math.floor(4 * (n / 100) ** (2 / 9));
}

/**
 * Long-run covariance of a sum of p scores a row: Σ_l w_l Σ_t (s_t s_{t−l}ᵀ + its transpose) with Bartlett weights
 * w_l = 1 − l / (lag + 1).
 *
 * @param scores - [n × p], row-major, in order of step.
 * @param width - p.
 * @param lag - largest distance of two rows that may correlate; 0 gives White's estimate.
 * @returns [p × p], row-major.
 */
export function bartlettCovariance(scores: Float64Array, width: number, lag: number): Float64Array {
  const n = scores.length / width;
  const sum = new Float64Array(width * width);
  for (let distance = 0; distance <= Math.min(lag, n - 1); distance += 1) {
    const weight = 1 - distance / (lag + 1);
    for (let row = distance; row < n; row += 1) {
      for (let i = 0; i < width; i += 1) {
        for (let j = 0; j < width; j += 1) {
          const late = scores[row * width + i]! * scores[(row - distance) * width + j]!;
          const early = scores[(row - distance) * width + i]! * scores[row * width + j]!;
          sum[i * width + j]! += distance === 0 ? late : weight * (late + early);
        }
      }
    }
  }
  return sum;
}

/**
 * Newey–West covariance of least-squares parameters: n / (n − p) · bread · meat · bread.
 *
 * @param jacobian - [n × p], row-major: derivative of each fitted value by each parameter.
 * @param residuals - [n], in order of step.
 * @param bread - [p × p], row-major: (JᵀJ)⁻¹.
 * @param lag - see {@link neweyWestLag}.
 * @returns [p × p], row-major.
 */
export function neweyWestCovariance(
  jacobian: Float64Array,
  residuals: Float64Array,
  bread: Float64Array,
  lag: number,
): Float64Array {
  const n = residuals.length;
  const width = jacobian.length / n;
  const scores = jacobian.map((value, i) => value * residuals[Math.floor(i / width)]!);
  const meat = bartlettCovariance(scores, width, lag);
  const correction = n / (n - width);
  return product(product(bread, meat, width), bread, width).map((value) => value * correction);
}

/** Product of two square matrices, row-major. */
function product(left: Float64Array, right: Float64Array, width: number): Float64Array {
  const out = new Float64Array(width * width);
  for (let i = 0; i < width; i += 1) {
    for (let k = 0; k < width; k += 1) {
      for (let j = 0; j < width; j += 1) {
        out[i * width + j]! += left[i * width + k]! * right[k * width + j]!;
      }
    }
  }
  return out;
}
