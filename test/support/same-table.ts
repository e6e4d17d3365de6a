/** Whether two tables are the same, for tests. */
import { expect } from "vitest";
import type { Table } from "../../src/log/table.ts";

/** Column by column, bit for bit; NaN is NaN. */
export function expectSame(found: Table, expected: Table): void {
  expect(found.length).toBe(expected.length);
  expect([...found.columns.keys()]).toEqual([...expected.columns.keys()]);
  for (const [name, values] of expected.columns) {
    const read = found.columns.get(name)!;
    for (const [row, value] of values.entries()) {
      if (!Object.is(read[row], value))
        throw new Error(`${name}[${row}]: ${read[row]}, not ${value}`);
    }
  }
}
