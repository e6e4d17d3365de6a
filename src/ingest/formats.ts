/** The table of all formats that can be read: a new format is a new file and one row here. */
import { ConfigError } from "../base/errors.ts";
import { closestName } from "../base/closest-name.ts";
import { csv } from "./csv.ts";
import { entlaw } from "./entlaw.ts";
import type { LogFormat } from "./format.ts";
import { jsonl } from "./jsonl.ts";
import { trl } from "./trl.ts";
import { verlConsole } from "./verl-console.ts";
import { verlJsonl } from "./verl-jsonl.ts";

const table = {
  entlaw,
  "verl-jsonl": verlJsonl,
  "verl-console": verlConsole,
  trl,
  jsonl,
  csv,
} as const satisfies Readonly<Record<string, LogFormat>>;

/** Name of a format, as `--format` takes it. */
export type FormatName = keyof typeof table;

/** Formats by name; where two recognise a log equally well, the one that stands first is taken. */
export const formats: Readonly<Record<FormatName, LogFormat>> = table;

/** All names, in the order of the table. */
export const formatNames = Object.keys(formats) as FormatName[];

/**
 * Checks a name that a user typed.
 *
 * @throws {@link ConfigError} if there is no such format.
 */
export function parseFormat(name: string): FormatName {
  const found = formatNames.find((known) => known === name);
  if (found !== undefined) return found;
  const close = closestName(name, formatNames);
  throw new ConfigError(
    "unknown-format",
    `--format must be one of ${formatNames.join(", ")}; got "${name}"`,
    { fix: close === undefined ? "run `entlaw formats`" : `did you mean "${close}"?` },
  );
}

/** One line of `entlaw formats`. */
export interface FormatSummary {
  readonly name: FormatName;
  readonly input: LogFormat["input"];
  readonly summary: string;
  readonly recognisedBy: string;
  readonly example: string;
}

/** What each format is and how it is recognised, in the order of the table. */
export function describeFormats(): FormatSummary[] {
  return formatNames.map((name) => {
    const { input, summary, recognisedBy, example } = formats[name];
    return { name, input, summary, recognisedBy, example };
  });
}
