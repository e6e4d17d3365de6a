/** The squared residual of trajectory balance of each response; knows neither where log Z is from nor what a reward is. */
import type { ResponseLoss, ScopeResponses } from "./intervention.ts";

/** How residuals become a loss. */
export interface BalanceOptions {
  /** Factor on the loss. */
  readonly coefficient: number;
  /** What a response counts, w being its probability over that at sampling. */
  readonly importance: "none" | "raw" | "clip" | "max10";
  /** `clip` keeps w within 1 ± this. */
  readonly clip: number;
}

/** What a residual has of the n-th response besides probabilities. */
export interface BalanceTerms {
  /** The scaled reward, nats. */
  readonly tilt: (n: number) => number;
  /** By what log-probabilities of the whole response are divided. */
  readonly divisor: (n: number) => number;
}

/** The largest weight of `max10`. */
const LARGEST = 10;

function weightOf(logRatio: number, { importance, clip }: BalanceOptions): number {
  if (importance === "none") return 1;
  const ratio = Math.exp(logRatio);
  if (importance === "raw") return ratio;
  if (importance === "max10") return Math.min(ratio, LARGEST);
  return Math.min(Math.max(ratio, 1 - clip), 1 + clip);
}

/**
 * coefficient · mean over responses of w δ², δ = log Z + (log π − log π_ref) / divisor − tilt.
 *
 * **Details** The weight w is not differentiated. Derivatives by log Z: 2 w δ / n, and by the sum of log π that over the
 * divisor. Measures: `log_z`, the mean of log Z, and `log_z_residual`, that of δ².
 *
 * @see arXiv:2201.13259 for trajectory balance; FlowRL, arXiv:2509.15207, for w
 */
export function balanceLoss(
  { logProb, oldLogProb, referenceLogProb, logZ }: ScopeResponses,
  { tilt, divisor }: BalanceTerms,
  options: BalanceOptions,
): ResponseLoss {
  const count = logProb.length;
  const byLogProb = new Float64Array(count);
  const byLogZ = new Float64Array(count);
  let [loss, squares, sumZ] = [0, 0, 0];
  for (let n = 0; n < count; n++) {
    const ratio = (logProb[n]! - referenceLogProb[n]!) / divisor(n);
    const residual = logZ[n]! + ratio - tilt(n);
    const scale = (options.coefficient / count) * weightOf(logProb[n]! - oldLogProb[n]!, options);
    loss += scale * residual ** 2;
    byLogZ[n] = 2 * scale * residual;
    byLogProb[n] = byLogZ[n]! / divisor(n);
    squares += residual ** 2;
    sumZ += logZ[n]!;
  }
  const measures = [
    ["log_z", sumZ / count],
    ["log_z_residual", squares / count],
  ] as const;
  return { loss, byLogProb, byLogZ, measures };
}
