/** Finds the point that a row of an aggregation is about; knows no numbers. */
import type { Table } from "../../log/table.ts";

/** Rows of a table by step and, where they have one, update. */
export interface PointIndex {
  readonly length: number;
  /** Row of a point; undefined where there is none. */
  at(step: number, update?: number): number | undefined;
}

const keyOf = (step: number, update: number | undefined): string =>
  update === undefined || Number.isNaN(update) ? String(step) : `${step}/${update}`;

/** Indexes a table with the column `step`, and `update` where points are updates. */
export function pointIndex(table: Table, of: "step" | "update"): PointIndex {
  const steps = table.columns.get("step");
  const updates = of === "update" ? table.columns.get("update") : undefined;
  const rows = new Map<string, number>();
  for (let row = 0; row < table.length; row += 1)
    rows.set(keyOf(steps![row]!, updates?.[row]), row);
  return {
    length: table.length,
    at: (step, update) => rows.get(keyOf(step, update)),
  };
}
