/** Lays settings over settings; knows of their meaning only that a `kind` decides which others there are. */

/** A table of names and values, as JSON and YAML have it. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * The base with the changes laid over it.
 *
 * **Details** Tables are merged, all else is replaced. A table that changes the `kind` of the one below replaces it: its
 * other settings belong to another kind. Text over a table with a `kind` is that kind.
 */
export function mergeConfig(base: unknown, changes: unknown): unknown {
  if (!isRecord(base)) return changes;
  if (typeof changes === "string" && "kind" in base) {
    return mergeConfig(base, { kind: changes });
  }
  if (!isRecord(changes)) return changes;
  const isOtherKind = Object.hasOwn(changes, "kind") && changes["kind"] !== base["kind"];
  if (isOtherKind && "kind" in base) return changes;
  const merged = new Map(Object.entries(base));
  for (const [key, change] of Object.entries(changes)) {
    merged.set(key, merged.has(key) ? mergeConfig(merged.get(key), change) : change);
  }
  return Object.fromEntries(merged);
}
