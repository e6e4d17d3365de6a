/** Walks over the lines of a file's bytes without decoding the whole of it; knows nothing of what lines hold. */
import { decodeText } from "./decode-text.ts";

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** One line of a file. */
export interface TextLine {
  /** Without its line end. Bytes that are not UTF-8 read as U+FFFD. */
  readonly text: string;
  /** Counted from 1. */
  readonly number: number;
  /** Whether a line end follows: if not, the writer may have been cut off. */
  readonly complete: boolean;
}

/**
 * The lines of `bytes`, ended by LF or CRLF; blank ones are skipped but counted.
 *
 * @throws {@link DataError} if one line is longer than a string can be.
 */
export function* textLines(bytes: Buffer): Generator<TextLine> {
  let start = 0;
  for (let number = 1; start < bytes.length; number += 1) {
    const found = bytes.indexOf(LINE_FEED, start);
    const complete = found >= 0;
    const next = complete ? found + 1 : bytes.length;
    let end = complete ? found : bytes.length;
    if (end > start && bytes[end - 1] === CARRIAGE_RETURN) end -= 1;
    const text = decodeText(bytes, start, end);
    if (text.trim() !== "") yield { text, number, complete };
    start = next;
  }
}
