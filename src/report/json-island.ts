/** JSON as it may stand inside a script element of a page; knows no page. */
import { printable } from "../base/printable.ts";

/** Marks that begin or end markup; line separators and invisible controls are escaped as for any print. */
const RISKY = /[<>&]/g;

/**
 * Serialises a value so that no character of it can end the element or begin markup, and parsing gives the same value.
 *
 * Typed arrays become lists; numbers that are not finite become null, as JSON has no word for them.
 */
export function jsonIsland(value: unknown): string {
  return printable(JSON.stringify(value, plainArrays) ?? "null").replace(
    RISKY,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function plainArrays(_key: string, value: unknown): unknown {
  return value instanceof Float64Array ? Array.from(value) : value;
}
