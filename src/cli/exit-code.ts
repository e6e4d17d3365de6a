/** The meaning of our exit codes; knows no text. */
import { ConfigError, DataError, EngineError, RunError, ShapeError } from "../base/errors.ts";

/** 0 ok, 1 bug in entlaw, 2 bad usage or config, 3 bad data, 4 a run failed or was interrupted. */
export type ExitCode = 0 | 1 | 2 | 3 | 4;

/** Exit code of a failure. oclif's own errors (unknown flag, missing argument) are bad usage. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof ConfigError || error instanceof ShapeError) return 2;
  if (error instanceof DataError) return 3;
  if (error instanceof RunError || error instanceof EngineError) return 4;
  return isUsageError(error) ? 2 : 1;
}

/** Whether oclif refused the command line itself. */
export function isUsageError(error: unknown): error is Error {
  return error instanceof Error && "oclif" in error;
}

/** Whether oclif is just asking to stop, as after `--help`. */
export function isCleanExit(error: unknown): boolean {
  return isUsageError(error) && (error as Error & { oclif?: { exit?: number } }).oclif?.exit === 0;
}
