/** Takes a line `step:5 - key:value - …` apart; knows nothing of files or of what the keys mean. */
import { plainDecimal } from "./plain-decimal.ts";
import { parseScalarText } from "./scalar.ts";

/** Where a step line starts. */
export const STEP_MARK = "step:";
/** What stands between its parts. */
export const SEPARATOR = " - ";

/** verl 0.1 prints small numbers scaled: `actor/lr(1e-4):0.100` is 1e-5. */
const SCALED_KEY = /^(.*)\((\d+(?:\.\d*)?e[+-]?\d+)\)$/;

/** A key as printed, and the column it stands for. */
interface StepKey {
  readonly printed: string;
  readonly column: string;
  readonly scale: number;
}

/** One number of a step. */
interface StepPair {
  readonly key: StepKey;
  readonly value: number;
}

/** A step line taken apart. */
export interface StepLine {
  readonly step: number;
  readonly pairs: readonly StepPair[];
  /** Parts that are no `key:number`, in order. */
  readonly unreadable: readonly string[];
  /** Whether the last part is among them. */
  readonly endsUnreadable: boolean;
}

/** Parses step lines of one log. */
export type StepLineParser = (text: string) => StepLine;

/**
 * Makes a parser that learns the keys of a log and their order.
 *
 * Almost every line has the keys of the line before in the same places, so that comparing with the key expected there
 * saves cutting and hashing it; this doubles the speed.
 */
export function makeStepLineParser(): StepLineParser {
  const known = new Map<string, StepKey>();
  const expected: StepKey[] = [];

  const keyNamed = (printed: string): StepKey | undefined => {
    const found = known.get(printed);
    if (found !== undefined) return found;
    if (printed === "" || /\s/.test(printed)) return undefined;
    const [, column = printed, scale = "1"] = SCALED_KEY.exec(printed) ?? [];
    const key = { printed, column, scale: Number(scale) };
    known.set(printed, key);
    return key;
  };

  /** Splits at the last colon, because keys may hold colons and numbers cannot. */
  const parsePair = (text: string, start: number, end: number): StepPair | undefined => {
    const colon = text.lastIndexOf(":", end - 1);
    if (colon < start) return undefined;
    const value = parseScalarText(text.slice(colon + 1, end));
    const key = value === undefined ? undefined : keyNamed(text.slice(start, colon));
    return key && { key, value: value! * key.scale };
  };

  const parseExpected = (text: string, start: number, end: number, place: number) => {
    const key = expected[place];
    if (key === undefined || !text.startsWith(key.printed, start)) return undefined;
    const colon = start + key.printed.length;
    if (text[colon] !== ":") return undefined;
    const value = plainDecimal(text, colon + 1, end);
    return value === undefined ? undefined : { key, value: value * key.scale };
  };

  return (text) => {
    const pairs: StepPair[] = [];
    const unreadable: string[] = [];
    let endsUnreadable = false;
    let separator = text.indexOf(SEPARATOR);
    const step = Number(text.slice(STEP_MARK.length, separator));
    for (let place = 0; separator >= 0; place += 1) {
      const start = separator + SEPARATOR.length;
      separator = text.indexOf(SEPARATOR, start);
      const end = separator < 0 ? text.length : separator;
      const pair = parseExpected(text, start, end, place) ?? parsePair(text, start, end);
      endsUnreadable = pair === undefined;
      if (pair === undefined) unreadable.push(text.slice(start, end));
      else {
        pairs.push(pair);
        expected[place] = pair.key;
      }
    }
    return { step, pairs, unreadable, endsUnreadable };
  };
}
