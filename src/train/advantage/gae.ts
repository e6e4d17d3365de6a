/** Generalised advantage estimation, from a value of each state: PPO. */
import { ShapeError } from "../../base/errors.ts";
import { makeMatrix } from "../../base/matrix.ts";
import type { OptionsOf } from "../../config/advantage-config.ts";
import type { AdvantageInput, Advantages } from "./advantage.ts";
import { whiten } from "./whiten.ts";

/**
 * δ_t = r_t + γ V_{t+1} − V_t and Â_t = δ_t + γ λ Â_{t+1} over the valid tokens; A = Â whitened, returns = Â + V.
 *
 * @throws {@link ShapeError} without `values`.
 * @see arXiv:1506.02438
 */
export function gae(
  { rewards, mask, values }: AdvantageInput,
  { gamma, lambda }: OptionsOf<"gae">,
): Advantages {
  if (values === undefined) {
    throw new ShapeError("no-values", "gae needs the value of each state, got none", {
      fix: "Give `values`, [B, T].",
    });
  }
  const { rows, columns } = rewards;
  const estimates = makeMatrix(rows, columns);
  const returns = makeMatrix(rows, columns);
  for (let row = 0; row < rows; row += 1) {
    let next = { value: 0, estimate: 0 };
    for (let at = (row + 1) * columns - 1; at >= row * columns; at -= 1) {
      if (mask.values[at] === 0) continue;
      const value = values.values[at]!;
      const delta = rewards.values[at]! + gamma * next.value - value;
      next = { value, estimate: delta + gamma * lambda * next.estimate };
      estimates.values[at] = next.estimate;
      returns.values[at] = next.estimate + value;
    }
  }
  return { advantages: whiten(estimates, mask), returns };
}
