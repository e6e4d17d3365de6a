/** From the responses of a run to one small row a step: how spread they are within their prompt's group; knows no trend. */
import { join, resolve } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { readFailure } from "../base/disk-failure.ts";
import { DataError, EntlawError } from "../base/errors.ts";
import type { FileSystem } from "../base/file-system.ts";
import { duckdbMessage, inSandbox, sqlText } from "./duckdb-sandbox.ts";
import { ROLLOUTS, TOKENS, stepOfName } from "./run-files.ts";
import { type Table, makeTable } from "./table.ts";

/** What makes a response right, and how sharp the target over a group is. */
export interface RolloutAggregation {
  /** Reward from which on a response is correct; default: the largest reward of the run. */
  readonly correctFrom?: number | undefined;
  /** Temperature of the target p = softmax(r / α), in the unit of reward. */
  readonly alpha: number;
}

/** The rows, and the reward that counted as correct. */
export interface RolloutAggregate {
  /** Columns of {@link DIVERSITY_COLUMNS}, one row a step, in order. */
  readonly table: Table;
  readonly correctFrom: number;
  /** Steps whose responses have no log-probabilities, since their token table is missing. */
  readonly withoutTokens: number;
}

/**
 * What a row holds. Entropies and divergences are means over groups, nats: of q, the softmax of the responses' mean
 * log-probabilities; of the target p; KL(p‖q); and the mean over responses of (p − q)². `modes`: distinct correct
 * responses a prompt.
 */
export const DIVERSITY_COLUMNS = [
  "step",
  "groups",
  "responses",
  "q_entropy",
  "p_entropy",
  "kl",
  "mse",
  "correct_share",
  "solved_share",
  "modes",
  "distinct_correct_share",
  "distinct_share",
] as const;

/**
 * Aggregates the rollout tables of a run, step by step.
 *
 * @param run - the run directory.
 * @throws {@link DataError} if there are none, or one is no such table.
 */
export async function aggregateRollouts(
  fs: FileSystem,
  run: string,
  { correctFrom, alpha }: RolloutAggregation,
): Promise<RolloutAggregate> {
  const rollouts = tablesIn(fs, run, ROLLOUTS);
  const tokens = new Map(tablesIn(fs, run, TOKENS).map(({ step, path }) => [step, path]));
  if (rollouts.length === 0) {
    throw new DataError("no-rollouts", `"${run}" must have tables in ${ROLLOUTS}/, got none`, {
      fix: "train with --set log.rollouts=1",
    });
  }
  const files = rollouts.map(({ step, path }) => ({ path, tokens: tokens.get(step) }));
  const paths = files.flatMap(({ path, tokens: beside }) => [path, ...(beside ? [beside] : [])]);
  try {
    return await inSandbox(
      [...new Set(paths.flatMap((path) => [path, asPattern(path)]))],
      async (connection) => {
        const best = correctFrom ?? (await largestReward(connection, files));
        const rows: Array<readonly unknown[]> = [];
        for (const file of files) {
          rows.push(...(await query(connection, stepSql(file, { correctFrom: best, alpha }))));
        }
        return {
          table: tableOf(rows),
          correctFrom: best,
          withoutTokens: files.filter(({ tokens: beside }) => beside === undefined).length,
        };
      },
    );
  } catch (error) {
    const failure = readFailure(join(run, ROLLOUTS), error);
    if (failure instanceof EntlawError) throw failure;
    throw new DataError(
      "not-rollouts",
      `"${join(run, ROLLOUTS)}" must hold Parquet files with a row for each response, got ${duckdbMessage(error)}`,
      { fix: "write the columns that docs/metrics.md names", cause: error },
    );
  }
}

interface StepFiles {
  readonly path: string;
  readonly tokens: string | undefined;
}

function tablesIn(
  fs: FileSystem,
  run: string,
  name: string,
): Array<{ readonly step: number; readonly path: string }> {
  const folder = resolve(run, name);
  if (fs.status(folder)?.kind !== "directory") return [];
  return fs
    .list(folder)
    .flatMap((entry) => {
      const step = entry.endsWith(".parquet") ? stepOfName(entry) : undefined;
      return step === undefined ? [] : [{ step, path: join(folder, entry) }];
    })
    .toSorted((one, other) => one.step - other.step);
}

