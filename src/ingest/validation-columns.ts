/** Which columns hold validation scores, best guess first; knows nothing of training columns. */
import { canonicalName } from "./canonical-name.ts";

/** What a key of verl's validation says, read from its right end because the data source may hold slashes. */
export interface ValidationKey {
  readonly dataSource: string;
  /** What was scored, such as `acc` or `reward`. */
  readonly variable: string;
  /** Such as `mean@8` or `best@4/mean`. */
  readonly metric: string;
}

const VERL_PREFIX = /^val-(?:core|aux)\//;
const INNER_METRIC = /^(?:best|worst|maj)@/;

/**
 * Takes a key such as `val-core/openai/gsm8k/acc/mean@8` apart.
 *
 * @returns undefined if it is no key of verl's `val-core` or `val-aux`.
 */
export function parseValidationKey(name: string): ValidationKey | undefined {
  const canonical = canonicalName(name);
  if (!VERL_PREFIX.test(canonical)) return undefined;
  const segments = canonical.split("/").slice(1);
  const metricLength = INNER_METRIC.test(segments.at(-2) ?? "") ? 2 : 1;
  const metric = segments.splice(-metricLength).join("/");
  const variable = segments.pop();
  if (variable === undefined || metric === "" || segments.length === 0) return undefined;
  return { dataSource: segments.join("/"), variable, metric };
}

/** Names of validation scores, best first. */
const SCORE_NAMES: readonly RegExp[] = [
  /^validation$/,
  /^val-core\//,
  /^val\/score-all$/,
  /^val\/test_score\//,
  /^test_score\//,
  /^val(?:idation)?(?:[/_](?:acc(?:uracy)?|score|reward))?$/,
  /^eval(?:uation)?[/_](?:reward|acc(?:uracy)?|score)$/,
  /^test[/_](?:reward|acc(?:uracy)?|score)$/,
  /^eval\/all\/avg_score$/,
  /^eval\/.+\/avg_score$/,
  /^eval\/.+\/avg@(?:\d+|k)$/,
  /^eval\/eval_.+_pass1$/,
  /^test\/env\/all\/(?:reward\/total|correct)$/,
  /^eval\/[^/]+$/,
  /^eval_rewards\/.+\/mean$/,
];
/** What a logger writes beside its scores under the same prefix. */
const NO_SCORE =
  /(?:^|[/_-])(?:step|epoch|loss|runtime|std|entropy|kl|(?:samples|steps)_per_second|truncated_(?:ratio|rate)|[a-z_]*length)$|__(?:min|max)$|clip_ratio/;

const METRIC_ORDER = ["mean@", "maj@", "best@"] as const;
const VARIABLE_ORDER = ["acc", "reward", "score"] as const;

/** Position in a list of preferences; behind all of them if in none. */
const placeIn = (place: number, list: readonly unknown[]): number =>
  place < 0 ? list.length : place;

function rankOf(name: string): readonly number[] | undefined {
  const canonical = canonicalName(name);
  if (NO_SCORE.test(canonical)) return undefined;
  const kind = SCORE_NAMES.findIndex((pattern) => pattern.test(canonical));
  if (kind < 0) return undefined;
  const key = parseValidationKey(name);
  if (key === undefined) return [kind, 0, 0];
  const variable = VARIABLE_ORDER.findIndex((known) => known === key.variable);
  const metric = METRIC_ORDER.findIndex((known) => key.metric.startsWith(known));
  return [kind, placeIn(variable, VARIABLE_ORDER), placeIn(metric, METRIC_ORDER)];
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  const i = a.findIndex((value, at) => value !== b[at]);
  return i < 0 ? 0 : a[i]! - b[i]!;
}

/** The columns that hold validation scores, best guess first; equal ones in the order given. */
export function findValidationColumns(names: readonly string[]): string[] {
  return names
    .flatMap((name) => {
      const rank = rankOf(name);
      return rank === undefined ? [] : [{ name, rank }];
    })
    .toSorted((a, b) => compareRanks(a.rank, b.rank))
    .map(({ name }) => name);
}
