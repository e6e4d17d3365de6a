/** The terms of a point by loops over its tokens, as their definitions read: an oracle for the SQL. */
import type { TokenTerm } from "../../src/log/aggregate-tokens.ts";
import type { TokenRow } from "./token-run.ts";

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function covariance(x: readonly number[], y: readonly number[]): number {
  const [meanX, meanY] = [mean(x), mean(y)];
  return mean(x.map((value, i) => (value - meanX) * (y[i]! - meanY)));
}

function groupsBy<T>(rows: readonly T[], key: (row: T) => number): T[][] {
  return [...Map.groupBy(rows, key).values()];
}

/** An action with what is known of it: a token, or a response by the means of its tokens. */
interface Action {
  readonly group: number;
  readonly l: number;
  readonly a: number;
  /** p(H + l); NaN where unknown. */
  readonly s: number;
  /** D; NaN where unknown. */
  readonly d: number;
}

const isValid = (row: TokenRow): boolean =>
  Number.isFinite(row.old_log_prob) && Number.isFinite(row.advantage);

const finiteMean = (values: readonly number[]): number => mean(values.filter(Number.isFinite));

function tokenOf(row: TokenRow): Action {
  const p = Math.exp(row.old_log_prob);
  return {
    group: row.group_id,
    l: row.old_log_prob,
    a: row.advantage,
    s: p * (row.entropy + row.old_log_prob),
    d: row.polarity,
  };
}

function responseOf(rows: readonly TokenRow[]): Action {
  const tokens = rows.map(tokenOf);
  return {
    group: tokens[0]!.group,
    l: mean(tokens.map(({ l }) => l)),
    a: mean(tokens.map(({ a }) => a)),
    s: finiteMean(tokens.map(({ s }) => s)),
    d: finiteMean(tokens.map(({ d }) => d)),
  };
}

/** Advantage minus its mean under the policy over the actions of the same group. */
function centredAdvantages(actions: readonly Action[]): number[] {
  return actions.map(({ group, a }) => {
    const own = actions.filter((other) => other.group === group);
    const weights = own.map(({ l }) => Math.exp(l));
    const weighted = own.map((other, i) => weights[i]! * other.a);
    return a - mean(weighted) / mean(weights);
  });
}

const FAMILIES: Readonly<Record<string, (actions: readonly Action[]) => number>> = {
  plain: (actions) => covariance(of(actions, "l"), of(actions, "a")),
  weighted: (actions) =>
    covariance(
      of(actions, "l"),
      actions.map(({ l, a }) => Math.exp(l) * a),
    ),
  centred: (actions) => {
    const centred = centredAdvantages(actions);
    return covariance(
      of(actions, "l"),
      actions.map(({ l }, i) => Math.exp(l) * centred[i]!),
    );
  },
  discriminator: (actions) => finiteMean(actions.map(({ a, s }) => a * s)),
  polarity: (actions) => finiteMean(actions.map(({ a, d }) => a * d)),
};

const of = (actions: readonly Action[], name: keyof Action): number[] =>
  actions.map((action) => action[name]);

/** One term of the tokens of one point. */
export function naiveTerm(term: TokenTerm, point: readonly TokenRow[]): number {
  const [family, level] = term.split("_") as [string, string];
  const rows = point.filter(isValid);
  const compute = FAMILIES[family]!;
  if (level === "token") return compute(rows.map(tokenOf));
  const groups = groupsBy(rows, ({ group_id }) => group_id);
  return finiteMean(
    groups.map((group) =>
      compute(
        level === "group"
          ? group.map(tokenOf)
          : groupsBy(group, ({ sequence_id }) => sequence_id).map(responseOf),
      ),
    ),
  );
}

/** Number of the accuracy class of a prompt group. */
export function naiveClass(group: readonly TokenRow[]): number {
  const responses = groupsBy(group.filter(isValid), ({ sequence_id }) => sequence_id);
  const advantages = responses.map((rows) => mean(rows.map(({ advantage }) => advantage)));
  const spread = Math.max(...advantages) - Math.min(...advantages);
  if (spread < 1e-6) return 5;
  const share = advantages.filter((advantage) => advantage > 0).length / advantages.length;
  if (share === 0) return 0;
  return [0.25, 0.5, 0.75, 1].findIndex((bound) => share <= bound) + 1;
}
