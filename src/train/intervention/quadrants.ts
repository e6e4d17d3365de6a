/** Which kinds of tokens were chosen: sign of the advantage by high or low probability; knows no intervention. */
import type { ScopeTokens } from "./intervention.ts";

/** Numbers of chosen tokens. They add up to all that were chosen. */
export interface Quadrants {
  readonly positiveHigh: number;
  readonly positiveLow: number;
  readonly negativeHigh: number;
  readonly negativeLow: number;
  /** Chosen tokens whose advantage is 0. */
  readonly zero: number;
}

/**
 * Counts the chosen tokens of a scope by the sign of their advantage and by whether their log-probability is above the
 * scope's mean (high) or not (low).
 *
 * @param chosen - [n], 1 for a chosen token.
 */
export function countQuadrants(
  { logProb, advantage }: Omit<ScopeTokens, "clipped">,
  chosen: ArrayLike<number>,
): Quadrants {
  const mean = logProb.reduce((sum, value) => sum + value, 0) / logProb.length;
  const counts = { positiveHigh: 0, positiveLow: 0, negativeHigh: 0, negativeLow: 0, zero: 0 };
  logProb.forEach((value, at) => {
    if (chosen[at] !== 1) return;
    const sign = Math.sign(advantage[at]!);
    if (sign === 0) counts.zero += 1;
    else if (sign > 0) counts[value > mean ? "positiveHigh" : "positiveLow"] += 1;
    else counts[value > mean ? "negativeHigh" : "negativeLow"] += 1;
  });
  return counts;
}
