/** GPG: group-centred rewards, larger the fewer responses were rewarded at all. */
import type { AdvantageInput, Advantages } from "./advantage.ts";
import { centredInGroups, rowSums, spreadOverTokens } from "./group-scores.ts";

/**
 * A = α (r − mean r), α = B / number of rewards that are not 0 in the whole step.
 *
 * @see arXiv:2504.02546
 */
export function gpg({ rewards, mask, group }: AdvantageInput): Advantages {
  const scores = rowSums(rewards);
  const rewarded = scores.filter((score) => score !== 0).length;
  const alpha = scores.length / Math.max(rewarded, 1);
  const centred = centredInGroups(scores, group).map((score) => alpha * score);
  return spreadOverTokens(centred, mask);
}
