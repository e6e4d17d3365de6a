/** Mean and covariance under a distribution over actions; knows nothing of policies. */

/** E_p[x] = Σ p x. All [K]. */
export function meanUnder(p: Float64Array, x: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < p.length; k += 1) sum += p[k]! * x[k]!;
  return sum;
}

/** Cov_p(x, y) = E_p[(x − E_p x)(y − E_p y)]. All [K]. */
export function covarianceUnder(p: Float64Array, x: Float64Array, y: Float64Array): number {
  const [meanX, meanY] = [meanUnder(p, x), meanUnder(p, y)];
  let sum = 0;
  for (let k = 0; k < p.length; k += 1) sum += p[k]! * (x[k]! - meanX) * (y[k]! - meanY);
  return sum;
}
