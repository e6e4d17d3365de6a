/** The tokens of each point counted by quadrant, clipped side, choice and size of covariance; knows no theory. */
import {
  type PointKind,
  pointKeys,
  tokensWithCovariance,
  tokensWithMeans,
} from "./token-points.ts";
import type { TokenFiles } from "./token-files.ts";

/**
 * Sign of the advantage, and log-probability above the mean of the point's tokens (high) or at most that (low); `zero`
 * where the advantage is 0.
 */
export const QUADRANTS = [
  "positive-high",
  "positive-low",
  "negative-high",
  "negative-low",
  "zero",
] as const;
export type Quadrant = (typeof QUADRANTS)[number];

/** Tokens of one point that are alike. Sums are over them; those of columns with gaps have their own counts. */
export interface TokenCell {
  readonly step: number;
  /** Number of the update within its step; NaN where a point is a step. */
  readonly update: number;
  readonly quadrant: Quadrant;
  /** −1, 0 or 1 as in the column `clipped`; undefined where it is missing. */
  readonly clipped: number | undefined;
  /** Whether the intervention chose them; undefined where the column `selected` is missing. */
  readonly selected: boolean | undefined;
  /** Whether their covariance reaches the threshold given. */
  readonly top: boolean;
  readonly tokens: number;
  /** Σ (l − mean l)(A − mean A), means over all tokens of the point. */
  readonly covariance: number;
  /** Σ e^l. */
  readonly probability: number;
  readonly advantage: number;
  /** Σ H, over `entropies` tokens. */
  readonly entropy: number;
  readonly entropies: number;
}

/**
 * Counts the tokens with a finite log-probability and advantage.
 *
 * @param threshold - covariance from which a token counts as `top`; default: none does.
 * @returns in order of step and update.
 */
export async function tokenCells(
  tokens: TokenFiles,
  of: PointKind,
  threshold: number = Number.POSITIVE_INFINITY,
): Promise<TokenCell[]> {
  const top = Number.isFinite(threshold) ? `coalesce(c >= ${threshold}, false)` : "false";
  const keys = of === "update" ? "step, u" : "step, NULL";
  const rows = await tokens.query(
    (relation) => `SELECT ${keys}, ${QUADRANT_SQL} AS quadrant, clipped, selected, ${top} AS top,
      count(*), sum((l - ml) * (a - ma)), sum(exp(l)), sum(a), sum(h), count(h)
    FROM (SELECT * REPLACE (CASE WHEN isfinite(h) THEN h END AS h)
      FROM ${tokensWithMeans(tokensWithCovariance(relation, tokens), of)})
    GROUP BY ${pointKeys(of)}, quadrant, clipped, selected, top ORDER BY ${pointKeys(of)}`,
  );
  return rows.map(cellOf);
}

const QUADRANT_SQL = `CASE WHEN a > 0 AND l > ml THEN 0 WHEN a > 0 THEN 1
  WHEN a < 0 AND l > ml THEN 2 WHEN a < 0 THEN 3 ELSE 4 END`;

function cellOf(row: readonly unknown[]): TokenCell {
  const [step, update, quadrant, clipped, selected, top, ...sums] = row;
  const [tokens, covariance, probability, advantage, entropy, entropies] = sums.map(Number);
  return {
    step: Number(step),
    update: update === null ? Number.NaN : Number(update),
    quadrant: QUADRANTS[Number(quadrant)]!,
    clipped: clipped === null ? undefined : Number(clipped),
    selected: selected === null ? undefined : Number(selected) === 1,
    top: top === true,
    tokens: tokens!,
    covariance: covariance!,
    probability: probability!,
    advantage: advantage!,
    entropy: entropy!,
    entropies: entropies!,
  };
}
