/** The measured entropy change of each point, and which rows have one; knows no estimator. */
import { type Table, takeRows } from "../../log/table.ts";
import type { AgreementFinding } from "./agreement-finding.ts";

const CHANGE = "measured_entropy_change";

/** What was measured along a run. */
export interface MeasuredChange {
  readonly measuredAs: AgreementFinding["measuredAs"];
  /** Rows of the log that have a measured change, in order. */
  readonly table: Table;
  /** [n], nats. */
  readonly y: Float64Array;
}

/**
 * Takes the column `measured_entropy_change`, or where it has no value at all the difference to the next step's entropy.
 *
 * The difference compares other tokens of other prompts, and so holds their change as well. It is taken between rows
 * that are the usual number of steps apart.
 *
 * @param table - one row a point, in order.
 * @param entropyColumn - undefined where the log has none, or rows are not steps.
 */
export function measuredChange(table: Table, entropyColumn: string | undefined): MeasuredChange {
  const change = table.columns.get(CHANGE);
  if (change?.some(Number.isFinite) === true) return having(table, change, "change");
  const entropy = entropyColumn === undefined ? undefined : table.columns.get(entropyColumn);
  const none = new Float64Array(table.length).fill(Number.NaN);
  const difference =
    entropy === undefined ? none : differences(table.columns.get("step")!, entropy);
  return having(table, difference, "difference");
}

function having(
  table: Table,
  values: Float64Array,
  measuredAs: MeasuredChange["measuredAs"],
): MeasuredChange {
  const rows = [...values.keys()].filter((row) => Number.isFinite(values[row]));
  return {
    measuredAs,
    table: takeRows(table, rows),
    y: Float64Array.from(rows, (row) => values[row]!),
  };
}

function differences(step: Float64Array, entropy: Float64Array): Float64Array {
  const apart = step.map((value, i) => (step[i + 1] ?? Number.NaN) - value);
  const usual = apart
    .filter(Number.isFinite)
    .reduce((least, value) => Math.min(least, value), Infinity);
  return entropy.map((value, i) => (apart[i] === usual ? entropy[i + 1]! - value : Number.NaN));
}
