/** Rows of steps whose values tell which row they are from. */
import type { StepRow } from "../../src/log/step-line.ts";
import type { Table } from "../../src/log/table.ts";

/** A row with a fraction that needs all 17 digits, and a name that needs two bytes a character. */
export function stepRow(step: number): StepRow {
  return new Map([
    ["step", step],
    ["größe/é", step + 1 / 3],
    ["validation", step % 2 === 0 ? null : step],
  ]);
}

/** The steps of a table of such rows; throws if any other value is not that of its row. */
export function stepsOf(table: Table): number[] {
  const steps = [...(table.columns.get("step") ?? [])];
  for (const [row, step] of steps.entries()) {
    for (const [name, value] of stepRow(step)) {
      const found = table.columns.get(name)?.[row];
      if (!Object.is(found, value ?? Number.NaN)) {
        throw new Error(`"${name}" of step ${step} is ${found}, not ${value}`);
      }
    }
  }
  return steps;
}
