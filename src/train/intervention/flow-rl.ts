/** FlowRL: responses are drawn to probabilities that their advantages set, up to a log Z that is learnt. */
import type { OptionsOf } from "../../config/intervention-config.ts";
import type { ResponseLoss, ScopeResponses } from "./intervention.ts";
import { balanceLoss } from "./trajectory-balance.ts";

/**
 * coefficient · mean over responses of w (log Z + (log π − log π_ref) / |y| − β Â)², Â the mean advantage of the response's
 * tokens.
 *
 * **Details** It stands in place of the policy loss, or beside it. Of the weights w of `importance`, the paper has `clip`,
 * the code of its authors `raw`, and verl's recipe `max10`. Theirs is β = 15 with advantages of up to 2.5, which asks of
 * each token a log-probability that no policy has; the default here is 1.
 *
 * **Gotchas** Deviation: log Z is one linear head on the state of the prompt's last token. Theirs is a network of three
 * layers on the mean of the prompt's states. Neither stops the gradient of log Z at the policy.
 *
 * @see arXiv:2509.15207; Xuekai-Zhu/FlowRL, verl-recipe/flowrl
 */
export function flowRlLoss(responses: ScopeResponses, options: OptionsOf<"flowrl">): ResponseLoss {
  const { advantage, length } = responses;
  return balanceLoss(
    responses,
    { tilt: (n) => options.beta * advantage[n]!, divisor: (n) => length[n]! },
    options,
  );
}
