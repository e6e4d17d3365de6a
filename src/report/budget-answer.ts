/** An entropy budget in one sentence; computes nothing. */
import type { BudgetMark, EntropyBudgetFinding } from "../analyze/finding/entropy-budget.ts";
import { formatShare } from "./format-number.ts";
import { fractionName } from "./fraction-name.ts";

/** The marks that the paper names. */
const NAMED = [1 / 12, 1 / 3];

/** What the first steps bought, or why that cannot be said. */
export function budgetAnswer({ marks, missing, n }: EntropyBudgetFinding): string {
  const told = NAMED.map((share) => marks.find((mark) => mark.share === share))
    .filter((mark) => mark !== undefined)
    .map(clauseOf)
    .filter((clause) => clause !== undefined);
  return told.length === 0
    ? `No budget of these ${n} steps: ${missing.join("; ")}`
    : told.join("; ");
}

function clauseOf({ share, dropShare, gainShare }: BudgetMark, at: number): string | undefined {
  const parts = [
    ...(dropShare === undefined ? [] : [`${formatShare(dropShare)} % of the entropy drop`]),
    ...(gainShare === undefined ? [] : [`${formatShare(gainShare)} % of the reward gain`]),
  ];
  const subject =
    at === 0 ? `The first ${fractionName(share)} of the run` : `the first ${fractionName(share)}`;
  return parts.length === 0 ? undefined : `${subject} saw ${parts.join(" and ")}`;
}
