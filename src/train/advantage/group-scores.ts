/** Scores of responses and of the groups they belong to: sums, means, deviations; knows no estimator. */
import { type Matrix, makeMatrix } from "../../base/matrix.ts";
import type { Advantages } from "./advantage.ts";

/** Sum of each row, [rows]. */
export function rowSums({ rows, columns, values }: Matrix): Float64Array {
  const sums = new Float64Array(rows);
  for (let row = 0; row < rows; row += 1) {
    let sum = 0;
    for (let column = 0; column < columns; column += 1) sum += values[row * columns + column]!;
    sums[row] = sum;
  }
  return sums;
}

/** The rows of each group, in the order in which groups and rows come first. */
export function groupMembers(group: Int32Array): readonly (readonly number[])[] {
  const members = new Map<number, number[]>();
  group.forEach((id, row) => {
    const rows = members.get(id);
    if (rows === undefined) members.set(id, [row]);
    else rows.push(row);
  });
  return [...members.values()];
}

/** Mean of some rows' scores. */
function meanOf(scores: Float64Array, rows: readonly number[]): number {
  return rows.reduce((sum, row) => sum + scores[row]!, 0) / rows.length;
}

/** Standard deviation of some rows' scores, two at least, with Bessel's correction. */
export function deviationOf(scores: Float64Array, rows: readonly number[]): number {
  const mean = meanOf(scores, rows);
  const squares = rows.reduce((sum, row) => sum + (scores[row]! - mean) ** 2, 0);
  return Math.sqrt(squares / (rows.length - 1));
}

/**
 * Scores less the mean of their group, [B]. A response alone in its group keeps its score: there is nothing to compare
 * it with.
 */
export function centredInGroups(scores: Float64Array, group: Int32Array): Float64Array {
  const centred = scores.slice();
  for (const rows of groupMembers(group)) {
    if (rows.length === 1) continue;
    const mean = meanOf(scores, rows);
    for (const row of rows) centred[row]! -= mean;
  }
  return centred;
}

/** Gives every valid token the score of its response, as advantage and as return. */
export function spreadOverTokens(scores: Float64Array, mask: Matrix): Advantages {
  const { rows, columns } = mask;
  const values = mask.values.map((valid, at) => valid * scores[Math.floor(at / columns)]!);
  const advantages = makeMatrix(rows, columns, values);
  return { advantages, returns: advantages };
}
