/** From the rows of a log to a table with one row a step, in order; knows no format and no column roles. */
import { DataError } from "../base/errors.ts";
import type { StepLog } from "../log/step-log.ts";
import { makeTable } from "../log/table.ts";
import type { RawLog } from "./format.ts";
import { type JoinedRows, joinRows } from "./join-rows.ts";
import type { StepRows } from "./row-collector.ts";
import { findStepColumn } from "./step-column.ts";

/** 1 GiB of numbers. A real log of a million steps stays below; a hostile one does not. */
const MAX_CELLS = 2 ** 27;
const STEP = "step";
const EXAMPLES = 3;

/** The parts of a {@link StepLog} that follow from its rows alone. */
export type StepTable = Pick<StepLog, "table" | "repeatedSteps" | "gaps" | "warnings">;

/** Values of one column [length]; NaN where a row has none. */
function columnValues(rows: StepRows, column: string): Float64Array {
  const values = new Float64Array(rows.length).fill(Number.NaN);
  const index = rows.names.indexOf(column);
  for (let row = 0; row < rows.length; row += 1) {
    for (let cell = rows.rowStart[row]!; cell < rows.rowStart[row + 1]!; cell += 1) {
      if (rows.cellColumn[cell] === index) values[row] = rows.cellValue[cell]!;
    }
  }
  return values;
}

/** The step of each row, from its column or else from its position. */
function stepsOf(raw: RawLog, warnings: string[]): Float64Array {
  const { rows } = raw;
  const column = raw.stepColumn ?? findStepColumn(rows);
  if (column === undefined) {
    warnings.push(
      "no column counts steps, so rows are numbered from 1; name one `step` if rows are not one step apart",
    );
    return Float64Array.from({ length: rows.length }, (_, row) => row + 1);
  }
  const steps = columnValues(rows, column);
  const missing = steps.reduce((count, step) => count + (Number.isNaN(step) ? 1 : 0), 0);
  if (missing > 0) {
    warnings.push(
      `${missing} row(s) have no value in "${column}", which counts steps, and were dropped`,
    );
  }
  return steps;
}

function fillColumns(rows: StepRows, { steps }: JoinedRows): Map<string, Float64Array> {
  if (rows.names.length * steps.length > MAX_CELLS) {
    throw new DataError(
      "table-too-large",
      `a log must have fewer than ${MAX_CELLS} values, got ${rows.names.length} columns at ${steps.length} steps`,
      { fix: "check that it is a log of metrics; if it is, drop the columns that are not needed" },
    );
  }
  const columns = rows.names.map(() => new Float64Array(steps.length).fill(Number.NaN));
  for (const [i, step] of steps.entries()) {
    for (const row of step.rows) {
      for (let cell = rows.rowStart[row]!; cell < rows.rowStart[row + 1]!; cell += 1) {
        const value = rows.cellValue[cell]!;
        if (!Number.isNaN(value)) columns[rows.cellColumn[cell]!]![i] = value;
      }
    }
  }
  // The step column stands first, whatever the log calls its own.
  const named = new Map([[STEP, Float64Array.from(steps, ({ step }) => step)]]);
  for (const [index, name] of rows.names.entries()) {
    if (name !== STEP) named.set(name, columns[index]!);
  }
  return named;
}

/** Ranges of missing steps, where most steps are one apart. */
function gapsIn(steps: Float64Array): [number, number][] {
  const gaps: [number, number][] = [];
  let apartByOne = 0;
  for (let i = 1; i < steps.length; i += 1) {
    const difference = steps[i]! - steps[i - 1]!;
    if (difference === 1) apartByOne += 1;
    else if (difference > 1) gaps.push([steps[i - 1]! + 1, steps[i]! - 1]);
  }
  return apartByOne * 2 > steps.length - 1 ? gaps : [];
}

const someOf = (items: ReadonlyArray<number | string>): string =>
  items.slice(0, EXAMPLES).join(", ") + (items.length > EXAMPLES ? ", …" : "");

function warningsOf(rows: StepRows, joined: JoinedRows, gaps: StepTable["gaps"]): string[] {
  const warnings: string[] = [];
  const { repeatedSteps, restarts, overwritten } = joined;
  if (restarts.length > 0) {
    const [before, after] = restarts[0]!;
    warnings.push(
      `steps fall back ${restarts.length} time(s), first from ${before} to ${after}: the run was restarted, or two runs share this log`,
    );
  }
  if (repeatedSteps.length > 0) {
    warnings.push(
      `${repeatedSteps.length} step(s) occur more than once (${someOf(repeatedSteps)}); the last row of each was kept`,
    );
  }
  if (overwritten.count > 0) {
    warnings.push(
      `${overwritten.count} value(s) were overwritten by a later row of the same step, such as of "${overwritten.column}"; if these are rollouts, pass the log of metrics instead`,
    );
  }
  if (gaps.length > 0) {
    const ranges = gaps.map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`));
    warnings.push(`steps are missing: ${someOf(ranges)}; nothing was put in their place`);
  }
  const notFinite = [...rows.notFinite].toSorted((a, b) => b[1] - a[1]);
  if (notFinite.length > 0) {
    const total = notFinite.reduce((sum, [, count]) => sum + count, 0);
    const columns = someOf(notFinite.map(([name, count]) => `${name} ${count}`));
    warnings.push(`${total} value(s) are NaN or infinite and count as missing: ${columns}`);
  }
  return warnings;
}

/**
 * Makes the table of a log.
 *
 * Missing values are NaN; nothing is interpolated.
 *
 * @throws {@link DataError} if there is no step at all, or more values than memory should hold.
 */
export function makeStepTable(raw: RawLog): StepTable {
  const warnings = [...raw.warnings];
  const joined = joinRows(raw.rows, stepsOf(raw, warnings), raw.sameStep);
  if (joined.steps.length === 0) {
    throw new DataError("no-steps", "a log must hold at least one step, got none", {
      fix: "check that the run has logged a step, and that --format fits",
    });
  }
  const columns = fillColumns(raw.rows, joined);
  const gaps = gapsIn(columns.get(STEP)!);
  return {
    table: makeTable(columns),
    repeatedSteps: joined.repeatedSteps,
    gaps,
    warnings: [...warnings, ...warningsOf(raw.rows, joined, gaps)],
  };
}
