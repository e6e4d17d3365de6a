/** REINFORCE++: whitened returns, no groups. */
import type { OptionsOf } from "../../config/advantage-config.ts";
import type { AdvantageInput, Advantages } from "./advantage.ts";
import { rewardToGo } from "./reward-to-go.ts";
import { whiten } from "./whiten.ts";

/**
 * A = returns, whitened over the step's tokens.
 *
 * @see arXiv:2501.03262
 */
export function reinforcePlusPlus(
  { rewards, mask }: AdvantageInput,
  { gamma }: OptionsOf<"reinforce-plus-plus">,
): Advantages {
  const returns = rewardToGo(rewards, mask, gamma);
  return { advantages: whiten(returns, mask), returns };
}
