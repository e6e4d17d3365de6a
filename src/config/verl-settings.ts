/** Takes the settings of verl out of those of a run, and lays them over each other; knows none of them. */
import { mergeConfig } from "./merge-config.ts";

const KEY = "verl";
const SET = "set";

type Pair = readonly [string, unknown];

/** Settings in two. */
export interface SplitSettings {
  /** Those of the experiment. */
  readonly lab: readonly Pair[];
  /** Those under `verl`, a table each. */
  readonly verl: ReadonlyArray<Readonly<Record<string, unknown>>>;
}

const isVerl = (key: string): boolean => key === KEY || key.startsWith(`${KEY}.`);

/** Splits settings by their keys, which may be dotted paths; after `verl.set.` comes one key of verl's, dots and all. */
export function splitVerl(pairs: readonly Pair[]): SplitSettings {
  return {
    lab: pairs.filter(([key]) => !isVerl(key)),
    verl: pairs.filter(([key]) => isVerl(key)).map(([key, value]) => tableOf(key, value)),
  };
}

function tableOf(key: string, value: unknown): Readonly<Record<string, unknown>> {
  // A value that is no table is kept, so that the check of the settings names it.
  if (key === KEY) return isTable(value) ? value : { "": value };
  const path = key.slice(KEY.length + 1);
  const own = path.startsWith(`${SET}.`) ? [SET, path.slice(SET.length + 1)] : path.split(".");
  return Object.fromEntries([
    [own[0] ?? "", own.slice(1).reduceRight<unknown>((inner, part) => ({ [part]: inner }), value)],
  ]);
}

const isTable = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** One table, later ones over earlier ones. */
export function joinVerl(tables: ReadonlyArray<Readonly<Record<string, unknown>>>): unknown {
  return tables.reduce<unknown>((joined, table) => mergeConfig(joined, table), {});
}
