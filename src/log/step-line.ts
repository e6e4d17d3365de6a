/** One line of `steps.jsonl`: a step's numbers to text and back; knows nothing of files. */

/** Column name to value; null where the step has none. Must hold the integer `step`. */
export type StepRow = ReadonlyMap<string, number | null>;

/** A line that could be read. */
export interface StepLine {
  readonly step: number;
  /** Numeric values by column; NaN where the line has null. */
  readonly values: ReadonlyMap<string, number>;
  /** Columns whose value was NaN, infinite or beyond float64; NaN in `values`. */
  readonly notFinite: readonly string[];
  /** Columns whose value was neither a number nor null; not in `values`. */
  readonly notNumeric: readonly string[];
}

/** Why a line cannot be read, as what it was instead. */
export interface DamagedLine {
  readonly damage: string;
}

// JSON strings are matched first, so that a NaN inside one is left alone.
const STRING_OR_BARE = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;
// Becomes Infinity in JSON.parse, and so is counted as not finite.
const BEYOND_FLOAT64 = "1e999";
const strictUtf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Writes a step as one line of JSON, line feed included.
 *
 * Every finite float64 comes back bit for bit, negative zero too; other numbers become null.
 */
export function formatStepLine(row: StepRow): string {
  const members: string[] = [];
  for (const [name, value] of row) members.push(`${JSON.stringify(name)}: ${formatNumber(value)}`);
  return `{${members.join(", ")}}\n`;
}

function formatNumber(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return "null";
  return Object.is(value, -0) ? "-0" : String(value);
}

/**
 * Reads one line.
 *
 * The bare `NaN` and `Infinity` of Python's json are understood, as values that are missing.
 *
 * @param bytes - the line without its line feed.
 */
export function parseStepLine(bytes: Uint8Array): StepLine | DamagedLine {
  let text: string;
  try {
    text = strictUtf8.decode(bytes);
  } catch {
    return { damage: "bytes that are not UTF-8" };
  }
  const value = parseJson(text);
  if (value === undefined) return { damage: "text that is not JSON" };
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { damage: "JSON that is not an object" };
  }
  return sortMembers(Object.entries(value));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const standard = text.replace(STRING_OR_BARE, (token) =>
      token.startsWith('"') ? token : BEYOND_FLOAT64,
    );
    if (standard === text) return undefined;
    try {
      return JSON.parse(standard);
    } catch {
      return undefined;
    }
  }
}

function sortMembers(members: ReadonlyArray<readonly [string, unknown]>): StepLine | DamagedLine {
  const values = new Map<string, number>();
  const notFinite: string[] = [];
  const notNumeric: string[] = [];
  for (const [name, value] of members) {
    if (value === null) {
      values.set(name, Number.NaN);
    } else if (typeof value !== "number") {
      notNumeric.push(name);
    } else if (Number.isFinite(value)) {
      values.set(name, value);
    } else {
      values.set(name, Number.NaN);
      notFinite.push(name);
    }
  }
  const step = values.get("step");
  if (step === undefined || !Number.isSafeInteger(step)) {
    return { damage: 'an object without an integer "step"' };
  }
  return { step, values, notFinite, notNumeric };
}
