/** RLOO: a response against the mean of the others to its prompt. */
import type { AdvantageInput, Advantages } from "./advantage.ts";
import { centredInGroups, groupMembers, rowSums, spreadOverTokens } from "./group-scores.ts";

/**
 * A = r − mean of the other responses' r = G / (G − 1) (r − mean r).
 *
 * @see arXiv:2402.14740
 */
export function rloo({ rewards, mask, group }: AdvantageInput): Advantages {
  const centred = centredInGroups(rowSums(rewards), group);
  for (const rows of groupMembers(group)) {
    if (rows.length === 1) continue;
    for (const row of rows) centred[row]! *= rows.length / (rows.length - 1);
  }
  return spreadOverTokens(centred, mask);
}
