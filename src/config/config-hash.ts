/** The identity of a configuration: a hash of its values; knows nothing of their meaning. */
import { createHash } from "node:crypto";

const HASH_DIGITS = 16;

/** The same data with the keys of all objects sorted. */
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, field]) => [key, sortKeys(field)]));
}

/**
 * 16 hexadecimal digits of the SHA-256 of a configuration, or of a part of one.
 *
 * **Details** It is taken of JSON with sorted keys: their order does not count, every value does.
 *
 * @param config - plain data, complete: a value left out and its default have different hashes.
 */
export function configHash(config: object): string {
  const text = JSON.stringify(sortKeys(config));
  return createHash("sha256").update(text).digest("hex").slice(0, HASH_DIGITS);
}
