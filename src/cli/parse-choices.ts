/** Turns the text of flags into choices, or says what the flag must look like; knows no command. */
import { ConfigError } from "../base/errors.ts";

/** `A:B`, either end optional: first and last step, inclusive. */
export function parseWindow(text: string | undefined): readonly [number, number] | undefined {
  if (text === undefined) return undefined;
  const match = /^(-?\d+(?:\.\d+)?)?:(-?\d+(?:\.\d+)?)?$/.exec(text);
  const from = match?.[1] === undefined ? Number.NEGATIVE_INFINITY : Number(match[1]);
  const to = match?.[2] === undefined ? Number.POSITIVE_INFINITY : Number(match[2]);
  if (match === null || from > to) {
    throw new ConfigError("window", `--window must be FROM:TO with FROM <= TO, got "${text}"`, {
      fix: "write for example --window 20:300, --window 20: or --window :300",
    });
  }
  return [from, to];
}

/** A number of points (1, 2, …) or a share of them (0 < share < 1). */
export function parseFitOn(text: string): number {
  const value = Number(text);
  const isCount = Number.isInteger(value) && value >= 1;
  if (!(isCount || (value > 0 && value < 1))) {
    throw new ConfigError(
      "fit-on",
      `--fit-on must be a number of steps or a fraction between 0 and 1, got "${text}"`,
      { fix: "write for example --fit-on 100 or --fit-on 0.36" },
    );
  }
  return value;
}

/** The number a flag was given, undefined where it was not given. */
export function parseNumber(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) {
    throw new ConfigError("number", `--${flag} must be a number, got "${text}"`);
  }
  return value;
}

/** {@link parseNumber} for what must be above 0. */
export function parsePositive(flag: string, text: string | undefined): number | undefined {
  const value = parseNumber(flag, text);
  if (value !== undefined && value <= 0) {
    throw new ConfigError("positive", `--${flag} must be above 0, got "${text}"`);
  }
  return value;
}

/** `NAME=VALUE` pairs as a record, undefined where none was given. */
export function parseFixed(
  pairs: readonly string[] | undefined,
): Record<string, number> | undefined {
  if (pairs === undefined) return undefined;
  const entries = pairs.map((pair): [string, number] => {
    const [name = "", text = ""] = pair.split("=", 2);
    const value = Number(text);
    if (name === "" || text.trim() === "" || !Number.isFinite(value)) {
      throw new ConfigError("fix", `--fix must be NAME=VALUE with a number, got "${pair}"`, {
        fix: "write for example --fix R0=0.17",
      });
    }
    return [name, value];
  });
  return Object.fromEntries(entries);
}

/** Where R0 of a scaling curve comes from: `first`, `free` or a number. */
export function parseStartReward(text: string): "first" | "free" | number {
  if (text === "first" || text === "free") return text;
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) {
    throw new ConfigError("r0", `--r0 must be first, free or a number, got "${text}"`);
  }
  return value;
}
