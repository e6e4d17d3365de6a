/** GRPO: a response against the others to its prompt. */
import type { OptionsOf } from "../../config/advantage-config.ts";
import type { AdvantageInput, Advantages } from "./advantage.ts";
import {
  centredInGroups,
  deviationOf,
  groupMembers,
  rowSums,
  spreadOverTokens,
} from "./group-scores.ts";

/** Added to the deviation of a group, as in verl: a group of equal rewards has none. */
export const DEVIATION_GUARD = 1e-6;

/**
 * A = (r − mean r) / (std r + 10⁻⁶) within the group, Bessel's std; without `normalizeByStd` the numerator alone.
 *
 * @see arXiv:2402.03300; without the std arXiv:2503.20783
 */
export function grpo(
  { rewards, mask, group }: AdvantageInput,
  { normalizeByStd }: OptionsOf<"grpo">,
): Advantages {
  const scores = rowSums(rewards);
  const centred = centredInGroups(scores, group);
  if (normalizeByStd) {
    for (const rows of groupMembers(group)) {
      const deviation = rows.length === 1 ? 1 : deviationOf(scores, rows);
      for (const row of rows) centred[row]! /= deviation + DEVIATION_GUARD;
    }
  }
  return spreadOverTokens(centred, mask);
}
