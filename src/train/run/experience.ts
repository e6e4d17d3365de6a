/** What a policy did on some problems; knows neither how it was sampled nor what is learnt from it. */
import type { Responses } from "../rollout/roll-out.ts";
import type { Problem, Verdict } from "../task/task.ts";

/** Problems, the policy's responses and what they are worth. */
export interface Experience {
  readonly problems: readonly Problem[];
  readonly responses: Responses;
  /** [B]. */
  readonly verdicts: readonly Verdict[];
  /** [B]. */
  readonly rewards: Float64Array;
}
