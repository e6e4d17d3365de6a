/** The ways entlaw can fail, as values a caller can tell apart; knows nothing of terminals or exit codes. */

/** What must hold, what was got, what to do: the three parts of every message a user sees. */
export interface ErrorOptionsWithFix {
  /** What the user can do about it, as one sentence or command. */
  readonly fix?: string;
  readonly cause?: unknown;
}

/** Root of all expected failures. Anything else that reaches the top is a bug in entlaw. */
export class EntlawError extends Error {
  override readonly name: string = "EntlawError";
  /** Kebab-case identity of the failure, stable across versions. */
  readonly code: string;
  readonly fix: string | undefined;

  constructor(code: string, message: string, options: ErrorOptionsWithFix = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.fix = options.fix;
  }
}

/** Bad usage, options or configuration (exit code 2). */
export class ConfigError extends EntlawError {
  override readonly name = "ConfigError";
}

/** Bad data: a file that cannot be read as what it should be (exit code 3). */
export class DataError extends EntlawError {
  override readonly name = "DataError";
}

/** A run failed, was interrupted, or what it wrote could not be kept (exit code 4). */
export class RunError extends EntlawError {
  override readonly name = "RunError";
}

/** Arrays whose lengths must agree do not: a mistake of the caller of the API (exit code 2). */
export class ShapeError extends EntlawError {
  override readonly name = "ShapeError";
}

/** A tensor program cannot be traced, compiled or run: an operation, a shape or a backend (exit code 4). */
export class EngineError extends EntlawError {
  override readonly name = "EngineError";
}
