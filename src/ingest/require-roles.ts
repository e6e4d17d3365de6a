/** Insists that a log has what a law needs, and says how to get it if not; knows no law. */
import { DataError } from "../base/errors.ts";
import type { StepLog } from "../log/step-log.ts";
import { canonicalName } from "./canonical-name.ts";
import { formatNames, formats } from "./formats.ts";

/** A log whose entropy and reward columns are known. */
export type LogWithRoles = StepLog & {
  readonly entropy: NonNullable<StepLog["entropy"]>;
  readonly reward: NonNullable<StepLog["reward"]>;
};

const MIN_STEPS = 2;
const MAX_LISTED = 12;
const LIKELY = {
  entropy: /ent(?:ropy)?/,
  reward: /reward|score|acc|return/,
} as const;

/** Column names, those that look like the role first. */
function candidates(log: StepLog, role: "entropy" | "reward"): string {
  const names = [...log.table.columns.keys()].filter((name) => name !== "step");
  const isLikely = (name: string): boolean => LIKELY[role].test(canonicalName(name));
  const sorted = [...names.filter(isLikely), ...names.filter((name) => !isLikely(name))];
  const more = sorted.length - MAX_LISTED;
  return sorted.slice(0, MAX_LISTED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

function missing(log: StepLog, role: "entropy" | "reward"): DataError {
  const name = formatNames.find((known) => known === log.format);
  const format = name && formats[name];
  const hint = role === "entropy" ? format?.withoutEntropy : undefined;
  return new DataError(
    `no-${role}`,
    `"${log.source}" must have a column with the ${role === "entropy" ? "policy entropy" : "reward"}, got ${candidates(log, role) || "no columns"}`,
    { fix: `name it with --${role} COL${hint === undefined ? "" : ` (${hint})`}` },
  );
}

/**
 * Checks that entropy and reward were found and that at least two steps have both.
 *
 * @throws {@link DataError} naming the columns there are and the flag that chooses one.
 */
export function requireRoles(log: StepLog): LogWithRoles {
  const { entropy, reward, table } = log;
  if (entropy === undefined) throw missing(log, "entropy");
  if (reward === undefined) throw missing(log, "reward");
  const entropies = table.columns.get(entropy.column)!;
  const rewards = table.columns.get(reward.column)!;
  const both = entropies.reduce(
    (count, value, i) => count + (Number.isFinite(value) && Number.isFinite(rewards[i]) ? 1 : 0),
    0,
  );
  if (both < MIN_STEPS) {
    throw new DataError(
      "too-few-steps",
      `"${log.source}" must have at least ${MIN_STEPS} steps with both "${entropy.column}" and "${reward.column}", got ${both}`,
      { fix: "wait for more steps, or name columns that are logged at the same steps" },
    );
  }
  return { ...log, entropy, reward };
}
