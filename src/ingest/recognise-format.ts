/** Finds the format of a log by its content; reads no log. */
import { DataError } from "../base/errors.ts";
import type { Recognition } from "./format.ts";
import { type FormatName, formatNames, formats } from "./formats.ts";

/** The format found, and why. */
export interface FoundFormat {
  readonly name: FormatName;
  readonly confidence: Recognition["confidence"];
  readonly reason: string;
}

const CONFIDENCE = ["certain", "likely", "possible"] as const satisfies Recognition["confidence"][];

/** What else a file may be, by its first bytes, and the way out. */
const OTHER_FILES: ReadonlyArray<{
  readonly start: string;
  readonly what: string;
  readonly fix: string;
}> = [
  { start: "PAR1", what: "a Parquet file", fix: "export it as CSV" },
  { start: "SQLite format 3\0", what: "a SQLite database", fix: "export its metrics as CSV" },
  { start: ":W&B", what: "a W&B offline run", fix: "export its history as CSV" },
  {
    start: "PK\u0003\u0004",
    what: "a zip archive or a PyTorch checkpoint",
    fix: "pass the log itself",
  },
  {
    start: "\u0080\u0002",
    what: "a Python pickle, which is never opened",
    fix: "export it as CSV",
  },
  {
    start: "\u0080\u0004",
    what: "a Python pickle, which is never opened",
    fix: "export it as CSV",
  },
  {
    start: "\u0080\u0005",
    what: "a Python pickle, which is never opened",
    fix: "export it as CSV",
  },
  { start: "\u0089HDF", what: "an HDF5 file", fix: "export it as CSV" },
  { start: "\u001f\u008b", what: "gzip within gzip", fix: "inflate it once and pass the result" },
];

/** How the rows begin that transformers and TRL print on the console. */
const PRINTED_ROWS = ["{'loss':", "{'eval_loss':", "{'train_runtime':"] as const;
const PRINTED = {
  what: "the console output of a transformers or TRL run, whose rows do not say their steps",
  fix: "pass the trainer_state.json of its last checkpoint",
} as const;

function best(found: readonly FoundFormat[]): FoundFormat | undefined {
  return CONFIDENCE.flatMap((level) => found.find((one) => one.confidence === level) ?? [])[0];
}

/** The format of a file's bytes, or undefined if no format claims them. */
export function recogniseFile(bytes: Buffer, path: string): FoundFormat | undefined {
  return best(
    formatNames.flatMap((name) => {
      const format = formats[name];
      const seen = format.input === "file" ? format.recognise(bytes, path) : undefined;
      return seen === undefined ? [] : [{ name, ...seen }];
    }),
  );
}

/** The format of a directory that is one log, or undefined if no format claims it. */
export function recogniseDirectory(
  names: readonly string[],
  path: string,
): FoundFormat | undefined {
  return best(
    formatNames.flatMap((name) => {
      const format = formats[name];
      const seen = format.input === "directory" ? format.recognise(names, path) : undefined;
      return seen === undefined ? [] : [{ name, ...seen }];
    }),
  );
}

/** The error for a file that no format claims. */
export function unknownFormatError(bytes: Buffer, path: string): DataError {
  const { what, fix } = otherFile(bytes);
  return new DataError(
    "unknown-log-format",
    `"${path}" must be a training log of a known format, got ${what}`,
    { fix },
  );
}

function otherFile(bytes: Buffer): { readonly what: string; readonly fix: string } {
  const head = bytes.toString("latin1", 0, 16);
  const known = OTHER_FILES.find(({ start }) => head.startsWith(start));
  if (known !== undefined) return known;
  if (PRINTED_ROWS.some((row) => bytes.includes(row))) return PRINTED;
  return {
    what: bytes.subarray(0, 1024).includes(0) ? "a binary file" : "text of no known format",
    fix: "run `entlaw formats` for what can be read, and name one with --format",
  };
}
