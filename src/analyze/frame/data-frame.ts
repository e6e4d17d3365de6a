/** The door to danfojs: our tables as its data frames and back; knows nothing of what the columns mean. */
import type * as danfojs from "danfojs-node";
import { ConfigError, DataError } from "../../base/errors.ts";
import { type Table, makeTable } from "../../log/table.ts";

/** A frame as danfojs makes it. */
export type DataFrame = danfojs.DataFrame;

/** What entlaw reads from a frame: danfojs' DataFrame fits, of any version. */
export interface FrameLike {
  readonly columns: readonly string[];
  column(name: string): { readonly values: unknown };
}

/**
 * Converts a table to a danfojs DataFrame.
 *
 * **Gotchas** Compute on the columns' `values`, not with the frame's own arithmetic: danfojs 1.2 does that in float32.
 *
 * @returns a new frame; its column order is the table's, a missing value is NaN.
 * @throws {@link ConfigError} where danfojs-node is not installed (it is an optional peer).
 */
export async function toDataFrame(table: Table): Promise<DataFrame> {
  const columns = [...table.columns.values()];
  const rows = Array.from({ length: table.length }, (_, i) => columns.map((values) => values[i]!));
  const { DataFrame: Frame } = await importDanfojs();
  // Names apart from cells: from objects danfojs takes the keys of the first row only, and in JavaScript's key order.
  return new Frame(rows, { columns: [...table.columns.keys()] });
}

/**
 * Converts a data frame to a table of numbers.
 *
 * Null, undefined and text that is no number become NaN.
 *
 * @param columns - which columns, in which order; all of them by default.
 * @throws {@link DataError} if a column is not there, or holds text and no number.
 */
export function fromDataFrame(frame: FrameLike, columns: readonly string[] = frame.columns): Table {
  return makeTable(columns.map((name) => [name, numbersOf(frame, name)] as const));
}

function numbersOf(frame: FrameLike, name: string): Float64Array {
  if (!frame.columns.includes(name)) {
    throw new DataError(
      "unknown-column",
      `the frame must have the column "${name}", got ${frame.columns.map((c) => `"${c}"`).join(", ")}`,
      { fix: "name one of the columns above" },
    );
  }
  const cells = frame.column(name).values as ArrayLike<unknown>;
  const values = Float64Array.from(cells, toNumber);
  const text = Array.from(cells).find((cell) => typeof cell === "string");
  if (text !== undefined && values.every(Number.isNaN)) {
    throw new DataError("not-numeric", `column "${name}" must hold numbers, got "${text}"`, {
      fix: "convert the column to numbers, or name another one",
    });
  }
  return values;
}

function toNumber(value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint" || typeof value === "boolean") return Number(value);
  return typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
}

async function importDanfojs(): Promise<typeof danfojs.default> {
  try {
    // danfojs is CommonJS, whose exports Node gathers under `default`.
    return (await import("danfojs-node")).default;
  } catch (error) {
    throw new ConfigError(
      "danfojs-missing",
      "data frames need the package danfojs-node, which could not be loaded",
      {
        fix: "install danfojs-node@1.2.0 with the overrides of docs/frames.md, or use tables, which need nothing",
        cause: error,
      },
    );
  }
}
