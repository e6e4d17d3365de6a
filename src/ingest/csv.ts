/** Delimited tables with a header line (CSV, TSV, semicolons); knows nothing of what the columns mean. */
import { DataError } from "../base/errors.ts";
import { decodeText } from "./decode-text.ts";
import { delimitedRecords } from "./delimited-text.ts";
import type { FileFormat, RawLog, Recognition } from "./format.ts";
import { makeRowCollector } from "./row-collector.ts";
import { parseScalarText } from "./scalar.ts";
import { isTellingName } from "./telling-name.ts";

const DELIMITERS = [",", "\t", ";"] as const;
const HEAD_BYTES = 64 * 1024;
const COMMENT = "#";
const DECIMAL_COMMA = /^\s*[+-]?\d+,\d+(?:[eE][+-]?\d+)?\s*$/;

interface Layout {
  readonly delimiter: (typeof DELIMITERS)[number];
  readonly header: readonly string[];
  /** First record after the header, if there is one. */
  readonly second: readonly string[] | undefined;
}

/** The bytes up to `end` as text from the header on, without the comment lines before it. */
function tableText(bytes: Buffer, end = bytes.length): string {
  const decoded = decodeText(bytes, 0, end);
  // Old spreadsheets end lines by a lone CR.
  const text = decoded.includes("\n") ? decoded : decoded.replaceAll("\r", "\n");
  let start = 0;
  while (text.startsWith(COMMENT, start)) {
    const lineEnd = text.indexOf("\n", start);
    if (lineEnd < 0) return "";
    start = lineEnd + 1;
  }
  return start === 0 ? text : text.slice(start);
}

function firstTwo(text: string, delimiter: string): (readonly string[] | undefined)[] {
  const records = delimitedRecords(text, delimiter);
  try {
    return [records.next().value ?? undefined, records.next().value ?? undefined];
  } catch (error) {
    if (error instanceof DataError) return [undefined, undefined];
    throw error;
  }
}

/** The delimiter under which header and first record have most fields, and equally many. */
function layoutOf(text: string): Layout | undefined {
  let best: Layout | undefined;
  for (const delimiter of DELIMITERS) {
    const [header, second] = firstTwo(text, delimiter);
    if (header === undefined || header.length < 2) continue;
    if (second !== undefined && second.length !== header.length) continue;
    if (header.length > (best?.header.length ?? 0)) best = { delimiter, header, second };
  }
  return best;
}

const isName = (field: string): boolean => /[\p{L}_]/u.test(field);

function recognise(bytes: Buffer): Recognition | undefined {
  const head = tableText(bytes, Math.min(bytes.length, HEAD_BYTES));
  if (head.includes("\u0000")) return undefined;
  const layout = layoutOf(head);
  if (layout === undefined || !layout.header.some(isName)) return undefined;
  if (layout.header.every((field) => parseScalarText(field) !== undefined)) return undefined;
  const telling = layout.header.find(isTellingName);
  const numeric = layout.second?.some((field) => parseScalarText(field) !== undefined) ?? true;
  if (!numeric || (telling === undefined && layout.second === undefined)) return undefined;
  return telling === undefined
    ? { confidence: "possible", reason: `a header of ${layout.header.length} names, then numbers` }
    : { confidence: "likely", reason: `a header line with "${telling.trim()}"` };
}

/** Trims names, names the unnamed, and numbers those that occur again. */
function uniqueNames(header: readonly string[], warnings: string[]): string[] {
  const seen = new Set<string>();
  const occurrences = new Map<string, number>();
  const again: string[] = [];
  const names = header.map((field, i) => {
    const name = field.trim() || `column ${i + 1}`;
    let n = (occurrences.get(name) ?? 0) + 1;
    if (n > 1) again.push(name);
    let unique = n > 1 ? `${name} (${n})` : name;
    while (seen.has(unique)) unique = `${name} (${(n += 1)})`;
    occurrences.set(name, n);
    seen.add(unique);
    return unique;
  });
  if (again.length > 0) {
    warnings.push(
      `${again.length} column name(s) occur more than once, such as "${again[0]}"; the later ones are called "${again[0]} (2)" and so on here`,
    );
  }
  return names;
}

function read(bytes: Buffer): RawLog {
  const text = tableText(bytes);
  const { delimiter } = layoutOf(text) ?? { delimiter: "," };
  const records = delimitedRecords(text, delimiter);
  const warnings: string[] = [];
  const names = uniqueNames(records.next().value ?? [], warnings);
  const rows = makeRowCollector();
  let ragged = 0;
  for (const fields of records) {
    if (fields.length !== names.length) ragged += 1;
    rows.startRow();
    for (let i = 0; i < names.length && i < fields.length; i += 1) {
      const field = fields[i]!;
      const decimalComma = delimiter === ";" && DECIMAL_COMMA.test(field);
      rows.set(names[i]!, parseScalarText(decimalComma ? field.replace(",", ".") : field));
    }
  }
  if (ragged > 0) {
    warnings.push(
      `${ragged} row(s) do not have the header's ${names.length} fields; what is missing counts as no value, what is too much was dropped`,
    );
  }
  return { rows: rows.finish(), stepColumn: undefined, sameStep: "replace", warnings };
}

/** Any table with a header line. */
export const csv: FileFormat = {
  input: "file",
  summary: "CSV, TSV or semicolons with a header line, such as an export of a dashboard",
  recognisedBy: "a header line of names, then lines with as many fields and numbers among them",
  example: "step,entropy,reward",
  recognise,
  read,
};
