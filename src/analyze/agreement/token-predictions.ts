/** Predictions from the token table, aligned with the points of a run, whole and by accuracy class; fits nothing. */
import { ACCURACY_CLASSES, type TokenTerm, aggregateTokens } from "../../log/aggregate-tokens.ts";
import type { Table } from "../../log/table.ts";
import type { TokenFiles } from "../../log/token-files.ts";
import type { PointKind } from "../../log/token-points.ts";
import { type EstimatorName, estimators } from "./estimators.ts";
import type { PointIndex } from "./point-index.ts";

/** Series aligned with the points [n]; NaN where a point has no tokens of the kind. */
interface AlignedPart {
  readonly tokens: Float64Array;
  readonly x: ReadonlyMap<EstimatorName, Float64Array>;
  /** Mean over groups of Cov(l, A) over responses; undefined where the table does not tell groups apart. */
  readonly covariance: Float64Array | undefined;
}

/** What the token table predicts. */
export interface TokenPredictions {
  readonly whole: AlignedPart;
  /** One for each of the accuracy classes that occur, if they were asked for. */
  readonly classes: ReadonlyArray<AlignedPart & { readonly part: string }>;
}

const GROUP_COVARIANCE: TokenTerm = "plain_response";
const WHOLE = -1;

/**
 * Computes estimators from the tokens.
 *
 * @param names - those of the table that come from tokens and whose columns are there.
 */
export async function tokenPredictions(
  tokens: TokenFiles,
  points: PointIndex,
  request: {
    readonly of: PointKind;
    readonly names: readonly EstimatorName[];
    readonly byAccuracy: boolean;
  },
): Promise<TokenPredictions> {
  const { of, names, byAccuracy } = request;
  const terms = new Set(names.map((name) => termOf(name)));
  if (byAccuracy) terms.add(GROUP_COVARIANCE);
  const table = await aggregateTokens(tokens, { of, terms: [...terms], byAccuracy });
  const part = (number: number): AlignedPart => alignedPart(table, { number, names, points });
  const found = new Set(table.columns.get("part"));
  return {
    whole: part(WHOLE),
    classes: ACCURACY_CLASSES.flatMap((name, number) =>
      found.has(number) ? [{ part: name, ...part(number) }] : [],
    ),
  };
}

function termOf(name: EstimatorName): TokenTerm {
  const estimator = estimators[name];
  if (estimator.from === "tokens") return estimator.term;
  throw new RangeError(`the estimator ${name} is not computed from tokens`);
}

function alignedPart(
  table: Table,
  {
    number,
    names,
    points,
  }: {
    readonly number: number;
    readonly names: readonly EstimatorName[];
    readonly points: PointIndex;
  },
): AlignedPart {
  const column = (name: string): Float64Array | undefined => table.columns.get(name);
  const [steps, parts] = [column("step")!, column("part")!];
  const rows = [...parts.keys()].filter((row) => parts[row] === number);
  const align = (values: Float64Array, sign = 1): Float64Array => {
    const aligned = new Float64Array(points.length).fill(Number.NaN);
    for (const row of rows) {
      const point = points.at(steps[row]!, column("update")?.[row]);
      if (point !== undefined) aligned[point] = sign * values[row]!;
    }
    return aligned;
  };
  const covariance = column(GROUP_COVARIANCE);
  return {
    tokens: align(column("tokens")!),
    x: new Map(
      names.map((name) => {
        const estimator = estimators[name];
        const sign = estimator.from === "tokens" ? estimator.sign : 1;
        return [name, align(column(termOf(name))!, sign)];
      }),
    ),
    covariance: covariance && align(covariance),
  };
}
