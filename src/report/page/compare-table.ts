/** A table of arms or of a claim on a page; knows no finding. */
import type { CompareTable } from "../compare-tables.ts";
import type { Markup } from "../markup.ts";
import { dataTable } from "./fit-tables.ts";

/** The first column names the row, the others are numbers. */
export function compareTable({ caption, head, rows }: CompareTable): Markup {
  const columns = head.map((name, i) => (i === 0 ? { name } : ({ name, number: true } as const)));
  return dataTable(caption, columns, rows);
}
