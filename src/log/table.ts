/** A columnar table of numbers, the one shape in which a log travels; knows nothing of files or of danfojs. */
import { ShapeError } from "../base/errors.ts";

/**
 * Named columns of equal length. NaN means "no value in this row".
 *
 * The arrays are shared, not copied: treat them as read-only.
 */
export interface Table {
  /** Number of rows. */
  readonly length: number;
  /** Column name to values [length], in the order in which the columns were first seen. */
  readonly columns: ReadonlyMap<string, Float64Array>;
}

/**
 * Makes a table from columns.
 *
 * @throws {@link ShapeError} if the columns differ in length.
 */
export function makeTable(columns: Iterable<readonly [string, Float64Array]>): Table {
  const map = new Map<string, Float64Array>();
  let length: number | undefined;
  for (const [name, values] of columns) {
    length ??= values.length;
    if (values.length !== length) {
      throw new ShapeError(
        "column-length",
        `columns of a table must have one length, got ${length} and ${values.length} ("${name}")`,
      );
    }
    map.set(name, values);
  }
  return { length: length ?? 0, columns: map };
}

/** A new table with the rows of `table` at `rows`, in that order. */
export function takeRows(table: Table, rows: ArrayLike<number>): Table {
  const columns = new Map<string, Float64Array>();
  for (const [name, values] of table.columns) {
    const taken = new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i += 1) taken[i] = values[rows[i]!]!;
    columns.set(name, taken);
  }
  return { length: rows.length, columns };
}
