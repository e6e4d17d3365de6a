/** Reads `steps.jsonl` as a table; never writes. */
import { readFailure } from "../base/disk-failure.ts";
import type { FileSystem } from "../base/file-system.ts";
import { scanSteps } from "./scan-steps.ts";
import type { StepLine } from "./step-line.ts";
import { type Table, makeTable } from "./table.ts";

/** The steps of a run as far as they could be read. */
export interface StepsRead {
  /** Rows in file order; every numeric column that any line has, NaN where a line lacks it. */
  readonly table: Table;
  /** The bytes that were read, torn tail included. */
  readonly bytes: Buffer;
  /** Sentences about what was left out. */
  readonly warnings: readonly string[];
}

/**
 * Reads a step log; a torn tail is dropped with one warning.
 *
 * Safe while a run writes: the line in flight counts as torn.
 *
 * @throws {@link DataError} if the file cannot be read, or is damaged before its end.
 */
export function readSteps(fs: FileSystem, path: string): StepsRead {
  const bytes = readBytes(fs, path);
  const { lines, wholeBytes } = scanSteps(bytes, path);
  const warnings: string[] = [];
  const torn = bytes.length - wholeBytes;
  if (torn > 0) {
    const last = lines.at(-1);
    warnings.push(
      `the end of "${path}" is unfinished: ${torn} bytes from byte ${wholeBytes} on were left out` +
        `${last === undefined ? "" : `, the steps up to ${last.step} are whole`}; the run was cut off there, or is still writing`,
    );
  }
  const notFinite = countNames(lines, (line) => line.notFinite);
  if (notFinite !== "") {
    warnings.push(`values that are not finite are read as missing: ${notFinite}`);
  }
  const notNumeric = countNames(lines, (line) => line.notNumeric);
  if (notNumeric !== "") {
    warnings.push(`values that are not numbers were left out: ${notNumeric}`);
  }
  return { table: tableOf(lines), bytes, warnings };
}

function readBytes(fs: FileSystem, path: string): Buffer {
  try {
    return fs.readFile(path);
  } catch (error) {
    throw readFailure(path, error);
  }
}

function tableOf(lines: readonly StepLine[]): Table {
  const columns = new Map<string, Float64Array>([["step", new Float64Array(lines.length)]]);
  for (const [row, { values }] of lines.entries()) {
    for (const [name, value] of values) {
      let column = columns.get(name);
      if (column === undefined) {
        column = new Float64Array(lines.length).fill(Number.NaN);
        columns.set(name, column);
      }
      column[row] = value;
    }
  }
  return makeTable(columns);
}

/** `"a" 2 times, "b" once`, or "" if there is none. */
function countNames(
  lines: readonly StepLine[],
  namesOf: (line: StepLine) => readonly string[],
): string {
  const counts = new Map<string, number>();
  for (const name of lines.flatMap(namesOf)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .map(([name, count]) => `"${name}" ${count === 1 ? "once" : `${count} times`}`)
    .join(", ");
}
