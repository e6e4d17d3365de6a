/** SQL for tokens beside the means of their point; knows nothing of what is counted of them. */
import type { TokenFiles } from "./token-files.ts";

/** What one row of an aggregation is about. */
export type PointKind = "step" | "update";

/** Names of the columns that tell points apart. */
export const pointKeys = (of: PointKind): string => (of === "update" ? "step, u" : "step");

/** The tokens that count: those with a finite log-probability and advantage, and of updates those that took part. */
export const validTokens = (of: PointKind): string => `isfinite(l + a)${ofUpdate(of)}`;

/** As {@link validTokens} where a token has either a finite number or null, which is quicker to tell. */
export const notNullTokens = (of: PointKind): string =>
  `l IS NOT NULL AND a IS NOT NULL${ofUpdate(of)}`;

const ofUpdate = (of: PointKind): string => (of === "update" ? " AND u IS NOT NULL" : "");

/** The valid tokens with the means `ml` and `ma` of l and A over the tokens of their point. */
export function tokensWithMeans(relation: string, of: PointKind): string {
  const keys = pointKeys(of);
  return `(SELECT * FROM ${relation} AS t JOIN (
    SELECT ${keys}, avg(l) AS ml, avg(a) AS ma FROM ${relation} AS m WHERE ${validTokens(of)} GROUP BY ${keys}
  ) USING (${keys}) WHERE ${validTokens(of)})`;
}

/** The tokens with their covariance `c`: the column where there is one, else from the means of the step. */
export function tokensWithCovariance(relation: string, { columns }: TokenFiles): string {
  if (columns.has("covariance")) return relation;
  return `(SELECT * REPLACE ((l - ml) * (a - ma) AS c) FROM ${tokensWithMeans(relation, "step")})`;
}
