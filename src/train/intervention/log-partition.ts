/** The logarithm of a partition function from importance weights, and how far it can be trusted; knows no policy. */

/** An estimate of log Z = log E_q[w] and its diagnostics. */
export interface LogPartition {
  /** log of the mean weight. */
  readonly logZ: number;
  /** (Σ w)² / Σ w² / K: share of the K proposals that count, in (0, 1]. */
  readonly effectiveShare: number;
  /** The largest weight's share of their sum. */
  readonly largestShare: number;
  /** −Var(w) / (2 K Z²): by how much log Ẑ lies below log Z in the mean, to first order in 1 / K; nats. */
  readonly bias: number;
}

/**
 * Estimates log Z from the log-weights of K proposals, two at least.
 *
 * **Details** Ẑ = (1 / K) Σ w is unbiased; log Ẑ is too small in the mean, since the logarithm is concave. The variance
 * has divisor K − 1.
 *
 * **Gotchas** Weights that the proposals missed show in none of the diagnostics.
 */
export function logPartition(logWeights: ArrayLike<number>): LogPartition {
  const all = Array.from(logWeights);
  const count = all.length;
  const largest = all.reduce((most, one) => Math.max(most, one), -Infinity);
  const weights = all.map((one) => Math.exp(one - largest));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const squares = weights.reduce((total, weight) => total + weight ** 2, 0);
  const mean = sum / count;
  const variance = weights.reduce((total, weight) => total + (weight - mean) ** 2, 0) / (count - 1);
  return {
    logZ: largest + Math.log(mean),
    effectiveShare: sum ** 2 / squares / count,
    largestShare: 1 / sum,
    bias: -variance / (2 * count * mean ** 2),
  };
}
