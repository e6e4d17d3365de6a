/** trainer_state.json of transformers and TRL: train and evaluation rows joined by step; knows nothing of column roles. */
import { DataError } from "../base/errors.ts";
import { collectObject } from "./collect-object.ts";
import { decodeText } from "./decode-text.ts";
import type { FileFormat, RawLog, Recognition } from "./format.ts";
import { makeRowCollector } from "./row-collector.ts";
import { isJsonObject, parseTolerantJson } from "./tolerant-json.ts";

const OBJECT_START = /^\s*\{/;
const HEAD_BYTES = 256;
/** Only the row of totals that a finished run adds has it. */
const SUMMARY_KEY = "train_runtime";

function recognise(bytes: Buffer): Recognition | undefined {
  return OBJECT_START.test(bytes.toString("latin1", 0, HEAD_BYTES)) &&
    bytes.includes('"log_history"')
    ? { confidence: "certain", reason: 'a JSON object with "log_history"' }
    : undefined;
}

function logHistory(bytes: Buffer): readonly unknown[] {
  const text = decodeText(bytes);
  let state: unknown;
  try {
    state = parseTolerantJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new DataError(
      "bad-json",
      `trainer_state.json must be valid JSON, got: ${error.message}`,
      {
        fix: "it may have been cut off while it was saved; take that of an earlier checkpoint",
        cause: error,
      },
    );
  }
  const history = isJsonObject(state) ? state["log_history"] : undefined;
  if (Array.isArray(history)) return history;
  throw new DataError(
    "no-log-history",
    'trainer_state.json must hold a list "log_history" at its top, got none',
    { fix: "pass the trainer_state.json of a checkpoint folder, as the trainer saved it" },
  );
}

function read(bytes: Buffer): RawLog {
  const rows = makeRowCollector();
  for (const entry of logHistory(bytes)) {
    if (!isJsonObject(entry) || SUMMARY_KEY in entry) continue;
    rows.startRow();
    collectObject(rows, entry);
  }
  return { rows: rows.finish(), stepColumn: "step", sameStep: "merge", warnings: [] };
}

/** The trainer state of a transformers or TRL run. */
export const trl: FileFormat = {
  input: "file",
  summary: "TRL and transformers: trainer_state.json of a checkpoint (entropy since TRL 0.20)",
  recognisedBy: 'a JSON object with "log_history"',
  example: '{"log_history": [{"step": 7, "entropy": 0.41, "reward": 0.52}]}',
  withoutEntropy: "TRL logs it since 0.20.0; Unsloth's GRPO trainer does not",
  recognise,
  read,
};
