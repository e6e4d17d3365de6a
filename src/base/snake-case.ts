/** Turns our results into the JSON that scripts read: snake_case keys, no NaN; knows no particular result. */

const snake = (key: string): string => key.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();

/**
 * Copies plain data to JSON-ready data.
 *
 * Keys become snake_case, undefined fields are left out, typed arrays become arrays. A number that is not finite
 * becomes null, and a field `KEY_reason` beside it says what it was.
 *
 * **Gotchas** Keys of a `Map` are data, not names: they are kept as they are.
 */
export function toSnakeCase(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) {
    return Array.from(value as ArrayLike<unknown>, toSnakeCase);
  }
  const out: Record<string, unknown> = {};
  const isMap = value instanceof Map;
  for (const [name, field] of isMap ? value : Object.entries(value)) {
    if (field === undefined) continue;
    const key = isMap ? String(name) : snake(name);
    out[key] = toSnakeCase(field);
    const reason = notFinite(field);
    if (reason !== undefined) out[`${key}_reason`] = reason;
  }
  return out;
}

/** Says which number of a field is not finite, for a number or a flat list of numbers, typed or not. */
function notFinite(field: unknown): string | undefined {
  const isList = Array.isArray(field) || ArrayBuffer.isView(field);
  const numbers = isList ? Array.from(field as ArrayLike<unknown>) : [field];
  const found = numbers.find(
    (item): item is number => typeof item === "number" && !Number.isFinite(item),
  );
  return found === undefined ? undefined : `not finite: ${String(found)}`;
}
