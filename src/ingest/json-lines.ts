/** One JSON object a line, with the damage that real logs have; knows nothing of steps or metrics. */
import { isJsonObject, parseTolerantJson } from "./tolerant-json.ts";
import { type TextLine, textLines } from "./text-lines.ts";

function parseObject(line: TextLine): Record<string, unknown> | undefined {
  try {
    const value = parseTolerantJson(line.text);
    return isJsonObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Calls `visit` with the object of each line.
 *
 * A last line that is cut off is dropped, since its writer may still be at work; other lines that hold no object are
 * skipped.
 *
 * @returns warnings that count what was dropped and skipped.
 * @throws {@link DataError} if one line is longer than a string can be.
 */
export function visitJsonLines(
  bytes: Buffer,
  visit: (object: Record<string, unknown>) => void,
): string[] {
  const skipped: number[] = [];
  let torn: number | undefined;
  for (const line of textLines(bytes)) {
    const object = parseObject(line);
    if (object !== undefined) visit(object);
    else if (line.complete) skipped.push(line.number);
    else torn = line.number;
  }
  const warnings: string[] = [];
  if (skipped.length > 0) {
    warnings.push(
      `${skipped.length} line(s) hold no JSON object and were skipped, the first at line ${skipped[0]}; check that nothing else writes into the log`,
    );
  }
  if (torn !== undefined) {
    warnings.push(
      `the last line (${torn}) is cut off and was dropped; the run may still be writing`,
    );
  }
  return warnings;
}

/** The objects among the first `limit` lines, and how many lines there were: what recognition looks at. */
export function firstJsonObjects(
  bytes: Buffer,
  limit: number,
): { readonly objects: ReadonlyArray<Record<string, unknown>>; readonly lines: number } {
  const objects: Record<string, unknown>[] = [];
  let lines = 0;
  for (const line of textLines(bytes)) {
    if (lines === limit) break;
    lines += 1;
    const object = line.text.trimStart().startsWith("{") ? parseObject(line) : undefined;
    if (object !== undefined) objects.push(object);
  }
  return { objects, lines };
}
