/** OPO: rewards less a baseline in which long responses count more. */
import type { AdvantageInput, Advantages } from "./advantage.ts";
import { groupMembers, rowSums, spreadOverTokens } from "./group-scores.ts";

/**
 * A = r − Σ length r / Σ length within the group: the baseline of least variance if a response's squared gradient grows
 * with its length.
 *
 * @see arXiv:2505.23585
 */
export function opo({ rewards, mask, group }: AdvantageInput): Advantages {
  const scores = rowSums(rewards);
  const lengths = rowSums(mask);
  const centred = scores.slice();
  for (const rows of groupMembers(group)) {
    const total = rows.reduce((sum, row) => sum + lengths[row]!, 0);
    if (rows.length === 1 || total === 0) continue;
    const weighted = rows.reduce((sum, row) => sum + lengths[row]! * scores[row]!, 0);
    for (const row of rows) centred[row]! -= weighted / total;
  }
  return spreadOverTokens(centred, mask);
}
