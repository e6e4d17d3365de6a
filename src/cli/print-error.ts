/** Prints a failure on stderr: what must hold, what was got, what to do. */
import { EntlawError } from "../base/errors.ts";
import { printable } from "../base/printable.ts";
import { type ExitCode, exitCodeOf, isCleanExit, isUsageError } from "./exit-code.ts";

const ISSUES = "please report it with the command line and this text";

/** The JSON document that `--json` prints in place of a result. */
export function errorText(error: unknown): string {
  return printable(JSON.stringify({ error: describe(error) }, null, 2));
}

function describe(error: unknown): Record<string, unknown> {
  if (error instanceof EntlawError) {
    const { code, message, fix } = error;
    return { code, message, ...(fix === undefined ? {} : { fix }) };
  }
  if (isUsageError(error)) return { code: "usage", message: usageMessage(error) };
  return { code: "internal", message: error instanceof Error ? error.message : String(error) };
}

/** oclif's text without its last line, which our `fix` says better. */
function usageMessage(error: Error): string {
  return error.message.replace(/\s*See more help with --help$/, "");
}

/** Writes the failure to stderr and returns the exit code that belongs to it. */
export function printError(error: unknown): ExitCode {
  if (isCleanExit(error)) return 0;
  const code = exitCodeOf(error);
  const lines: string[] = [];
  if (error instanceof EntlawError) {
    lines.push(`error: ${error.message}`);
    if (error.fix !== undefined) lines.push(`  fix: ${error.fix}`);
  } else if (isUsageError(error)) {
    lines.push(
      `error: ${usageMessage(error)}`,
      "  fix: see `entlaw --help` or `entlaw COMMAND --help`",
    );
  } else {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    lines.push(`internal error, a bug in entlaw: ${ISSUES}`, stack);
  }
  process.stderr.write(`${printable(lines.join("\n"))}\n`);
  return code;
}
