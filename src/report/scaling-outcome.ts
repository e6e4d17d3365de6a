/** What the comparison of two scaling arms comes to, in one sentence; computes nothing. */
import type { ScalingComparison } from "../analyze/finding/scaling-comparison.ts";
import { formatNumber } from "./format-number.ts";

const ARMS = ["The first arm", "The second arm"] as const;

/** The outcome by ScaleRL's rule, and whether there is a doubt about it. */
export function scalingOutcome({ outcome, winner, A, doubts }: ScalingComparison): string {
  const reserve = doubts.length === 0 ? "" : ", with doubts";
  if (winner === undefined) {
    return `A tie${reserve}: asymptotes within the margin, exponents within their errors`;
  }
  const difference = formatNumber(Number(Math.abs(A[0].mean - A[1].mean).toPrecision(2)));
  return outcome === "higher-asymptote"
    ? `${ARMS[winner]} has the higher asymptote, by ${difference}${reserve}`
    : `${ARMS[winner]} gets to a like asymptote with less compute${reserve}`;
}
