/** What every question about a law starts from: step, entropy and reward of one run; knows no law. */
import { ConfigError, DataError } from "../../base/errors.ts";
import { closestName } from "../../base/closest-name.ts";
import type { LogWithRoles } from "../../ingest/require-roles.ts";
import type { Table } from "../../log/table.ts";
import { type FrameLike, fromDataFrame } from "../frame/data-frame.ts";

/** The series of one run; rows in which one of them is missing are left out. */
export interface LawInput {
  /** Name of the log, for tables and titles. */
  readonly log: string;
  readonly entropyColumn: string;
  readonly rewardColumn: string;
  /** Column of `progress`; undefined where it is step + 1. */
  readonly progressColumn: string | undefined;
  /** [n] each, in order of step. */
  readonly step: Float64Array;
  /** [n], nats. */
  readonly entropy: Float64Array;
  readonly reward: Float64Array;
  /** [n], what laws in progress take as x: steps, tokens, GPU-hours. */
  readonly progress: Float64Array;
}

/** Which columns of a table or frame to take. */
export interface ColumnChoice {
  readonly entropy: string;
  readonly reward: string;
  /** Column of the step; `step` where there is one, else the row number. */
  readonly step?: string | undefined;
  /** Column of progress for laws that take it as x; default: step + 1. */
  readonly progress?: string | undefined;
  /** Name of the run in tables and titles. */
  readonly name?: string | undefined;
}

const isFrame = (data: Table | FrameLike): data is FrameLike => "column" in data;

/**
 * Takes the series from a table or a danfojs DataFrame.
 *
 * @throws {@link DataError} if a column is not there, or a frame's column holds text.
 */
export function inputOfTable(data: Table | FrameLike, choice: ColumnChoice): LawInput {
  const names = isFrame(data) ? data.columns : [...data.columns.keys()];
  const stepColumn = choice.step ?? (names.includes("step") ? "step" : undefined);
  const wanted = [choice.entropy, choice.reward, stepColumn, choice.progress].filter(
    (name) => name !== undefined,
  );
  const missing = wanted.find((name) => !names.includes(name));
  if (missing !== undefined) throw unknownColumn(missing, names);
  const table = isFrame(data) ? fromDataFrame(data, wanted) : data;
  const series = (name: string): Float64Array => table.columns.get(name)!;
  const step =
    stepColumn === undefined
      ? Float64Array.from({ length: table.length }, (_, i) => i)
      : series(stepColumn);
  const input: LawInput = {
    log: choice.name ?? "data",
    entropyColumn: choice.entropy,
    rewardColumn: choice.reward,
    progressColumn: choice.progress,
    step,
    entropy: series(choice.entropy),
    reward: series(choice.reward),
    progress:
      choice.progress === undefined ? step.map((value) => value + 1) : series(choice.progress),
  };
  return rowsWhere(input, (i) =>
    [input.step, input.entropy, input.reward, input.progress].every((values) =>
      Number.isFinite(values[i]),
    ),
  );
}

/** Takes the series from a log whose entropy and reward columns are known. */
export function inputOfLog(log: LogWithRoles, progress?: string): LawInput {
  return inputOfTable(log.table, {
    entropy: log.entropy.column,
    reward: log.reward.column,
    step: "step",
    progress,
    name: log.source,
  });
}

/**
 * The rows whose step lies in [from, to].
 *
 * @throws ConfigError if there is no such row.
 */
export function windowOf(input: LawInput, window: readonly [number, number] | undefined): LawInput {
  if (window === undefined) return input;
  const [from, to] = window;
  const { step } = input;
  const inside = rowsWhere(input, (i) => step[i]! >= from && step[i]! <= to);
  if (inside.step.length > 0) return inside;
  throw new ConfigError(
    "empty-window",
    `the window must hold steps of ${input.log}, which has ${step[0]} to ${step.at(-1)}; got ${endText(from)}:${endText(to)}`,
    { fix: "give another --window" },
  );
}

/** An open end of a window is left out, as in `--window 20:`. */
const endText = (end: number): string => (Number.isFinite(end) ? String(end) : "");

function rowsWhere(input: LawInput, keeps: (row: number) => boolean): LawInput {
  const keep = (values: Float64Array): Float64Array => values.filter((_, i) => keeps(i));
  return {
    ...input,
    step: keep(input.step),
    entropy: keep(input.entropy),
    reward: keep(input.reward),
    progress: keep(input.progress),
  };
}

function unknownColumn(missing: string, names: readonly string[]): DataError {
  const close = closestName(missing, names);
  const got = names.map((name) => `"${name}"`).join(", ");
  return new DataError("unknown-column", `the data must have the column "${missing}", got ${got}`, {
    fix: close === undefined ? "name one of the columns above" : `did you mean "${close}"?`,
  });
}
