/** Chooses which columns are entropy, reward and validation, and says why; knows no format and reads no file. */
import { DataError } from "../base/errors.ts";
import type { EntropyDefinition, StepLog } from "../log/step-log.ts";
import type { Table } from "../log/table.ts";
import { canonicalName, runName } from "./canonical-name.ts";
import { closestName } from "../base/closest-name.ts";
import {
  type EntropyRule,
  NOT_ENTROPY,
  RECENT_VERL_KEY,
  UNKNOWN_DEFINITION,
  VERL_DURING_UPDATE,
  entropyRules,
} from "./entropy-columns.ts";
import { rewardRules } from "./reward-columns.ts";
import { findValidationColumns } from "./validation-columns.ts";

/** The parts of a {@link StepLog} that say what its columns mean. */
export type Roles = Pick<StepLog, "entropy" | "reward" | "validation" | "warnings">;

/** What is known besides the columns. */
export interface RoleOptions {
  /** Name of the log's format. */
  readonly format: string;
  /** Column named by the user. */
  readonly entropy?: string | undefined;
  readonly reward?: string | undefined;
  /** How the column `entropy` was computed, where the log itself says so. */
  readonly definition?: EntropyDefinition | undefined;
}

/** A column for a role, if there is one, and what to doubt about it. */
interface Choice<Chosen> {
  readonly chosen: Chosen;
  readonly warnings: readonly string[];
}

interface Match<Rule> {
  readonly column: string;
  readonly rule: Rule;
}

// The largest vocabularies have some 260,000 tokens; ln of it is 12.5.
const MAX_TOKEN_ENTROPY = 12.6;

/** Columns a rule matches, in the order of the rules, each column once. */
function matchRules<Rule extends { readonly name: RegExp; readonly formats?: readonly string[] }>(
  rules: readonly Rule[],
  names: readonly string[],
  format: string,
): Match<Rule>[] {
  const matches = new Map<string, Rule>();
  for (const rule of rules) {
    if (rule.formats?.includes(format) === false) continue;
    for (const name of names) {
      if (!matches.has(name) && rule.name.test(canonicalName(name))) matches.set(name, rule);
    }
  }
  return [...matches].map(([column, rule]) => ({ column, rule }));
}

/**
 * The column a user asked for, tolerating the spellings of `mean@8` and a run's name in front.
 *
 * @throws {@link DataError} naming the closest columns if there is none, or several.
 */
function namedColumn(table: Table, name: string, flag: string): string {
  if (table.columns.has(name)) return name;
  const names = [...table.columns.keys()];
  const same = names.filter((other) => canonicalName(other) === canonicalName(name));
  if (same.length === 1) return same[0]!;
  const close = closestName(name, names);
  throw new DataError("no-such-column", `${flag} must name a column of the log, got "${name}"`, {
    fix:
      close === undefined
        ? "run `entlaw inspect` on the log to list its columns"
        : `did you mean "${close}"? \`entlaw inspect\` lists all columns`,
  });
}

function reasonOf(meaning: string, others: readonly Match<unknown>[]): string {
  const names = others.slice(0, 3).map(({ column }) => column);
  return names.length === 0 ? meaning : `${meaning}; preferred to ${names.join(", ")}`;
}

/** The names that may belong to the run of `column`: a table of several runs must not mix them. */
function ofSameRun(names: readonly string[], column: string | undefined): readonly string[] {
  const run = column === undefined ? "" : runName(column);
  return run === "" ? names : names.filter((name) => [run, ""].includes(runName(name)));
}

/** Says where the table has the column, which nobody named, of other runs as well. */
function otherRuns(
  table: Table,
  column: string | undefined,
  { entropy, reward }: RoleOptions,
): string[] {
  if (column === undefined || (entropy ?? reward) !== undefined) return [];
  const metric = canonicalName(column);
  const columns = [...table.columns.keys()].filter((name) => canonicalName(name) === metric);
  const runs = new Set(columns.map(runName));
  return runs.size < 2
    ? []
    : [
        `the table holds ${runs.size} runs with "${metric}", and "${column}" was taken; choose another one with --entropy and --reward`,
      ];
}

/** Whether a column has any value. */
const hasValues = (values: Float64Array): boolean => values.some(Number.isFinite);