/** A path as a glob that matches it alone. */
const asPattern = (path: string): string => path.replace(/[*?[]/g, "[$&]");
const tableSql = (path: string): string => `read_parquet(${sqlText(asPattern(path))})`;

async function query(
  connection: DuckDBConnection,
  sql: string,
): Promise<ReadonlyArray<readonly unknown[]>> {
  return (await connection.runAndReadAll(sql)).getRows();
}

async function largestReward(
  connection: DuckDBConnection,
  files: readonly StepFiles[],
): Promise<number> {
  let largest = Number.NEGATIVE_INFINITY;
  for (const { path } of files) {
    const [row] = await query(connection, `SELECT max(reward)::DOUBLE FROM ${tableSql(path)}`);
    largest = Math.max(largest, Number(row?.[0] ?? Number.NEGATIVE_INFINITY));
  }
  return largest;
}

/** Responses with reward and mean log-probability, those whose reward is missing left out. */
function responsesSql({ path, tokens }: StepFiles): string {
  const responses = `SELECT step, group_id AS g, sequence_id AS s, response, reward::DOUBLE AS r
    FROM ${tableSql(path)} WHERE isfinite(reward)`;
  if (tokens === undefined) return `SELECT *, NULL::DOUBLE AS l FROM (${responses})`;
  return `SELECT r.*, t.l FROM (${responses}) r LEFT JOIN (
    SELECT sequence_id AS s, avg(old_log_prob::DOUBLE) AS l FROM ${tableSql(tokens)}
    WHERE isfinite(old_log_prob) GROUP BY sequence_id) t USING (s)`;
}

/** One row for the step: p and q of each group, then means over groups. A group in which a response has no log-probability has no q. */
function stepSql(
  files: StepFiles,
  { correctFrom, alpha }: { readonly correctFrom: number; readonly alpha: number },
): string {
  return `WITH responses AS (${responsesSql(files)}),
  weights AS (SELECT *, r >= ${correctFrom} AS correct,
    exp((r - max(r) OVER w) / ${alpha}) AS pw,
    CASE WHEN count(l) OVER w = count(*) OVER w THEN exp(l - max(l) OVER w) END AS qw
    FROM responses WINDOW w AS (PARTITION BY g)),
  shares AS (SELECT *, pw / sum(pw) OVER w AS p, qw / sum(qw) OVER w AS q
    FROM weights WINDOW w AS (PARTITION BY g)),
  groups AS (SELECT g, min(step) AS step, count(*) AS n,
    -sum(CASE WHEN q > 0 THEN q * ln(q) WHEN q = 0 THEN 0 END) AS hq,
    -sum(CASE WHEN p > 0 THEN p * ln(p) ELSE 0 END) AS hp,
    sum(CASE WHEN q IS NULL THEN NULL WHEN p > 0 THEN p * ln(p / q) ELSE 0 END) AS kl,
    avg((p - q) ** 2) AS mse, count(*) FILTER (correct) AS c,
    count(DISTINCT response) FILTER (correct) AS dc, count(DISTINCT response) AS d
    FROM shares GROUP BY g)
  SELECT min(step)::DOUBLE, count(*)::DOUBLE, sum(n)::DOUBLE, avg(hq), avg(hp), avg(kl), avg(mse),
    sum(c) / sum(n), avg(CASE WHEN c > 0 THEN 1.0 ELSE 0.0 END), avg(dc),
    sum(dc) / nullif(sum(c), 0), sum(d) / sum(n)
  FROM groups HAVING count(*) > 0`;
}

function tableOf(rows: ReadonlyArray<readonly unknown[]>): Table {
  const value = (cell: unknown): number =>
    cell === null || cell === undefined ? Number.NaN : Number(cell);
  return makeTable(
    DIVERSITY_COLUMNS.map(
      (name, column) => [name, Float64Array.from(rows, (row) => value(row[column]))] as const,
    ),
  );
}
