/** Which estimators a run can give, and what it lacks for the others; computes none. */
import type { Table } from "../../log/table.ts";
import type { TokenColumn } from "../../log/token-files.ts";
import type { MissingPart } from "./agreement-finding.ts";
import { type EstimatorName, columnsOf, estimators } from "./estimators.ts";

/** Where an estimator comes from. */
export interface EstimatorSources {
  /** To be computed from the token table. */
  readonly tokens: readonly EstimatorName[];
  /** Column of the points, and what to multiply it by. */
  readonly columns: ReadonlyArray<{
    readonly name: EstimatorName;
    readonly column: string;
    readonly sign: 1 | -1;
  }>;
  readonly missing: readonly MissingPart[];
}

const TOKEN_COVARIANCE = "token_covariance_mean";

/**
 * Decides for each estimator where it comes from.
 *
 * @param points - one row a point.
 * @param tokenColumns - columns of the token table; undefined where there is none that can be used.
 * @param noTokens - why there is none, as what would be needed.
 */
export function estimatorSources(
  names: readonly EstimatorName[],
  points: Table,
  tokenColumns: ReadonlySet<TokenColumn> | undefined,
  noTokens: string,
): EstimatorSources {
  const tokens: EstimatorName[] = [];
  const columns: Array<EstimatorSources["columns"][number]> = [];
  const missing: MissingPart[] = [];
  for (const name of names) {
    const estimator = estimators[name];
    if (estimator.from === "log") {
      if (hasValues(points, estimator.column)) {
        columns.push({ name, column: estimator.column, sign: 1 });
      } else {
        missing.push({ what: name, needs: `the column \`${estimator.column}\`` });
      }
    } else if (tokenColumns !== undefined) {
      const lacking = columnsOf(name).filter((column) => !tokenColumns.has(column as TokenColumn));
      if (lacking.length === 0) tokens.push(name);
      else
        missing.push({
          what: name,
          needs: `${lacking.map(quoted).join(" and ")} of the token table`,
        });
    } else if (name === "batch" && hasValues(points, TOKEN_COVARIANCE)) {
      columns.push({ name, column: TOKEN_COVARIANCE, sign: -1 });
    } else {
      const ofSteps = name === "batch" && !points.columns.has("update");
      const needs = ofSteps ? `${noTokens}, or ${quoted(TOKEN_COVARIANCE)}` : noTokens;
      missing.push({ what: name, needs });
    }
  }
  return { tokens, columns, missing };
}

const quoted = (column: string): string => `the column \`${column}\``;

const hasValues = (table: Table, column: string): boolean =>
  table.columns.get(column)?.some(Number.isFinite) ?? false;
