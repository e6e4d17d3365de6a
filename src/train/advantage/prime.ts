/** PRIME: RLOO of the outcome, and of the returns of implicit process rewards. */
import { ShapeError } from "../../base/errors.ts";
import { type Matrix, makeMatrix } from "../../base/matrix.ts";
import type { OptionsOf } from "../../config/advantage-config.ts";
import type { AdvantageInput, Advantages } from "./advantage.ts";
import { groupMembers, rowSums } from "./group-scores.ts";
import { rewardToGo } from "./reward-to-go.ts";
import { rloo } from "./rloo.ts";

/** Process rewards less the mean over the group's other responses of each one's mean, [B, T]; 0 outside the mask. */
function lessTheOthers(rewards: Matrix, mask: Matrix, group: Int32Array): Matrix {
  const { rows: count, columns } = rewards;
  const masked = makeMatrix(
    count,
    columns,
    rewards.values.map((value, at) => value * mask.values[at]!),
  );
  const lengths = rowSums(mask);
  const means = rowSums(masked).map((sum, row) => sum / lengths[row]!);
  for (const rows of groupMembers(group)) {
    if (rows.length === 1) continue;
    const sum = rows.reduce((total, row) => total + means[row]!, 0);
    for (const row of rows) {
      const baseline = (sum - means[row]!) / (rows.length - 1);
      for (let at = row * columns; at < (row + 1) * columns; at += 1)
        masked.values[at]! -= baseline * mask.values[at]!;
    }
  }
  return masked;
}

/**
 * A_t = RLOO of the outcome + c · Σ_{s ≥ t} γ^(s − t) (r_s − b), r the process rewards β (log π_φ − log π_ref) and b the
 * mean over the group's other responses of each one's mean process reward.
 *
 * **Details** Follows the paper's Eq. 5. Deviations of its code: verl's recipe takes G / (G − 1) r_s less the sum of the
 * means over G − 1, which is the same where a response's rewards are all equal, and whitens the sum over the step's
 * tokens; here c = 0 is {@link rloo}.
 *
 * **Gotchas** Where most outcomes are wrong the process rewards of most tokens are negative, and tokens that the model has
 * not yet seen, or that both policies are sure of, are above the baseline. In the lab a coefficient of 1 makes the policy
 * please the model in that way, and reward falls; the default is 0.1.
 *
 * @throws {@link ShapeError} without `processRewards`.
 * @see arXiv:2502.01456
 */
export function prime(
  input: AdvantageInput,
  { coefficient, gamma }: OptionsOf<"prime">,
): Advantages {
  const { processRewards, mask, group } = input;
  if (processRewards === undefined) {
    throw new ShapeError("no-process-rewards", "prime needs a reward of each token, got none", {
      fix: "Give `processRewards`, [B, T].",
    });
  }
  const outcome = rloo(input).advantages;
  const returns = rewardToGo(lessTheOthers(processRewards, mask, group), mask, gamma);
  const values = outcome.values.map((value, at) => value + coefficient * returns.values[at]!);
  const advantages = makeMatrix(outcome.rows, outcome.columns, values);
  return { advantages, returns: advantages };
}
