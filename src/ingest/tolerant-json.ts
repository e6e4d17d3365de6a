/** JSON as Python writes it: bare NaN and Infinity are read as the strings of those names; knows nothing of logs. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BARE_TOKENS = ["-Infinity", "Infinity", "NaN"] as const;

/** Puts quotes around each bare token outside strings, in one pass without backtracking. */
function quoteBareTokens(text: string): string {
  const parts: string[] = [];
  let copied = 0;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) inString = !inString;
    else if (inString && code === BACKSLASH) i += 1;
    if (inString || code === QUOTE) continue;
    const token = BARE_TOKENS.find((candidate) => text.startsWith(candidate, i));
    if (token === undefined) continue;
    parts.push(text.slice(copied, i), `"${token}"`);
    copied = i + token.length;
    i = copied - 1;
  }
  parts.push(text.slice(copied));
  return parts.join("");
}

/**
 * Parses a JSON document, tolerating bare `NaN`, `Infinity` and `-Infinity`.
 *
 * **Gotchas** Keys are foreign text: read them with `Object.entries` into a Map, never into a plain object.
 *
 * @throws SyntaxError if the text is no JSON even so.
 */
export function parseTolerantJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Most broken lines are torn, not Python's: only those that hold such a token deserve a second attempt.
    if (!text.includes("NaN") && !text.includes("Infinity")) throw error;
    return JSON.parse(quoteBareTokens(text));
  }
}

/** Whether a decoded value is an object with keys. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