function entropyMatches(names: readonly string[], format: string): Match<EntropyRule>[] {
  const matches = matchRules(entropyRules, names, format).filter(
    ({ column }) => !NOT_ENTROPY.test(canonicalName(column)),
  );
  const first = matches[0];
  const isRecentVerl =
    first !== undefined &&
    VERL_DURING_UPDATE.name.test(canonicalName(first.column)) &&
    names.some((name) => RECENT_VERL_KEY.test(name));
  return isRecentVerl
    ? [{ column: first.column, rule: VERL_DURING_UPDATE }, ...matches.slice(1)]
    : matches;
}

function chooseEntropy(
  table: Table,
  names: readonly string[],
  { format, entropy, definition }: RoleOptions,
): Choice<StepLog["entropy"]> {
  const named = entropy === undefined ? undefined : namedColumn(table, entropy, "--entropy");
  const [first, ...others] = entropyMatches(named === undefined ? names : [named], format);
  const column = named ?? first?.column;
  if (column === undefined) return { chosen: undefined, warnings: [] };
  const own = column === "entropy" ? definition : undefined;
  const chosen = {
    column,
    reason: named === undefined ? reasonOf(first!.rule.meaning, others) : "named by --entropy",
    definition: own ?? first?.rule.definition ?? UNKNOWN_DEFINITION,
  };
  return {
    chosen,
    warnings: [
      ...doubtsOf(column, "entropy", first?.rule.doubt),
      ...implausible(column, table.columns.get(column)!),
    ],
  };
}

function doubtsOf(column: string, role: string, doubt: string | undefined): string[] {
  return doubt === undefined ? [] : [`"${column}" was taken as the ${role}, but ${doubt}`];
}

/** Says where numbers cannot be token entropies in nats. */
function implausible(column: string, values: Float64Array): string[] {
  const sorted = values.filter(Number.isFinite).toSorted();
  const median = sorted[sorted.length >> 1] ?? 0;
  if (median > MAX_TOKEN_ENTROPY) {
    return [
      `"${column}" has a median of ${median.toPrecision(3)}, more than a token of any vocabulary can have; was it summed over tokens (loss_agg_mode)? The law needs the mean over tokens`,
    ];
  }
  return median < 0
    ? [`"${column}" is negative, which an entropy cannot be; name the right column with --entropy`]
    : [];
}

/** Notes a share that is written in percent. It is left as it is. */
function percentWarnings(table: Table, columns: readonly string[]): string[] {
  const column = columns.find((name) => {
    if (!/acc|pass|pct|percent/i.test(name)) return false;
    const values = table.columns.get(name)!.filter(Number.isFinite);
    return (
      values.some((value) => value > 1.5) && values.every((value) => value >= 0 && value <= 100)
    );
  });
  return column === undefined
    ? []
    : [
        `"${column}" looks like percent and was left as it is; divide it by 100 to compare it with shares`,
      ];
}

function chooseReward(
  table: Table,
  names: readonly string[],
  { format, reward }: RoleOptions,
): Choice<StepLog["reward"]> {
  if (reward !== undefined) {
    const column = namedColumn(table, reward, "--reward");
    return { chosen: { column, reason: "named by --reward" }, warnings: [] };
  }
  const [first, ...others] = matchRules(rewardRules, names, format);
  if (first === undefined) return { chosen: undefined, warnings: [] };
  const { column, rule } = first;
  return {
    chosen: { column, reason: reasonOf(rule.meaning, others) },
    warnings: doubtsOf(column, "reward", rule.doubt),
  };
}

/**
 * Chooses the columns of a log that are its entropy, reward and validation scores.
 *
 * A column without any value is never chosen, unless the user names it.
 *
 * @throws {@link DataError} if the user names a column that is not there.
 */
export function chooseRoles(table: Table, options: RoleOptions): Roles {
  const names = [...table.columns].flatMap(([name, values]) => (hasValues(values) ? [name] : []));
  const namedReward = options.reward && namedColumn(table, options.reward, "--reward");
  const entropy = chooseEntropy(table, ofSameRun(names, namedReward), options);
  const entropyColumn = entropy.chosen?.column;
  const reward = chooseReward(table, ofSameRun(names, entropyColumn), options);
  const rewardColumn = reward.chosen?.column;
  const validation = findValidationColumns(ofSameRun(names, entropyColumn ?? rewardColumn)).filter(
    (name) => name !== rewardColumn,
  );
  return {
    entropy: entropy.chosen,
    reward: reward.chosen,
    validation,
    warnings: [
      ...entropy.warnings,
      ...reward.warnings,
      ...percentWarnings(table, validation),
      ...otherRuns(table, entropyColumn ?? rewardColumn, options),
    ],
  };
}
