/** First step of the protocol: which rows of a run can be fitted at all; knows no law and no log format. */
import { ShapeError } from "../../base/errors.ts";

/** Entropy and reward by step: finite, sorted, each step once. All arithmetic on rows uses the row number. */
export interface CleanSeries {
  /** [n], strictly rising. */
  readonly step: Float64Array;
  /** [n], nats. */
  readonly entropy: Float64Array;
  /** [n]. */
  readonly reward: Float64Array;
  /** Rows left out because step, entropy or reward was not finite. */
  readonly droppedRows: number;
  /** Rows left out because a later row had the same step. */
  readonly repeatedRows: number;
  /** Whether all steps are the same distance apart; the protocol treats them as if they were. */
  readonly evenlySpaced: boolean;
}

/** Whether neighbouring steps differ by one distance, up to rounding. */
function isEvenlySpaced(step: Float64Array): boolean {
  if (step.length < 3) return true;
  const first = step[1]! - step[0]!;
  for (let i = 2; i < step.length; i += 1) {
    const distance = step[i]! - step[i - 1]!;
    if (Math.abs(distance - first) > 1e-9 * Math.abs(first)) return false; // rounding of fractional steps
  }
  return true;
}

/**
 * Drops rows that cannot be used, keeps the last row of a repeated step (the one a resumed run wrote) and sorts.
 *
 * @param step - [n], any unit.
 * @param entropy - [n], nats.
 * @param reward - [n].
 * @throws {@link ShapeError} if the three differ in length.
 */
export function cleanSeries(
  step: Float64Array,
  entropy: Float64Array,
  reward: Float64Array,
): CleanSeries {
  if (step.length !== entropy.length || step.length !== reward.length) {
    throw new ShapeError(
      "series-length",
      `step, entropy and reward must have one length, got ${step.length}, ${entropy.length} and ${reward.length}`,
    );
  }
  const rowOfStep = new Map<number, number>();
  let finiteRows = 0;
  for (let i = 0; i < step.length; i += 1) {
    if (![step[i], entropy[i], reward[i]].every(Number.isFinite)) continue;
    finiteRows += 1;
    rowOfStep.set(step[i]!, i);
  }
  const rows = [...rowOfStep.values()].toSorted((left, right) => step[left]! - step[right]!);
  const take = (values: Float64Array): Float64Array =>
    Float64Array.from(rows, (row) => values[row]!);
  const kept = take(step);
  return {
    step: kept,
    entropy: take(entropy),
    reward: take(reward),
    droppedRows: step.length - finiteRows,
    repeatedRows: finiteRows - rows.length,
    evenlySpaced: isEvenlySpaced(kept),
  };
}
