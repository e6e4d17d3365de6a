/** Gathers (row, column, value) cells while a format reads its log; knows nothing of steps or of what columns mean. */

/**
 * The rows of a log as they were written, each with the columns it happened to have.
 *
 * Row `r` owns the cells from `rowStart[r]` to `rowStart[r + 1]`.
 */
export interface StepRows {
  readonly length: number;
  /** Union of the column names of all rows, in the order in which they were first seen. */
  readonly names: readonly string[];
  /** [length + 1]. */
  readonly rowStart: readonly number[];
  /** Index into `names`, per cell. */
  readonly cellColumn: readonly number[];
  /** Finite, or NaN where the log has a value that is not. */
  readonly cellValue: readonly number[];
  /** How many values were NaN or infinite, per column. */
  readonly notFinite: ReadonlyMap<string, number>;
}

/** Writer of {@link StepRows}: `startRow`, then `set` for each value of that row. */
export interface RowCollector {
  startRow(): void;
  /** Adds a cell to the row started last. An undefined value adds nothing. */
  set(column: string, value: number | undefined): void;
  finish(): StepRows;
}

/** Makes an empty collector. */
export function makeRowCollector(): RowCollector {
  const indexOf = new Map<string, number>();
  const notFinite = new Map<string, number>();
  const rowStart: number[] = [];
  const cellColumn: number[] = [];
  const cellValue: number[] = [];
  return {
    startRow() {
      rowStart.push(cellColumn.length);
    },
    set(column, value) {
      if (value === undefined) return;
      let index = indexOf.get(column);
      if (index === undefined) {
        index = indexOf.size;
        indexOf.set(column, index);
      }
      const finite = Number.isFinite(value);
      if (!finite) notFinite.set(column, (notFinite.get(column) ?? 0) + 1);
      cellColumn.push(index);
      cellValue.push(finite ? value : Number.NaN);
    },
    finish() {
      return {
        length: rowStart.length,
        names: [...indexOf.keys()],
        rowStart: [...rowStart, cellColumn.length],
        cellColumn,
        cellValue,
        notFinite,
      };
    },
  };
}
