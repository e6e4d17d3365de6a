/** The `tokens` table of a run as one SQL relation over its files; knows what columns there are, not what is asked of them. */
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import type { DuckDBInstance } from "@duckdb/node-api";
import { readFailure } from "../base/disk-failure.ts";
import { DataError, EntlawError } from "../base/errors.ts";
import type { FileSystem } from "../base/file-system.ts";
import { duckdbMessage, inSandbox, sqlIdentifier, sqlText } from "./duckdb-sandbox.ts";
import { TOKENS, stepOfName } from "./run-files.ts";
import { tokenColumns } from "./token-columns.ts";

/** Responses a query: what it holds grows with those it has seen, some 200 to 400 bytes each. */
const BATCH_RESPONSES = 500_000;
/** Up to this size one thread will do, whose sums always have one order and hence the same last digit. */
const ONE_THREAD_BYTES = 2 ** 26;
const MEMORY = "700MB";
const NUMERIC = /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL.*|BOOLEAN)$/;

/** Columns of {@link tokenColumns} under the short names that queries know them by. */
const SHORT = {
  step: ["step", undefined],
  update: ["u", undefined],
  group_id: ["g", undefined],
  sequence_id: ["q", undefined],
  old_log_prob: ["l", "DOUBLE"],
  advantage: ["a", "DOUBLE"],
  entropy: ["h", "DOUBLE"],
  covariance: ["c", "DOUBLE"],
  polarity: ["d", "DOUBLE"],
  selected: ["selected", "DOUBLE"],
  clipped: ["clipped", "DOUBLE"],
} as const;

/** A column that an aggregation may need. */
export type TokenColumn = keyof typeof SHORT;

/** One file, with the step that its name says. */
interface TokenFile {
  readonly step: number;
  readonly rows: number;
  /** Names and types of its columns. */
  readonly schema: string;
  /** As an element of SQL's list of files. */
  readonly sql: string;
}

/** The token table of one run, open for queries. */
export interface TokenFiles {
  /** Columns that are there, numeric, in at least one file. */
  readonly columns: ReadonlySet<TokenColumn>;
  /** Steps that have a file, in order. */
  readonly steps: readonly number[];
  /**
   * Runs one query a batch of files and gathers the rows: for queries that look at no two steps together.
   *
   * @param select - SQL from a relation with the columns `step, u, g, q, l, a, h, c, d, selected, clipped`, those that
   * are missing being null.
   */
  query(select: (relation: string) => string): Promise<Rows>;
  /** Runs one query on all files at once, which must not hold much of them. */
  queryWhole(select: (relation: string) => string): Promise<Rows>;
  /** Runs one query on the file in the middle. */
  querySample(select: (relation: string) => string): Promise<Rows>;
}

type Rows = ReadonlyArray<readonly unknown[]>;

/** Whether a run has a token table. */
export function hasTokens(fs: FileSystem, run: string): boolean {
  return tokenPaths(fs, run).length > 0;
}

/**
 * Opens the token table of a run.
 *
 * @param run - the run directory.
 * @param batchRows - rows a query, up to the next whole file; decides memory, not results. Default: what holds half a
 * million responses, if all are as long as those of the file in the middle.
 * @throws {@link DataError} if a file is no Parquet, or lacks `step`, `old_log_prob` or `advantage`.
 */
export async function withTokens<T>(
  fs: FileSystem,
  run: string,
  work: (tokens: TokenFiles) => Promise<T>,
  batchRows?: number,
): Promise<T> {
  const paths = tokenPaths(fs, run);
  const bytes = paths.reduce((sum, { path }) => sum + (fs.status(path)?.size ?? 0), 0);
  const allowed = paths.flatMap(({ path }) => [...new Set([path, asPattern(path)])]);
  try {
    return await inSandbox(
      allowed,
      async (_, __, instance) => work(await open(instance, paths, { run, batchRows })),
      {
        threads: bytes <= ONE_THREAD_BYTES ? 1 : availableParallelism(),
        memory: MEMORY,
      },
    );
  } catch (error) {
    const folder = join(run, TOKENS);
    const failure = readFailure(folder, error);
    if (failure instanceof EntlawError) throw failure;
    throw new DataError(
      "not-token-table",
      `"${folder}" must hold Parquet files with a row for each token, got ${duckdbMessage(error)}`,
      { fix: "restore the files from a copy, or remove the one that is damaged", cause: error },
    );
  }
}

interface TokenPath {
  readonly step: number;
  readonly path: string;
}

function tokenPaths(fs: FileSystem, run: string): TokenPath[] {
  const folder = resolve(run, TOKENS);
  if (fs.status(folder)?.kind !== "directory") return [];
  return fs
    .list(folder)
    .flatMap((name) => {
      const step = name.endsWith(".parquet") ? stepOfName(name) : undefined;
      return step === undefined ? [] : [{ step, path: join(folder, name) }];
    })
    .toSorted((a, b) => a.step - b.step);
}

