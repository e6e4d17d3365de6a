/** From the LOG arguments of a command to logs read, with progress and doubts on stderr; computes nothing. */
import { ConfigError } from "../base/errors.ts";
import type { StepLog } from "../log/step-log.ts";
import type { EntlawCommand } from "./entlaw-command.ts";

/** The flags of `logFlags`, as parsed. */
export interface LogFlagValues {
  readonly format?: string | undefined;
  readonly entropy?: string | undefined;
  readonly reward?: string | undefined;
}

/**
 * Reads all logs that the arguments name.
 *
 * @throws DataError where one cannot be read; ConfigError for a format that does not exist.
 */
export async function readLogs(
  command: EntlawCommand,
  paths: readonly string[],
  flags: LogFlagValues,
): Promise<StepLog[]> {
  const { expandLogs } = await import("../ingest/expand-logs.ts");
  const { readLog } = await import("../ingest/read-log.ts");
  const { parseFormat } = await import("../ingest/formats.ts");
  const options = {
    ...(flags.format === undefined ? {} : { format: parseFormat(flags.format) }),
    ...(flags.entropy === undefined ? {} : { entropy: flags.entropy }),
    ...(flags.reward === undefined ? {} : { reward: flags.reward }),
  };
  const logs: StepLog[] = [];
  for (const path of expandLogs(paths)) {
    logs.push(await command.withProgress(`reading ${path}`, () => readLog(path, options)));
  }
  return logs;
}

/** The one log of a command that takes one. */
export function onlyOne(logs: readonly StepLog[]): StepLog {
  const [log, ...others] = logs;
  if (log === undefined || others.length > 0) {
    throw new ConfigError("one-log", `a chart must be of one log, got ${logs.length}`, {
      fix: "name one file or run directory; `entlaw report` takes several",
    });
  }
  return log;
}
