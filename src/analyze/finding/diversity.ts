/** Do the responses to one prompt stay apart while the policy learns? From rows of a step; reads no file. */
import type { RolloutAggregate } from "../../log/aggregate-rollouts.ts";
import { type Bounded, bootstrapLevels } from "../fit/level-bootstrap.ts";
import { mean } from "../fit/moments.ts";

/** The quantities that are followed over the run, by column, in the order in which they are told. */
const DIVERSITY_QUANTITIES = [
  { column: "q_entropy", name: "H(q), entropy of the policy over a group, nats" },
  { column: "p_entropy", name: "H(p), entropy of the target, nats" },
  { column: "kl", name: "KL(p || q), nats" },
  { column: "mse", name: "mean (p - q)^2, DMPO's loss" },
  { column: "modes", name: "modes: distinct correct responses a prompt" },
  { column: "distinct_correct_share", name: "distinct among the correct" },
  { column: "distinct_share", name: "distinct among all responses" },
  { column: "correct_share", name: "correct" },
  { column: "solved_share", name: "prompts with a correct response" },
] as const;

/** One quantity over the run. */
interface DiversityTrend {
  readonly column: (typeof DIVERSITY_QUANTITIES)[number]["column"];
  readonly name: string;
  /** Means over the first and the last steps; undefined where no step has it. */
  readonly first: number | undefined;
  readonly last: number | undefined;
  /** Last minus first; its interval is undefined where the run is too short for one. */
  readonly change: Bounded | undefined;
}

/** What the rollouts of a run say about diversity. */
export interface DiversityFinding {
  readonly question: "diversity";
  readonly run: string;
  readonly aggregate: RolloutAggregate;
  readonly alpha: number;
  /** Responses a prompt, mean over steps; the largest entropy over a group is its logarithm. */
  readonly groupSize: number;
  /** Steps of the means at either end. */
  readonly meansOver: number;
  readonly trends: readonly DiversityTrend[];
  readonly notes: readonly string[];
}

/** DMPO's temperature of the target, as its re-implementation has it. */
export const DMPO_ALPHA = 1 / 15;
const WINDOW = 11;
const END_SHARE = 0.1;
/** Means that the noise of one is seen from. */
const ROWS_A_MEAN = 5;

/**
 * Follows the spread of the responses over the run.
 *
 * **Gotchas** p and q are over the responses that were drawn, not over all that could be: H(q) falls when a group has
 * duplicates no more than when it has none. Distinct is by text: two ways to write one solution are two.
 *
 * @see arXiv:2605.19461 (DMPO): q = softmax of length-normalised log-likelihoods, p = softmax(r / α).
 */
export function findDiversity(
  run: string,
  aggregate: RolloutAggregate,
  alpha: number = DMPO_ALPHA,
): DiversityFinding {
  const { table, withoutTokens, correctFrom } = aggregate;
  const meansOver = Math.max(1, Math.min(WINDOW, Math.floor(END_SHARE * table.length)));
  const sizes = table.columns
    .get("responses")!
    .map((count, row) => count / table.columns.get("groups")![row]!);
  const notes = [
    ...(withoutTokens > 0
      ? [
          `${withoutTokens} of ${table.length} steps have no token table, and so no q (train with --set log.tokens=1)`,
        ]
      : []),
    ...(correctFrom <= 0 ? ["no response was rewarded: nothing is known about correct ones"] : []),
  ];
  return {
    question: "diversity",
    run,
    aggregate,
    alpha,
    groupSize: mean(sizes),
    meansOver,
    trends: DIVERSITY_QUANTITIES.map(({ column, name }) => ({
      column,
      name,
      ...trendOf(table.columns.get(column)!.filter(Number.isFinite), meansOver),
    })),
    notes,
  };
}

function trendOf(
  values: Float64Array,
  window: number,
): Pick<DiversityTrend, "first" | "last" | "change"> {
  if (values.length < window) return { first: undefined, last: undefined, change: undefined };
  const first = mean(values.subarray(0, window));
  const last = mean(values.subarray(values.length - window));
  if (values.length < 2 * window) return { first, last, change: undefined };
  if (values.length < ROWS_A_MEAN * window) {
    return { first, last, change: { value: last - first, ci95: undefined } };
  }
  const [change] = bootstrapLevels(
    [values],
    { window, starts: [0, values.length - window] },
    ([levels]) => [levels![1]! - levels![0]!],
  );
  return { first, last, change };
}
