/** From the tokens of a run to one small row a point: covariances and means at three levels; knows no theory. */
import { DataError } from "../base/errors.ts";
import { type PointKind, notNullTokens, pointKeys, validTokens } from "./token-points.ts";
import { type Table, makeTable } from "./table.ts";
import type { TokenColumn, TokenFiles } from "./token-files.ts";

/**
 * What is put together at each level.
 *
 * With l = log-probability, p = e^l, A = advantage, H = entropy, D = polarity, Ā = Σ pA / Σ p over a prompt group:
 * `plain` Cov(l, A); `weighted` Cov(l, pA); `centred` Cov(l, p(A − Ā)); `discriminator` mean A·p(H + l);
 * `polarity` mean A·D. Covariances divide by the count.
 */
export const TERM_FAMILIES = ["plain", "weighted", "centred", "discriminator", "polarity"] as const;
type TermFamily = (typeof TERM_FAMILIES)[number];

/**
 * Over what: all tokens of a point; the tokens of a prompt group, mean over groups; the responses of a prompt group,
 * mean over groups, where a response has the means of its tokens' l, A, p(H + l) and D, and p = e^l of its mean l.
 */
export const TERM_LEVELS = ["token", "group", "response"] as const;
type TermLevel = (typeof TERM_LEVELS)[number];

export type TokenTerm = `${TermFamily}_${TermLevel}`;

/**
 * Classes of prompt groups by the share of responses with a positive advantage, in the order of their numbers in the
 * column `part`. `all equal` goes first: responses whose advantages do not differ.
 */
export const ACCURACY_CLASSES = [
  "0",
  "(0, 0.25]",
  "(0.25, 0.5]",
  "(0.5, 0.75]",
  "(0.75, 1]",
  "all equal",
] as const;

/** What to aggregate. */
export interface TokenAggregation {
  readonly of: PointKind;
  readonly terms: readonly TokenTerm[];
  /** Adds a row for each class of {@link ACCURACY_CLASSES} that a point has, `part` being its number. */
  readonly byAccuracy?: boolean;
}

/** Columns of the token table that a term needs besides `old_log_prob` and `advantage`. */
export function columnsFor(term: TokenTerm): readonly TokenColumn[] {
  const [family, level] = term.split("_") as [TermFamily, TermLevel];
  const inGroups = level !== "token" || family === "centred";
  return [
    ...(inGroups ? (["group_id"] as const) : []),
    ...(level === "response" ? (["sequence_id"] as const) : []),
    ...(family === "discriminator" ? (["entropy"] as const) : []),
    ...(family === "polarity" ? (["polarity"] as const) : []),
  ];
}

/**
 * Aggregates the token table.
 *
 * Tokens without a finite log-probability and advantage are left out, and so are those without a finite entropy or D
 * from the terms that need it. A group of one response has covariance 0.
 *
 * @returns columns `step`, `update` where points are updates, `part` (−1: the whole point), `tokens`, then the terms;
 * rows in order of step, update and part. A term is NaN where no token has what it needs.
 * @throws {@link DataError} if two files hold one step.
 */
export async function aggregateTokens(
  tokens: TokenFiles,
  aggregation: TokenAggregation,
): Promise<Table> {
  const { of, terms } = aggregation;
  const quick = await tokens.query((relation) => pointsSql(relation, aggregation, QUICK));
  // A NaN or an infinity among the tokens shows in the sums, the last of which is of all l and A. Most tables have none.
  const isClean = quick.every((row) =>
    row.every((value) => value === null || Number.isFinite(Number(value))),
  );
  const rows = isClean
    ? quick
    : await tokens.query((relation) => pointsSql(relation, aggregation, CAREFUL));
  const names = [...(of === "update" ? ["step", "update"] : ["step"]), "part", "tokens", ...terms];
  const columns = names.map((_, i) =>
    Float64Array.from(rows, (row) => (row[i] === null ? Number.NaN : Number(row[i]))),
  );
  const table = makeTable(names.map((name, i) => [name, columns[i]!] as const));
  refuseRepeated(table, of);
  return table;
}

/** How to leave out tokens: whether a token is valid, and a value or null. */
interface Screen {
  readonly where: (of: PointKind) => string;
  readonly value: (sql: string) => string;
}
const QUICK: Screen = { where: notNullTokens, value: (sql) => sql };
const CAREFUL: Screen = {
  where: validTokens,
  value: (sql) => `CASE WHEN isfinite(${sql}) THEN ${sql} END`,
};

/** What the innermost query reads. */
interface Source extends Screen {
  readonly relation: string;
  readonly of: PointKind;
}

// Nested, not as common table expressions: what the outermost query does not name is then never computed.
function tokensSql({ relation, of, where, value }: Source): string {
  return `SELECT ${pointKeys(of)}, g, q, l, a, exp(l) AS p, ${value("exp(l) * (h + l)")} AS s, ${value("d")} AS d
  FROM ${relation} WHERE ${where(of)}`;
}

function responsesSql(source: Source): string {
  const keys = pointKeys(source.of);
  return `SELECT ${keys}, g, count(*) AS n, sum(l) AS l, sum(a) AS a, sum(l * a) AS la,
    sum(p) AS p, sum(p * a) AS pa, sum(l * p) AS lp, sum(l * p * a) AS lpa,
    count(s) AS sn, sum(s) AS s, sum(a * s) AS sa, count(d) AS dn, sum(d) AS d, sum(a * d) AS da
  FROM (${tokensSql(source)}) GROUP BY ${keys}, g, q`;
}

