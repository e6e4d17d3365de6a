/** What a scaling curve starts from: compute and reward of one run, entropy not needed; fits nothing. */
import { ConfigError, DataError } from "../../base/errors.ts";
import type { StepLog } from "../../log/step-log.ts";
import { short } from "../fit/short-number.ts";

/** Where R0, the reward at zero compute, comes from: the run's first points, a measurement, or the fit. */
type StartRewardChoice = "first" | "free" | number;

/** What a caller may choose. */
export interface ScalingRequest {
  /** Whether the log's reward was named by the caller; otherwise validation scores come first. */
  readonly isRewardNamed?: boolean | undefined;
  /** Column of compute; default: step + 1. */
  readonly x?: string | undefined;
  /** Points with less compute than this are left out of the fits, in the unit of x; default: none. */
  readonly dropBefore?: number | undefined;
  /** Default `first`. */
  readonly startReward?: StartRewardChoice | undefined;
}

/** The points of one run in order of compute. */
export interface ScalingInput {
  readonly log: string;
  readonly rewardColumn: string;
  /** Why this column, for people. */
  readonly rewardReason: string;
  /** Column of compute, or `step + 1`. */
  readonly xColumn: string;
  /** [n], compute in the run's own unit, rising. */
  readonly x: Float64Array;
  /** [n]. */
  readonly reward: Float64Array;
  /** Points left out for little compute. */
  readonly dropped: number;
  /** R0 that fits may hold; undefined where it is asked to be free. */
  readonly startReward: number | undefined;
  /** Points whose mean R0 is; 0 where it was given. */
  readonly startPoints: number;
}

/** A validation column with fewer scores says nothing about a curve of four parameters. */
const MIN_SCORES = 4;
/** R0 from training rewards is the mean of this share of them, at least one; from held-out scores it is the first. */
const START_SHARE = 0.05;

/**
 * Takes the points of a log.
 *
 * @throws {@link DataError} if the log has no reward, no such column of compute, or no point in reach.
 */
export function scalingInputOf(log: StepLog, request: ScalingRequest = {}): ScalingInput {
  const { column, reason, isHeldOut } = rewardOf(log, request.isRewardNamed ?? false);
  const compute = computeOf(log, request.x);
  const rewards = log.table.columns.get(column)!;
  const rows = [...rewards.keys()]
    .filter((row) => Number.isFinite(rewards[row]) && Number.isFinite(compute[row]))
    .toSorted((one, other) => compute[one]! - compute[other]!);
  const { dropBefore = Number.NEGATIVE_INFINITY, startReward = "first" } = request;
  const kept = rows.filter((row) => compute[row]! >= dropBefore);
  if (kept.length === 0) {
    throw new DataError(
      "no-points",
      `"${log.source}" must have points with "${column}" and compute of at least ${short(dropBefore)}, got none`,
      { fix: "lower --drop-before, or name other columns" },
    );
  }
  const firstPoints = isHeldOut ? 1 : Math.max(1, Math.floor(START_SHARE * rows.length));
  const startPoints = startReward === "first" ? firstPoints : 0;
  const sum = rows.slice(0, startPoints).reduce((total, row) => total + rewards[row]!, 0);
  return {
    log: log.source,
    rewardColumn: column,
    rewardReason: reason,
    xColumn: request.x ?? "step + 1",
    x: Float64Array.from(kept, (row) => compute[row]!),
    reward: Float64Array.from(kept, (row) => rewards[row]!),
    dropped: rows.length - kept.length,
    startReward: startPoints > 0 ? sum / startPoints : given(startReward),
    startPoints,
  };
}

const given = (choice: StartRewardChoice): number | undefined =>
  typeof choice === "number" ? choice : undefined;

/** Held-out scores where there are enough: training reward also moves with the prompts of a step. */
function rewardOf(
  { source, reward, validation, table }: StepLog,
  isNamed: boolean,
): { readonly column: string; readonly reason: string; readonly isHeldOut: boolean } {
  const scores = isNamed
    ? undefined
    : validation.find(
        (name) => (table.columns.get(name)?.filter(Number.isFinite).length ?? 0) >= MIN_SCORES,
      );
  if (scores !== undefined) return { column: scores, reason: "held-out scores", isHeldOut: true };
  if (reward === undefined) {
    throw new DataError("no-reward", `"${source}" must have a column with the reward, got none`, {
      fix: "name it with --reward COL",
    });
  }
  return {
    column: reward.column,
    reason: isNamed ? "named" : "training reward, as there are too few held-out scores",
    isHeldOut: false,
  };
}

function computeOf({ source, table }: StepLog, name: string | undefined): Float64Array {
  if (name === undefined) return table.columns.get("step")!.map((step) => step + 1);
  const compute = table.columns.get(name);
  if (compute !== undefined) return compute;
  throw new ConfigError("unknown-column", `--x must name a column of "${source}", got "${name}"`, {
    fix: "`entlaw inspect` lists the columns",
  });
}
