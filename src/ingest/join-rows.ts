/** Decides which rows of a log make up each step, restarts and repeated steps included; knows nothing of roles. */
import type { StepRows } from "./row-collector.ts";

/**
 * Columns that tell when a row was written, not what was measured. Two rows of a step may both have them and still be
 * two halves of one row.
 */
const CLOCK_COLUMNS = new Set([
  "epoch",
  "time",
  "timestamp",
  "wall_time",
  "_timestamp",
  "_runtime",
  "_step",
  "step",
  "global_step",
  "training/global_step",
  "train/global_step",
  "trainer/global_step",
  "num_tokens",
]);

/** A step and the rows it is made of, in the order of the log. */
interface JoinedStep {
  readonly step: number;
  rows: number[];
  /** Columns of those rows; made when a second row comes, which is rare. */
  columns: Set<number> | undefined;
  /** Number of the pass over the steps, counted up at each restart, that wrote the step last. */
  pass: number;
}

/** Rows by step, and what was odd about them. */
export interface JoinedRows {
  /** In order of step. */
  readonly steps: ReadonlyArray<{ readonly step: number; readonly rows: readonly number[] }>;
  /** Steps whose earlier row was replaced, in order. */
  readonly repeatedSteps: readonly number[];
  /** Where the steps fall back: [last step before, first step after]. */
  readonly restarts: ReadonlyArray<readonly [number, number]>;
  /** Cells of a step overwritten by a later row of the same pass, and a column in which that happened. */
  readonly overwritten: { readonly count: number; readonly column: string };
}

/**
 * Joins the rows of each step.
 *
 * A second row of a step that brings only new columns completes the first, whatever the format: loggers write
 * validation so. If it repeats a column, it is the same row again: a restarted run's, or (unless `sameStep` is
 * `merge`) one written twice; then the last row counts and the earlier is dropped whole.
 *
 * @param steps - [rows.length]; rows with NaN are left out.
 */
export function joinRows(
  rows: StepRows,
  steps: Float64Array,
  sameStep: "replace" | "merge",
): JoinedRows {
  const joined = new Map<number, JoinedStep>();
  const repeated = new Set<number>();
  const restarts: (readonly [number, number])[] = [];
  const isClock = rows.names.map((name) => CLOCK_COLUMNS.has(name.toLowerCase()));
  const overwritten = { count: 0, column: "" };
  let pass = 0;
  let previous = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < rows.length; row += 1) {
    const step = steps[row]!;
    if (Number.isNaN(step)) continue;
    const known = joined.get(step);
    const shared = known === undefined ? [] : sharedColumns(rows, known, row, isClock);
    if (step < previous && (known === undefined || shared.length > 0)) {
      pass += 1;
      restarts.push([previous, step]);
    }
    previous = step;
    if (known === undefined) joined.set(step, { step, rows: [row], columns: undefined, pass });
    else if (shared.length > 0 && (sameStep === "replace" || known.pass < pass)) {
      known.rows = [row];
      known.columns = undefined;
      known.pass = pass;
      repeated.add(step);
    } else {
      addColumns(rows, known, row);
      known.rows.push(row);
      overwritten.count += shared.length;
      if (shared.length > 0) overwritten.column ||= rows.names[shared[0]!]!;
    }
  }
  return {
    steps: [...joined.values()].toSorted((a, b) => a.step - b.step),
    repeatedSteps: [...repeated].toSorted((a, b) => a - b),
    restarts,
    overwritten,
  };
}

/** Adds the columns of a row to those that a step is known to have. */
function addColumns(rows: StepRows, step: JoinedStep, row: number): Set<number> {
  step.columns ??= new Set();
  for (let cell = rows.rowStart[row]!; cell < rows.rowStart[row + 1]!; cell += 1) {
    step.columns.add(rows.cellColumn[cell]!);
  }
  return step.columns;
}

/** The measured columns that a row has in common with the earlier rows of its step. */
function sharedColumns(
  rows: StepRows,
  step: JoinedStep,
  row: number,
  isClock: readonly boolean[],
): number[] {
  const known = step.columns ?? addColumns(rows, step, step.rows[0]!);
  return rows.cellColumn
    .slice(rows.rowStart[row]!, rows.rowStart[row + 1]!)
    .filter((index) => known.has(index) && !isClock[index]);
}
