/** The door to DuckDB: a database in memory that reaches only the files it is given; knows nothing of what is in them. */
import type * as DuckDB from "@duckdb/node-api";
import { ConfigError } from "../base/errors.ts";

/** What a database may use. */
export interface SandboxLimits {
  /** Default 1, so that the rows of a file and hence its bytes have one order. */
  readonly threads?: number;
  /** Most memory for data, as DuckDB writes it; default `1GB`. */
  readonly memory?: string;
}

/**
 * Runs `work` on a database of its own that can reach nothing but `paths` and whose settings are locked.
 *
 * @param work - gets one connection; others of the instance run their queries at the same time.
 * @param paths - absolute; a glob is compared as it stands, and the files it finds must be listed too.
 * @throws {@link ConfigError} if DuckDB cannot be loaded; DuckDB's own errors as they come.
 */
export async function inSandbox<T>(
  paths: readonly string[],
  work: (
    connection: DuckDB.DuckDBConnection,
    duckdb: typeof DuckDB,
    instance: DuckDB.DuckDBInstance,
  ) => Promise<T>,
  { threads = 1, memory = "1GB" }: SandboxLimits = {},
): Promise<T> {
  const duckdb = await importDuckDB();
  const instance = await duckdb.DuckDBInstance.create(":memory:", {
    threads: String(threads),
    memory_limit: memory,
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  try {
    const connection = await instance.connect();
    try {
      await connection.run(`SET allowed_paths = [${paths.map(sqlText).join(", ")}]`);
      await connection.run("SET enable_external_access = false");
      await connection.run("SET lock_configuration = true");
      return await work(connection, duckdb, instance);
    } finally {
      connection.closeSync();
    }
  } finally {
    instance.closeSync();
  }
}

async function importDuckDB(): Promise<typeof DuckDB> {
  try {
    return await import("@duckdb/node-api");
  } catch (error) {
    throw new ConfigError("duckdb-missing", "Parquet needs DuckDB, which could not be loaded", {
      fix: "install entlaw again, without --omit=optional, on a platform that DuckDB has a binary for",
      cause: error,
    });
  }
}

/** A quoted SQL identifier. SQL text cannot hold NUL or lone surrogates, and an identifier cannot be empty. */
export function sqlIdentifier(name: string): string {
  const storable = name.replaceAll("\0", "").toWellFormed();
  return `"${(storable === "" ? "column" : storable).replaceAll('"', '""')}"`;
}

/** A quoted SQL string; `value` must not hold NUL. */
export function sqlText(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** What DuckDB says went wrong, without its excerpt of our SQL. */
export function duckdbMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n", 1)[0] ?? message;
}
