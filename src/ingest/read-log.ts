/** One path to one log: finds the format, reads it, joins its rows by step and gives its columns their roles. */
import { DataError } from "../base/errors.ts";
import type { StepLog } from "../log/step-log.ts";
import { chooseRoles } from "./choose-roles.ts";
import type { RawLog } from "./format.ts";
import { type FormatName, formats } from "./formats.ts";
import { readLogBytes } from "./log-bytes.ts";
import { namesIn, statusOf } from "./look-up.ts";
import { recogniseDirectory, recogniseFile, unknownFormatError } from "./recognise-format.ts";
import { makeStepTable } from "./step-table.ts";

/** What the user knows better than the guess. */
export interface ReadLogOptions {
  readonly format?: FormatName;
  /** Column that holds the policy entropy. */
  readonly entropy?: string;
  /** Column that holds the reward. */
  readonly reward?: string;
}

interface ReadResult {
  readonly raw: RawLog;
  readonly format: FormatName;
  readonly formatReason: string;
}

const NAMED = "named by --format";

async function readFile(path: string, named: FormatName | undefined): Promise<ReadResult> {
  const bytes = readLogBytes(path);
  const found = named === undefined ? recogniseFile(bytes, path) : { name: named, reason: NAMED };
  if (found === undefined) throw unknownFormatError(bytes, path);
  const format = formats[found.name];
  if (format.input !== "file") {
    throw new DataError(
      "not-a-directory",
      `a log of format ${found.name} must be a directory, got the file "${path}"`,
      { fix: "pass the directory, or leave out --format" },
    );
  }
  const raw = await format.read(bytes, path);
  return { raw, format: found.name, formatReason: found.reason };
}

async function readDirectory(path: string, named: FormatName | undefined): Promise<ReadResult> {
  const found =
    named === undefined ? recogniseDirectory(namesIn(path), path) : { name: named, reason: NAMED };
  const format = found && formats[found.name];
  if (found === undefined || format?.input !== "directory") {
    throw new DataError(
      "not-a-log-directory",
      `"${path}" must be a training log${named === undefined ? "" : ` of format ${named}`}, got a directory that is none by itself`,
      { fix: "pass the log file inside it" },
    );
  }
  return { raw: await format.read(path), format: found.name, formatReason: found.reason };
}

/** Puts the path in front of errors that formats throw without knowing it. */
function withPath(error: unknown, path: string): unknown {
  if (!(error instanceof DataError) || error.message.includes(path)) return error;
  const { code, message, fix } = error;
  return new DataError(
    code,
    `"${path}": ${message}`,
    fix === undefined ? { cause: error } : { fix, cause: error },
  );
}

/**
 * Reads one training log: a file of any known format, gzipped or not, or a run directory.
 *
 * Columns keep the names the log gave them. Which of them is the entropy, the reward and the validation score is in
 * `entropy`, `reward` and `validation`, with reasons; a log without them is read all the same.
 *
 * @throws {@link DataError} if there is no such path, if it is no log of a known format, or if `options` name a
 *   column that it does not have.
 */
export async function readLog(path: string, options: ReadLogOptions = {}): Promise<StepLog> {
  const status = statusOf(path);
  if (status === undefined) {
    throw new DataError("no-such-log", `"${path}" must exist, got nothing there`, {
      fix: "check the path",
    });
  }
  try {
    const read = status.kind === "directory" ? readDirectory : readFile;
    const { raw, format, formatReason } = await read(path, options.format);
    const { warnings, ...rows } = makeStepTable(raw);
    const { warnings: doubts, ...roles } = chooseRoles(rows.table, {
      format,
      entropy: options.entropy,
      reward: options.reward,
      definition: raw.entropyDefinition,
    });
    return {
      source: path,
      format,
      formatReason,
      ...rows,
      ...roles,
      warnings: [...warnings, ...doubts],
    };
  } catch (error) {
    throw withPath(error, path);
  }
}
