/** What is still to come after each token; knows no estimator. */
import { type Matrix, makeMatrix } from "../../base/matrix.ts";

/**
 * Return of each valid token: its reward and, discounted by token, those of the valid tokens that follow; 0 outside the
 * mask.
 *
 * @param rewards - [B, T].
 * @param gamma - discount of one token, in [0, 1].
 */
export function rewardToGo({ rows, columns, values }: Matrix, mask: Matrix, gamma: number): Matrix {
  const returns = makeMatrix(rows, columns);
  for (let row = 0; row < rows; row += 1) {
    let running = 0;
    for (let at = (row + 1) * columns - 1; at >= row * columns; at -= 1) {
      if (mask.values[at] === 0) continue;
      running = values[at]! + gamma * running;
      returns.values[at] = running;
    }
  }
  return returns;
}
