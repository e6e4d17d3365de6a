/** metrics.jsonl of any trainer (prime-rl, tinker, a loop of one's own): rows of a step are joined; knows no trainer. */
import { DataError } from "../base/errors.ts";
import { collectObject } from "./collect-object.ts";
import { decodeText } from "./decode-text.ts";
import type { FileFormat, RawLog, Recognition } from "./format.ts";
import { firstJsonObjects, visitJsonLines } from "./json-lines.ts";
import { makeRowCollector } from "./row-collector.ts";
import { isTellingName } from "./telling-name.ts";
import { isJsonObject, parseTolerantJson } from "./tolerant-json.ts";

const LOOKED_AT = 20;
const ARRAY_START = /^\s*\[\s*\{/;
const LIST_HEAD_BYTES = 256;

const isList = (bytes: Buffer): boolean =>
  ARRAY_START.test(bytes.toString("latin1", 0, LIST_HEAD_BYTES));

function recognise(bytes: Buffer): Recognition | undefined {
  if (isList(bytes)) return { confidence: "possible", reason: "a JSON list of objects" };
  const { objects, lines } = firstJsonObjects(bytes, LOOKED_AT);
  const name = objects.flatMap((object) => Object.keys(object)).find(isTellingName);
  // Half: a log into which something else writes now and then is still a log.
  return name !== undefined && objects.length * 2 >= lines
    ? { confidence: "possible", reason: `a JSON object on each line, with "${name}"` }
    : undefined;
}

function parseList(bytes: Buffer): readonly unknown[] {
  try {
    const value = parseTolerantJson(decodeText(bytes));
    return Array.isArray(value) ? value : [];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new DataError("bad-json", `a list of rows must be valid JSON, got: ${error.message}`, {
      fix: "write one JSON object a line: a cut-off file then loses only its last line",
      cause: error,
    });
  }
}

function read(bytes: Buffer): RawLog {
  const rows = makeRowCollector();
  const addRow = (object: Record<string, unknown>): void => {
    rows.startRow();
    collectObject(rows, object);
  };
  const warnings: string[] = [];
  if (isList(bytes)) parseList(bytes).filter(isJsonObject).forEach(addRow);
  else warnings.push(...visitJsonLines(bytes, addRow));
  return { rows: rows.finish(), stepColumn: undefined, sameStep: "merge", warnings };
}

/** JSON lines of metrics, or one JSON list of them. */
export const jsonl: FileFormat = {
  input: "file",
  summary: "metrics.jsonl of prime-rl, tinker-cookbook and others; several rows a step are joined",
  recognisedBy:
    "a JSON object on each line with a step, entropy, reward or loss; or a JSON list of such",
  example: '{"step": 7, "entropy/all/mean": 0.41, "time/step": 12.5}',
  recognise,
  read,
};
