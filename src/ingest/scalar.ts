/** Turns whatever a logger wrote for a number into a number; knows nothing of columns or files. */
import { plainDecimal } from "./plain-decimal.ts";

// No two parts can match the same character, so that a long run of digits costs linear time.
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
/** What numpy 2 and torch print: `np.float64(0.5)`, `np.int64(3)`, `tensor(0.5)`. */
const WRAPPED = /^[A-Za-z_][\w.]*\(([^()]*)\)$/;
const NOT_FINITE = new Map([
  ["nan", Number.NaN],
  ["inf", Number.POSITIVE_INFINITY],
  ["infinity", Number.POSITIVE_INFINITY],
]);

/**
 * Parses the text of one value.
 *
 * @returns the number, which may be NaN or infinite where the log says so; undefined where the text is no number
 *   (empty, `None`, a word).
 */
export function parseScalarText(text: string): number | undefined {
  const plain = plainDecimal(text, 0, text.length);
  if (plain !== undefined) return plain;
  const trimmed = text.trim();
  if (DECIMAL.test(trimmed)) return Number(trimmed);
  const inner = WRAPPED.exec(trimmed)?.[1];
  if (inner !== undefined) return parseScalarText(inner);
  const sign = trimmed.startsWith("-") ? -1 : 1;
  const magnitude = NOT_FINITE.get(trimmed.replace(/^[+-]/, "").toLowerCase());
  return magnitude === undefined ? undefined : sign * magnitude;
}

/**
 * Parses a value of a decoded document: a number, a 64-bit integer, or text such as `"NaN"`.
 *
 * @returns undefined for null, booleans, lists and objects: they are no measurement.
 */
export function parseScalar(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "string") return parseScalarText(value);
  return typeof value === "bigint" ? Number(value) : undefined;
}