/** A response by its means: l, A, p = e^l, p(H + l) and D. */
function meansSql(source: Source): string {
  return `SELECT *, l / n AS ml, a / n AS ma, exp(l / n) AS mp, s / sn AS ms, d / dn AS md
  FROM (${responsesSql(source)})`;
}

function groupsSql(source: Source): string {
  const keys = pointKeys(source.of);
  return `SELECT ${keys}, sum(n) AS n, sum(l) AS l, sum(a) AS a, sum(la) AS la, sum(pa) AS pa, sum(lpa) AS lpa,
    ${difference("sum(lpa)", "coalesce(sum(pa) / nullif(sum(p), 0), 0) * sum(lp)")} AS lpc,
    sum(sn) AS sn, sum(sa) AS sa, sum(dn) AS dn, sum(da) AS da,
    covar_pop(ml, ma) AS plain, covar_pop(ml, mp * ma) AS weighted,
    ${difference("covar_pop(ml, mp * ma)", "coalesce(sum(mp * ma) / nullif(sum(mp), 0), 0) * covar_pop(ml, mp)")} AS centred,
    avg(ma * ms) AS discriminator, avg(ma * md) AS polarity,
    ${accuracySql()} AS part
  FROM (${meansSql(source)}) GROUP BY ${keys}, g`;
}

/** Equal up to the rounding of means of float32 numbers. */
const EQUAL = 1e-6;

function accuracySql(): string {
  const share = "avg(CASE WHEN ma > 0 THEN 1 ELSE 0 END)";
  return `CASE WHEN max(ma) - min(ma) <= ${EQUAL} * greatest(abs(max(ma)), abs(min(ma))) THEN 5
    WHEN ${share} = 0 THEN 0 WHEN ${share} <= 0.25 THEN 1 WHEN ${share} <= 0.5 THEN 2
    WHEN ${share} <= 0.75 THEN 3 ELSE 4 END`;
}

/** A relative difference that is no more than the rounding of the sums before it. */
const ROUNDING = 1e-13;

/** The difference of two numbers, 0 where it is nothing but rounding, so that no sign is read from it. */
const difference = (left: string, right: string): string =>
  `CASE WHEN abs((${left}) - (${right})) > ${ROUNDING} * abs(${left}) THEN (${left}) - (${right}) ELSE 0 END`;

/** Covariance from sums. */
function covariance({ xy, x, y, n }: Readonly<Record<"xy" | "x" | "y" | "n", string>>): string {
  return difference(`${xy} / ${n}`, `${x} / ${n} * (${y} / ${n})`);
}

/** Each term from the rows of groups. */
const TERM_SQL: { readonly [T in TokenTerm]: string } = {
  plain_token: covariance({ xy: "sum(la)", x: "sum(l)", y: "sum(a)", n: "sum(n)" }),
  plain_group: `avg(${covariance({ xy: "la", x: "l", y: "a", n: "n" })})`,
  plain_response: "avg(plain)",
  weighted_token: covariance({ xy: "sum(lpa)", x: "sum(l)", y: "sum(pa)", n: "sum(n)" }),
  weighted_group: `avg(${covariance({ xy: "lpa", x: "l", y: "pa", n: "n" })})`,
  weighted_response: "avg(weighted)",
  // The mean of p(A − Ā) over a group is 0, so the mean product is the covariance.
  centred_token: "sum(lpc) / sum(n)",
  centred_group: "avg(lpc / n)",
  centred_response: "avg(centred)",
  discriminator_token: "sum(sa) / sum(sn)",
  discriminator_group: "avg(sa / sn)",
  discriminator_response: "avg(discriminator)",
  polarity_token: "sum(da) / sum(dn)",
  polarity_group: "avg(da / dn)",
  polarity_response: "avg(polarity)",
};

function pointsSql(
  relation: string,
  { of, terms, byAccuracy }: TokenAggregation,
  screen: Screen,
): string {
  const keys = pointKeys(of);
  const sets = byAccuracy === true ? `GROUPING SETS ((${keys}), (${keys}, part))` : `(${keys})`;
  const part = byAccuracy === true ? "CASE WHEN grouping(part) = 1 THEN -1 ELSE part END" : "-1";
  const sums = ["sum(n)", ...terms.map((term) => TERM_SQL[term]), "sum(l) + sum(a)"];
  return `SELECT ${keys}, ${part} AS part, ${sums.join(", ")} FROM (${groupsSql({ relation, of, ...screen })})
  GROUP BY ${sets} ORDER BY ${keys}, part`;
}

/** Files are read in batches, so a step in two files would become two points. */
function refuseRepeated(table: Table, of: PointKind): void {
  const seen = new Set<string>();
  const keys = [...(of === "update" ? ["step", "update"] : ["step"]), "part"].map((name) =>
    table.columns.get(name)!,
  );
  for (let row = 0; row < table.length; row += 1) {
    const key = keys.map((column) => column[row]).join();
    if (seen.has(key)) {
      throw new DataError(
        "repeated-step",
        `each file of the token table must hold the one step that its name says, got step ${keys[0]![row]} in two`,
        { fix: "write one file a step, with the step in its column `step`" },
      );
    }
    seen.add(key);
  }
}
