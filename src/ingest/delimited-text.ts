/** Records of delimited text (RFC 4180, with any one-character delimiter); knows nothing of headers or numbers. */
import { DataError } from "../base/errors.ts";

const QUOTE = '"';

/** A record that may span lines, since one of its fields is quoted; and where the next one starts. */
function quotedRecord(
  text: string,
  start: number,
  delimiter: string,
): { readonly fields: string[]; readonly next: number } {
  const fields: string[] = [];
  let at = start;
  for (;;) {
    let field: string;
    if (text[at] === QUOTE) {
      const parts: string[] = [];
      let from = at + 1;
      for (;;) {
        const end = text.indexOf(QUOTE, from);
        if (end < 0) {
          throw new DataError(
            "open-quote",
            `a quoted field must be closed, got an open quote at character ${at} of the file`,
            { fix: "close the quote, or remove it" },
          );
        }
        parts.push(text.slice(from, end));
        from = end + 1;
        if (text[from] !== QUOTE) break;
        parts.push(QUOTE);
        from += 1;
      }
      at = from;
      field = parts.join("");
    } else field = "";
    const rest = at;
    while (at < text.length && text[at] !== delimiter && text[at] !== "\n") at += 1;
    fields.push(field + text.slice(rest, at).replace(/\r$/, ""));
    if (text[at] !== delimiter) return { fields, next: at + 1 };
    at += 1;
  }
}

/**
 * The records of `text`; blank lines are skipped.
 *
 * A quote opens a field only at its start; elsewhere it is an ordinary character.
 *
 * @throws {@link DataError} if a quoted field is never closed.
 */
export function* delimitedRecords(text: string, delimiter: string): Generator<string[]> {
  let start = 0;
  while (start < text.length) {
    const found = text.indexOf("\n", start);
    const end = found < 0 ? text.length : found;
    const line = text.slice(start, end);
    if (line.trim() === "") start = end + 1;
    else if (line.includes(QUOTE)) {
      const { fields, next } = quotedRecord(text, start, delimiter);
      yield fields;
      start = next;
    } else {
      yield line.replace(/\r$/, "").split(delimiter);
      start = end + 1;
    }
  }
}
