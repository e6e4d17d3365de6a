/** Means of the largest token covariances, exactly and without sorting all tokens; knows no theory. */
import { tokensWithCovariance } from "./token-points.ts";
import type { TokenFiles } from "./token-files.ts";

/** The shares of tokens in Table 1 of arXiv:2505.22617, then half of them and all. */
export const TAIL_SHARES = [0.0002, 0.002, 0.02, 0.2, 0.5, 1] as const;

/** The tokens of largest covariance. */
export interface TailMean {
  readonly share: number;
  /** max(1, ⌊share · tokens⌋). */
  readonly tokens: number;
  /** Their mean covariance, nats × advantage. */
  readonly mean: number;
  /** The smallest covariance among them. */
  readonly threshold: number;
}

/** The tail of one set of tokens. */
export interface Tail {
  /** Tokens with a finite covariance. */
  readonly tokens: number;
  /** In the order of {@link TAIL_SHARES}; empty without tokens. */
  readonly means: readonly TailMean[];
}

/** Tokens of like covariance; a larger number means a larger covariance. */
interface Bin {
  readonly bin: number;
  readonly count: number;
  readonly sum: number;
}

/** Where a share ends: in so many tokens of one bin, below the sum of all bins above. */
interface End {
  readonly set: number;
  readonly share: number;
  readonly tokens: number;
  readonly bin: number;
  readonly rest: number;
  readonly above: number;
}

/** Bins on either side of 0. */
const BINS = 1024;

/**
 * Computes the tail of all tokens and of the tokens of each part of training.
 *
 * Counts tokens in bins first, then sorts the tokens of those bins alone in which a share ends.
 *
 * @param cuts - steps, increasing, with which a new part begins.
 * @returns the tail of all tokens, then those of the `cuts.length + 1` parts.
 */
export async function covarianceTails(
  tokens: TokenFiles,
  cuts: readonly number[],
): Promise<readonly Tail[]> {
  const binned = await binnedTokens(tokens, cuts);
  const parts = await histograms(tokens, binned, cuts.length + 1);
  const sets = [mergeBins(parts.flat()), ...parts];
  const ends = sets.map(endsOf);
  const sums = await sumsAtEnds(tokens, binned, ends.flat());
  return sets.map((bins, set) => ({
    tokens: bins.reduce((sum, { count }) => sum + count, 0),
    means: ends[set]!.map((end) => {
      const { sum, threshold } = sums.get(keyOf(end))!;
      const { share, tokens: count, above } = end;
      return { share, tokens: count, mean: (above + sum) / count, threshold };
    }),
  }));
}

type RelationSql = (relation: string) => string;

/** Tokens as `part, bin, c`, parts counting from 1; bins grow with c, and that of a c that is not finite is no number. */
async function binnedTokens(tokens: TokenFiles, cuts: readonly number[]): Promise<RelationSql> {
  // How large a covariance is decides how even the bins are, and so the speed, not the result.
  const [first] = await tokens.querySample(
    (relation) =>
      `SELECT avg(abs(c)) FROM ${tokensWithCovariance(relation, tokens)} WHERE isfinite(c)`,
  );
  const scale = Number(first?.[0] ?? 0) || 1;
  const whens = cuts.map((cut, i) => `WHEN step < ${cut} THEN ${i + 1}`);
  const part = cuts.length === 0 ? "1" : `CASE ${whens.join(" ")} ELSE ${cuts.length + 1} END`;
  return (relation) =>
    `(SELECT ${part} AS part, trunc(${BINS} * c / (${scale} + abs(c))) AS bin, c FROM ${tokensWithCovariance(relation, tokens)})`;
}

/** The bins of each part, the largest covariance first. */
async function histograms(
  tokens: TokenFiles,
  binned: RelationSql,
  parts: number,
): Promise<readonly Bin[][]> {
  const rows = await tokens.queryWhole(
    (relation) =>
      `SELECT part, bin, count(*)::DOUBLE, sum(c) FROM ${binned(relation)} GROUP BY part, bin`,
  );
  return Array.from({ length: parts }, (_, i) =>
    mergeBins(
      rows
        .filter(([part, bin]) => Number(part) === i + 1 && bin !== null && Number.isFinite(bin))
        .map(([, bin, count, sum]) => ({
          bin: Number(bin),
          count: Number(count),
          sum: Number(sum),
        })),
    ),
  );
}

function mergeBins(bins: readonly Bin[]): Bin[] {
  const merged = new Map<number, Bin>();
  for (const bin of bins) {
    const other = merged.get(bin.bin);
    const count = bin.count + (other?.count ?? 0);
    merged.set(bin.bin, { bin: bin.bin, count, sum: bin.sum + (other?.sum ?? 0) });
  }
  return [...merged.values()].toSorted((a, b) => b.bin - a.bin);
}

function endsOf(bins: readonly Bin[], set: number): End[] {
  const all = bins.reduce((sum, { count }) => sum + count, 0);
  if (all === 0) return [];
  return TAIL_SHARES.map((share) => {
    const tokens = Math.max(1, Math.floor(share * all));
    let seen = 0;
    let above = 0;
    for (const { bin, count, sum } of bins) {
      if (seen + count >= tokens) return { set, share, tokens, bin, rest: tokens - seen, above };
      seen += count;
      above += sum;
    }
    throw new RangeError(`a share of ${share} must end among ${all} tokens`);
  });
}

const keyOf = ({ set, bin, rest }: Pick<End, "set" | "bin" | "rest">): string =>
  [set, bin, rest].join();

/** Sum and minimum of the largest `rest` covariances in the bin of each end. */
async function sumsAtEnds(
  tokens: TokenFiles,
  binned: RelationSql,
  ends: readonly End[],
): Promise<ReadonlyMap<string, { readonly sum: number; readonly threshold: number }>> {
  if (ends.length === 0) return new Map();
  const bins = [...new Set(ends.map(({ bin }) => bin))].join(", ");
  const values = ends.map(({ set, bin, rest }) => `(${set}, ${bin}, ${rest})`);
  const rows = await tokens.queryWhole(
    (
      relation,
    ) => `WITH near AS MATERIALIZED (SELECT part, bin, c FROM ${binned(relation)} WHERE bin IN (${bins})),
    member AS (SELECT part AS "set", bin, c FROM near UNION ALL SELECT 0, bin, c FROM near),
    ranked AS (SELECT *, row_number() OVER (PARTITION BY "set", bin ORDER BY c DESC) AS place FROM member)
    SELECT "set", bin, rest, sum(c), min(c)
    FROM ranked JOIN (SELECT DISTINCT * FROM (VALUES ${values.join(", ")}) AS v("set", bin, rest)) USING ("set", bin)
    WHERE place <= rest GROUP BY "set", bin, rest`,
  );
  return new Map(
    rows.map(([set, bin, rest, sum, threshold]) => [
      keyOf({ set: Number(set), bin: Number(bin), rest: Number(rest) }),
      { sum: Number(sum), threshold: Number(threshold) },
    ]),
  );
}
