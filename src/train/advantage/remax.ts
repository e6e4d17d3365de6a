/** ReMax: a response against the greedy one. */
import { makeMatrix } from "../../base/matrix.ts";
import { ShapeError } from "../../base/errors.ts";
import type { AdvantageInput, Advantages } from "./advantage.ts";
import { rewardToGo } from "./reward-to-go.ts";

/**
 * A = return − reward of the greedy response.
 *
 * @throws {@link ShapeError} without `baseline`.
 * @see arXiv:2310.10505
 */
export function remax({ rewards, mask, baseline }: AdvantageInput): Advantages {
  if (baseline === undefined) {
    throw new ShapeError(
      "no-baseline",
      "remax needs the reward of each greedy response, got none",
      {
        fix: "Give `baseline`, [B].",
      },
    );
  }
  const { rows, columns } = mask;
  const returns = rewardToGo(rewards, mask, 1);
  const values = returns.values.map(
    (value, at) => value - baseline[Math.floor(at / columns)]! * mask.values[at]!,
  );
  return { advantages: makeMatrix(rows, columns, values), returns };
}
