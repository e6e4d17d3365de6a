/**
 * verl's console logger, `step:5 - key:value - …` amid whatever else a run prints; knows nothing of column roles.
 *
 * Works on bytes, since such files hold ANSI colours, progress bars, model output and now and then binary junk.
 */
import { decodeText } from "./decode-text.ts";
import type { FileFormat, RawLog, Recognition } from "./format.ts";
import { type RowCollector, makeRowCollector } from "./row-collector.ts";
import {
  SEPARATOR,
  STEP_MARK,
  type StepLine,
  type StepLineParser,
  makeStepLineParser,
} from "./verl-step-line.ts";

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const STEP = /^step:\d{1,15} - /;
/**
 * Before a mark that logs no step: the rest of a longer key, as in `timing_s/step:`, or a number and the dash after it.
 * A dash after anything else ends what Python's logging puts in front, as in `… - INFO - step:5`.
 */
const KEY_BEFORE = /(?:[\w/.:-]|:[^\s:,]* - )$/;
/** Bytes around a mark that decide whether a step is logged there. */
const LOOK_AROUND = 32;
/** A line of 5,000 characters on a terminal 80 wide. */
const MAX_WRAPPED_LINES = 64;
const MAX_EXAMPLE = 60;
const VERL_KEY = /(?:actor|critic|val-core|val|timing(?:_s)?|perf|response_length)\//;
/** What Ray puts before a line of a worker. */
const RAY_PREFIX = /^\s*\(\w+ pid=\d+[^)]*\) ?/;
const NOISE =
  // oxlint-disable-next-line no-control-regex -- ANSI colour codes and NULs are what this expression is for
  /\u001b\[[0-?]*[ -/]*[@-~]|\u0000/g;

/** Text from some byte to the end of its line. */
interface Line {
  /** Without colours and NULs. */
  readonly text: string;
  /** Offset of the byte after its line end. */
  readonly next: number;
  /** Whether a line end was there. */
  readonly complete: boolean;
}

/** The line at `start`; `limit` is where the next step is logged, at the latest, or the file ends. */
function lineFrom(bytes: Buffer, start: number, limit: number): Line {
  const feed = bytes.subarray(start, limit).indexOf(LINE_FEED);
  const lineEnd = feed < 0 ? limit : start + feed;
  // A progress bar ends its line by a lone CR and goes on in the same line.
  const carriageReturn = bytes.subarray(start, lineEnd).indexOf(CARRIAGE_RETURN);
  const end = carriageReturn < 0 ? lineEnd : start + carriageReturn;
  const raw = decodeText(bytes, start, end);
  return {
    text: raw.includes("\u001b") || raw.includes("\u0000") ? raw.replace(NOISE, "") : raw,
    next: end + 1 === lineEnd && feed >= 0 ? lineEnd + 1 : Math.min(end + 1, limit),
    complete: end < bytes.length,
  };
}

/** Joins two parts of a line; a blank at the seam may have been kept on either side, or lost. */
function joinParts(text: string, tail: string): string {
  const [left, right] = [text.trimEnd(), tail.trimStart()];
  if (left.endsWith(" -")) return `${left} ${right}`;
  return right.startsWith("- ") ? `${left} ${right}` : text + tail;
}

/** Joins a line that a terminal has wrapped with its rest, if the rest can be nothing else. */
function joinWrapped(text: string, rest: string, parse: StepLineParser): string | undefined {
  if (!rest.includes("- ")) return undefined;
  const tail = rest.replace(RAY_PREFIX, "").trimEnd();
  if (!tail.includes(SEPARATOR) && !tail.startsWith("- ")) return undefined;
  const joined = joinParts(text, tail);
  return parse(joined).unreadable.length === 0 ? joined : undefined;
}

/** Whether a step is logged at a mark, from the bytes around it alone: lines can be megabytes long. */
function isStepMark(bytes: Buffer, mark: number): boolean {
  if (!STEP.test(bytes.toString("latin1", mark, mark + LOOK_AROUND))) return false;
  const before = bytes.toString("latin1", Math.max(0, mark - LOOK_AROUND), mark);
  return !KEY_BEFORE.test(before.replace(NOISE, ""));
}

/** Offsets at which a step is logged. */
function* stepMarks(bytes: Buffer): Generator<number> {
  for (
    let mark = bytes.indexOf(STEP_MARK);
    mark >= 0;
    mark = bytes.indexOf(STEP_MARK, mark + STEP_MARK.length)
  ) {
    if (isStepMark(bytes, mark)) yield mark;
  }
}

/** The whole line at a step mark, wrapped parts included. */
function stepLineAt(bytes: Buffer, mark: number, limit: number, parse: StepLineParser): Line {
  let line = lineFrom(bytes, mark, limit);
  for (let i = 0; i < MAX_WRAPPED_LINES && line.next < limit; i += 1) {
    const rest = lineFrom(bytes, line.next, limit);
    const joined = joinWrapped(line.text, rest.text, parse);
    if (joined === undefined) break;
    line = { text: joined, next: rest.next, complete: rest.complete };
  }
  return line;
}

/** The lines that log a step, in the order of the file; two in one line, if processes print at once. */
function* stepLines(bytes: Buffer): Generator<StepLine & Pick<Line, "text" | "complete">> {
  const parse = makeStepLineParser();
  const marks = stepMarks(bytes);
  let mark = marks.next().value;
  while (mark !== undefined) {
    const next = marks.next().value;
    const { text, complete } = stepLineAt(bytes, mark, next ?? bytes.length, parse);
    yield { ...parse(text), text, complete };
    mark = next;
  }
}

function recognise(bytes: Buffer): Recognition | undefined {
  for (const { text, pairs } of stepLines(bytes)) {
    if (pairs.length === 0) continue;
    return {
      confidence: VERL_KEY.test(text) ? "certain" : "likely",
      reason: `a line "step:N - ${pairs[0]!.key.printed}:… - …"`,
    };
  }
  return undefined;
}

function addRow(rows: RowCollector, { step, pairs }: StepLine): void {
  rows.startRow();
  for (const { key, value } of pairs) rows.set(key.column, value);
  rows.set("step", step); // last, so that it counts and not a metric of that name
}

/**
 * The part of an unfinished line at the end of the file that may lack characters.
 *
 * A number may lack digits unnoticed, unless other lines end with the same key.
 */
function tornPart(line: StepLine, endKeys: ReadonlySet<string>): string | undefined {
  if (line.endsUnreadable) return line.unreadable.at(-1);
  const last = line.pairs.at(-1)?.key.printed;
  return last === undefined || endKeys.size === 0 || endKeys.has(last) ? undefined : last;
}

function read(bytes: Buffer): RawLog {
  const rows = makeRowCollector();
  const endKeys = new Set<string>();
  let unreadable = 0;
  let example: string | undefined;
  let torn: string | undefined;
  for (const line of stepLines(bytes)) {
    torn = line.complete ? undefined : tornPart(line, endKeys);
    const isTornNumber = torn !== undefined && !line.endsUnreadable;
    const pairs = isTornNumber ? line.pairs.slice(0, -1) : line.pairs;
    const isTornText = torn !== undefined && line.endsUnreadable;
    unreadable += line.unreadable.length - (isTornText ? 1 : 0);
    example ??= line.unreadable[0];
    if (pairs.length === 0) continue;
    addRow(rows, { ...line, pairs });
    endKeys.add(pairs.at(-1)!.key.printed);
  }
  const warnings: string[] = [];
  if (unreadable > 0) {
    warnings.push(
      `${unreadable} part(s) of step lines are no "key:number" and were skipped, such as "${example?.slice(0, MAX_EXAMPLE)}"; check whether another process printed into those lines`,
    );
  }
  if (torn !== undefined) {
    warnings.push(
      `the file ends inside a step line; "${torn.slice(0, MAX_EXAMPLE)}" may be cut off and was dropped, the run may still be writing`,
    );
  }
  return { rows: rows.finish(), stepColumn: "step", sameStep: "replace", warnings };
}

/** verl's console output, as captured from a terminal or from Ray. */
export const verlConsole: FileFormat = {
  input: "file",
  summary: "verl, logger `console`, as captured to a file; Ray prefixes and colours do not matter",
  recognisedBy: "lines with step:N - key:value - key:value",
  example: "step:7 - actor/entropy:0.41 - critic/score/mean:0.52",
  withoutEntropy:
    "verl leaves it out in bypass mode; actor_rollout_ref.actor.calculate_entropy=true logs it",
  recognise,
  read,
};
