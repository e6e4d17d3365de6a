/** The refusal of a sweep file. */
import { ConfigError } from "../../src/base/errors.ts";
import { parseSweep } from "../../src/config/parse-sweep.ts";

/** The error that a sweep file is refused with; throws for one that is taken. */
export function sweepFailure(text: string): ConfigError {
  try {
    parseSweep(text, "sweep.yaml");
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error(`taken: ${text}`);
}
