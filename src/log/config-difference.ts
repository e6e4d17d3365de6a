/** Compares two configs, as plain JSON, key by key; knows no key. */

/** A key whose value differs; a side that does not have the key is undefined. */
export interface ConfigDifference {
  /** The key and those above it, joined by dots. */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * The keys that differ, in order.
 *
 * @param mayDiffer - paths that are left out, each with all below it.
 */
export function configDifferences(
  before: unknown,
  after: unknown,
  mayDiffer: readonly string[] = [],
): ConfigDifference[] {
  return differencesAt("", before, after).filter(
    ({ path }) => !mayDiffer.some((key) => path === key || path.startsWith(`${key}.`)),
  );
}

/** One difference as text: `loss.clipHigh: 0.2 -> 0.28`. */
export function formatDifference({ path, before, after }: ConfigDifference): string {
  return `${path}: ${formatValue(before)} -> ${formatValue(after)}`;
}

function differencesAt(path: string, before: unknown, after: unknown): ConfigDifference[] {
  if (isObject(before) && isObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys]
      .toSorted()
      .flatMap((key) =>
        differencesAt(path === "" ? key : `${path}.${key}`, own(before, key), own(after, key)),
      );
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }];
}

function own(object: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function formatValue(value: unknown): string {
  return value === undefined ? "none" : JSON.stringify(value);
}