/** A path as a glob that matches it alone. */
const asPattern = (path: string): string => path.replace(/[*?[]/g, "[$&]");

async function open(
  instance: DuckDBInstance,
  paths: readonly TokenPath[],
  { run, batchRows }: { readonly run: string; readonly batchRows: number | undefined },
): Promise<TokenFiles> {
  // A connection a query, so that queries can run at the same time.
  const rows = async (sql: string): Promise<Rows> => {
    const connection = await instance.connect();
    try {
      return (await connection.runAndReadAll(sql)).getRows();
    } finally {
      connection.closeSync();
    }
  };
  const files = await filesOf(rows, paths);
  const isUniform = new Set(files.map(({ schema }) => schema)).size <= 1;
  const sourceOf = (batch: readonly TokenFile[]): string =>
    `read_parquet([${batch.map(({ sql }) => sql).join(", ")}], union_by_name = ${!isUniform})`;
  const columns = await columnsOf(rows, sourceOf(isUniform ? files.slice(0, 1) : files), run);
  const relation = (batch: readonly TokenFile[]): string =>
    relationOf(
      sourceOf(batch),
      [...columns].filter((name) => batch.some((file) => hasColumn(file, name))),
    );
  const middle = relation([files[Math.floor(files.length / 2)]!]);
  const batched = batches(files, batchRows ?? BATCH_RESPONSES * (await meanLength(rows, middle)));
  return {
    columns,
    steps: files.map(({ step }) => step),
    async query(select) {
      const found: Array<readonly unknown[]> = [];
      for (const batch of batched) found.push(...(await rows(select(relation(batch)))));
      return found;
    },
    queryWhole: (select) => rows(select(relation(files))),
    querySample: (select) => rows(select(middle)),
  };
}

/** Row counts and schemas, from the files' ends alone. */
async function filesOf(
  rows: (sql: string) => Promise<Rows>,
  paths: readonly TokenPath[],
): Promise<TokenFile[]> {
  const lists = paths.map(({ path }) => sqlText(asPattern(path)));
  const found = await rows(
    `SELECT file_name, (sum(row_group_num_rows) FILTER (column_id = 0))::DOUBLE,
      string_agg(DISTINCT path_in_schema || ' ' || type, ',' ORDER BY path_in_schema || ' ' || type)
    FROM parquet_metadata([${lists.join(", ")}]) GROUP BY file_name`,
  );
  const byPath = new Map(found.map(([name, count, schema]) => [String(name), [count, schema]]));
  return paths.map(({ step, path }, i) => {
    const [count, schema] = byPath.get(path) ?? [0, "no rows"];
    return { step, rows: Number(count), schema: String(schema), sql: lists[i]! };
  });
}

/** Tokens a response; 1 where there is no token. */
async function meanLength(rows: (sql: string) => Promise<Rows>, relation: string): Promise<number> {
  const [found] = await rows(
    `SELECT count(*)::DOUBLE, (SELECT count(*) FROM (SELECT DISTINCT step, g, q FROM ${relation}))::DOUBLE FROM ${relation}`,
  );
  const [tokens = 0, responses = 0] = (found ?? []).map(Number);
  return Math.max(1, tokens / responses || 1);
}

async function columnsOf(
  rows: (sql: string) => Promise<Rows>,
  source: string,
  run: string,
): Promise<ReadonlySet<TokenColumn>> {
  const described = await rows(`DESCRIBE SELECT * FROM ${source}`);
  const found = new Set(
    described.filter(([, type]) => NUMERIC.test(String(type))).map(([name]) => String(name)),
  );
  const columns = (Object.keys(SHORT) as TokenColumn[]).filter((name) => found.has(name));
  for (const { name } of [tokenColumns.step, tokenColumns.oldLogProb, tokenColumns.advantage]) {
    if (found.has(name)) continue;
    throw new DataError(
      "unknown-column",
      `the token tables of "${run}" must have the numeric column "${name}", got ${[...found].join(", ") || "none"}`,
      { fix: "write the column, or name it as docs/metrics.md does" },
    );
  }
  return new Set(columns);
}

/** A file without rows shows no columns, and nothing is missed. */
const hasColumn = ({ schema }: TokenFile, name: TokenColumn): boolean =>
  schema.split(",").some((column) => new RegExp(`^${name} [A-Z0-9_]+$`).test(column));

function relationOf(source: string, columns: readonly TokenColumn[]): string {
  const selected = Object.entries(SHORT).map(([name, [short, type]]) => {
    if (!columns.includes(name as TokenColumn)) return `NULL::DOUBLE AS ${short}`;
    const column = sqlIdentifier(name);
    return `${type === undefined ? column : `${column}::${type}`} AS ${short}`;
  });
  return `(SELECT ${selected.join(", ")} FROM ${source})`;
}

/** Neighbouring files together, up to so many rows or one file. */
function batches(files: readonly TokenFile[], batchRows: number): TokenFile[][] {
  const found: TokenFile[][] = [];
  let room = 0;
  for (const file of files) {
    if (file.rows > room || found.length === 0) {
      found.push([]);
      room = batchRows;
    }
    found.at(-1)!.push(file);
    room -= file.rows;
  }
  return found;
}
