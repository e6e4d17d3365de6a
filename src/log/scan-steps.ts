/** Splits the bytes of `steps.jsonl` into steps and a torn tail; the one place that decides what a crash may leave behind. */
import { DataError } from "../base/errors.ts";
import { type StepLine, parseStepLine } from "./step-line.ts";

/** A line, and the byte at which it starts. */
type ScannedLine = StepLine & { readonly offset: number };

/** What the bytes of a step log hold. */
export interface ScannedSteps {
  readonly lines: readonly ScannedLine[];
  /** Bytes up to which everything could be read; what follows is the torn tail. */
  readonly wholeBytes: number;
  /** Whether the readable part ends with a line feed, so that a line may be appended after it. */
  readonly endsWithLineFeed: boolean;
}

interface Damage {
  readonly line: number;
  readonly offset: number;
  readonly got: string;
}

const LINE_FEED = 0x0a;
const BLANKS = new Set([0x20, 0x09, 0x0d]);

/**
 * Reads all lines.
 *
 * The log is append-only, so a crash harms its end alone: what follows the last line that can be read is the torn tail.
 * A last line that is whole but for its line feed counts as read.
 *
 * @param path - for messages only.
 * @throws {@link DataError} naming line and byte, if a line that cannot be read is followed by one that can.
 */
export function scanSteps(bytes: Buffer, path: string): ScannedSteps {
  const lines: ScannedLine[] = [];
  let wholeBytes = 0;
  let damage: Damage | undefined;
  for (let offset = 0, line = 1; offset < bytes.length; line += 1) {
    const feed = bytes.indexOf(LINE_FEED, offset);
    const end = feed < 0 ? bytes.length : feed;
    const text = bytes.subarray(offset, end);
    const next = Math.min(end + 1, bytes.length);
    if (text.every((byte) => BLANKS.has(byte))) {
      if (damage === undefined) wholeBytes = next;
    } else {
      const parsed = parseStepLine(text);
      if ("damage" in parsed) {
        damage ??= { line, offset, got: parsed.damage };
      } else {
        if (damage !== undefined) failInTheMiddle(path, damage);
        lines.push({ ...parsed, offset });
        wholeBytes = next;
      }
    }
    offset = next;
  }
  const endsWithLineFeed = wholeBytes === 0 || bytes[wholeBytes - 1] === LINE_FEED;
  return { lines, wholeBytes, endsWithLineFeed };
}

function failInTheMiddle(path: string, damage: Damage): never {
  const { line, offset, got } = damage;
  throw new DataError(
    "damaged-log",
    `every line of "${path}" before the last must be one step as JSON, got ${got} in line ${line} (byte ${offset})`,
    { fix: "restore the file from a copy, or remove that line and accept that its step is lost" },
  );
}
