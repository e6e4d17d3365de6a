/** DISA-style trajectory balance: log Z is estimated from proposals before the updates, and frozen. */
import type { OptionsOf } from "../../config/intervention-config.ts";
import type { ProposalPlan, ResponseLoss, ScopeResponses } from "./intervention.ts";
import { balanceLoss } from "./trajectory-balance.ts";

/**
 * coefficient · mean over responses of w (log Ẑ + log π − β r − log π_ref)², which is 0 where π = π_ref exp(β r) / Ẑ.
 *
 * **Details** It stands in place of the policy loss, or beside it. `normalize` divides log π and log π_ref by |y|.
 *
 * **Gotchas** DISA-style: the formulas are our reading of the abstract, and no code is public. Deviations: theirs fits a
 * regression of log Ẑ on the prompt to proposals made before training; here each step's prompts are new and get
 * proposals of their own. Both are frozen, since the proposal policy never changes.
 *
 * @see arXiv:2605.17295
 */
export function disaLoss(responses: ScopeResponses, options: OptionsOf<"disa">): ResponseLoss {
  const { reward, length } = responses;
  return balanceLoss(
    responses,
    {
      tilt: (n) => options.beta * reward[n]!,
      divisor: (n) => (options.normalize ? length[n]! : 1),
    },
    options,
  );
}

/** Proposals, and their log-weights β r + log π_ref − log q, the latter two divided by |y| under `normalize`. */
export function disaProposals({
  beta,
  normalize,
  proposals,
  temperature,
}: OptionsOf<"disa">): ProposalPlan {
  return {
    samples: proposals,
    temperature,
    logWeight: ({ reward, logRatio, length }) =>
      beta * reward + (normalize ? logRatio / length : logRatio),
  };
}
