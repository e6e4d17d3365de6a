/** Adds the numbers of a decoded JSON object to a row, nested objects included; knows nothing of what they measure. */
import { DataError } from "../base/errors.ts";
import type { RowCollector } from "./row-collector.ts";
import { parseScalar } from "./scalar.ts";
import { isJsonObject } from "./tolerant-json.ts";

// Real metric trees are two or three deep; the limit keeps hostile nesting off the call stack.
const MAX_DEPTH = 16;

/**
 * Sets one cell a number; a number inside nested objects gets the path joined by `/` as its column.
 *
 * Text that is no number, booleans and lists are skipped: they are no measurement.
 *
 * @param prefix - path of `object` itself, ending in `/`.
 * @throws {@link DataError} if objects are nested deeper than 16.
 */
export function collectObject(
  rows: RowCollector,
  object: Record<string, unknown>,
  prefix = "",
  depth = 0,
): void {
  if (depth > MAX_DEPTH) {
    throw new DataError(
      "nesting-too-deep",
      `metrics must be nested at most ${MAX_DEPTH} objects deep, got more below "${prefix.slice(0, 80)}"`,
      { fix: "check that the file is a log of metrics" },
    );
  }
  for (const [key, value] of Object.entries(object)) {
    if (isJsonObject(value)) collectObject(rows, value, `${prefix}${key}/`, depth + 1);
    else rows.set(prefix + key, parseScalar(value));
  }
}
