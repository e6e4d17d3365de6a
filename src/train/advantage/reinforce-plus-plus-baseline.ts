/** REINFORCE++ with a baseline: group-centred rewards, whitened over the step. */
import type { AdvantageInput, Advantages } from "./advantage.ts";
import { centredInGroups, rowSums, spreadOverTokens } from "./group-scores.ts";
import { whiten } from "./whiten.ts";

/**
 * A = r − mean r within the group, given to each token and whitened over the step's tokens.
 *
 * @see arXiv:2501.03262
 */
export function reinforcePlusPlusBaseline({ rewards, mask, group }: AdvantageInput): Advantages {
  const centred = spreadOverTokens(centredInGroups(rowSums(rewards), group), mask);
  const advantages = whiten(centred.advantages, mask);
  return { advantages, returns: advantages };
}
