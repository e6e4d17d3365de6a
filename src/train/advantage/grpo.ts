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
 * A = (r − mean r) / (std r + 10⁻⁶) within the group, Bessel's std; without `normalizeByStd` the numerator alone. With
 * `stdOver: batch` the standard deviation is that of the numerators of all responses.
 *
 * @see arXiv:2402.03300; without the std arXiv:2503.20783; over the batch arXiv:2510.13786
 */
export function grpo(
  { rewards, mask, group }: AdvantageInput,
  { normalizeByStd, stdOver }: OptionsOf<"grpo">,
): Advantages {
  const scores = rowSums(rewards);
  const centred = centredInGroups(scores, group);
  if (normalizeByStd && stdOver === "batch") {
    const deviation = centred.length === 1 ? 1 : deviationOf(centred, [...centred.keys()]);
    for (const row of centred.keys()) centred[row]! /= deviation + DEVIATION_GUARD;
  } else if (normalizeByStd) {
    for (const rows of groupMembers(group)) {
      const deviation = rows.length === 1 ? 1 : deviationOf(scores, rows);
      for (const row of rows) centred[row]! /= deviation + DEVIATION_GUARD;
    }
  }
  return spreadOverTokens(centred, mask);
}
