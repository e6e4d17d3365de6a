/** Reward and distance from the start policy of one run, step by step; compares nothing. */
import { ConfigError, DataError } from "../../base/errors.ts";
import { canonicalName } from "../../ingest/canonical-name.ts";
import type { StepLog } from "../../log/step-log.ts";
import { mean } from "../fit/moments.ts";
import { meanNoise } from "../fit/level-bootstrap.ts";
import { movingMean } from "../fit/smoothing.ts";

/** How far a policy has gone: the divergence from the start as logged, or the length of the way in single steps. */
export type KlKind = "to-start" | "summed";

/** Columns that hold a divergence, best first. A KL within a step does not add up to the KL to the start. */
const KL_NAMES: ReadonlyArray<{ readonly kind: KlKind; readonly name: RegExp }> = [
  {
    kind: "to-start",
    name: /^(?:actor\/|critic\/|objective\/)?(?:reference_kl|kl_to_start|kl|kl_mean)$/,
  },
  { kind: "to-start", name: /^(?:actor\/)?(?:kl_loss|reward_kl_penalty)$/ },
  { kind: "summed", name: /^(?:actor\/)?(?:approx_kl|ppo_kl)$/ },
];

/** Divergence along a run. */
interface KlSeries {
  readonly column: string;
  readonly kind: KlKind;
  /** [m], nats, at the middle of each mean; `summed`: of all steps so far. */
  readonly values: Float64Array;
}

/** One run in means over neighbouring steps, [m] each. */
export interface DriftInput {
  readonly log: string;
  readonly rewardColumn: string;
  /** Steps since the first row, counted from 1, at the middle of each mean. */
  readonly steps: Float64Array;
  readonly reward: Float64Array;
  /** Standard error of one mean; undefined where the run is too short to see it. */
  readonly noise: number | undefined;
  /** Rows a mean. */
  readonly meansOver: number;
  /** Undefined where the log has no such column. */
  readonly kl: KlSeries | undefined;
}

const WINDOW = 11;
/** A mean is over at most this share of the run. */
const LARGEST_SHARE = 0.05;

/**
 * Takes the series of a log.
 *
 * @param klColumn - a column with the KL divergence from the start policy, in nats; default: one with a telling name.
 * @throws {@link DataError} if the log has no reward; {@link ConfigError} if it has no such column.
 */
export function driftInputOf(log: StepLog, klColumn?: string): DriftInput {
  const { source, reward, table } = log;
  if (reward === undefined) {
    throw new DataError("no-reward", `"${source}" must have a column with the reward, got none`, {
      fix: "name it with --reward COL",
    });
  }
  const rewards = table.columns.get(reward.column)!;
  const rows = [...rewards.keys()].filter((row) => Number.isFinite(rewards[row]));
  if (rows.length === 0) {
    throw new DataError("no-reward", `"${source}" must have a reward at some step, got none`);
  }
  const step = table.columns.get("step")!;
  const values = Float64Array.from(rows, (row) => rewards[row]!);
  const steps = Float64Array.from(rows, (row) => step[row]! - step[rows[0]!]! + 1);
  const count = Math.min(WINDOW, Math.floor(LARGEST_SHARE * rows.length));
  const meansOver = count % 2 === 1 ? count : Math.max(1, count - 1);
  return {
    log: source,
    rewardColumn: reward.column,
    steps: movingMean(steps, meansOver),
    reward: movingMean(values, meansOver),
    noise: meanNoise(values, meansOver),
    meansOver,
    kl: klOf(log, rows, { klColumn, meansOver }),
  };
}

interface KlChoice {
  readonly klColumn: string | undefined;
  readonly meansOver: number;
}

function klOf(
  { source, table }: StepLog,
  rows: readonly number[],
  { klColumn, meansOver }: KlChoice,
): KlSeries | undefined {
  if (klColumn !== undefined && !table.columns.has(klColumn)) {
    throw new ConfigError(
      "unknown-column",
      `--kl must name a column of "${source}", got "${klColumn}"`,
      { fix: "`entlaw inspect` lists the columns" },
    );
  }
  const found = klColumn === undefined ? telling(table.columns) : named(klColumn);
  if (found === undefined) return undefined;
  const { column, kind } = found;
  const logged = table.columns.get(column)!;
  // A step whose divergence was not logged has none that is known: it counts as the mean of the others.
  const known = Float64Array.from(rows, (row) => logged[row]!).filter(Number.isFinite);
  if (known.length === 0) return undefined;
  const typical = mean(known);
  const perRow = Float64Array.from(rows, (row) =>
    Number.isFinite(logged[row]) ? logged[row]! : typical,
  );
  return {
    column,
    kind,
    values: movingMean(kind === "summed" ? runningSum(perRow) : perRow, meansOver),
  };
}

const named = (column: string) => ({ column, kind: "to-start" as const });

function telling(
  columns: ReadonlyMap<string, Float64Array>,
): { readonly column: string; readonly kind: KlKind } | undefined {
  for (const { kind, name } of KL_NAMES) {
    for (const [column, values] of columns) {
      if (name.test(canonicalName(column)) && values.some(Number.isFinite)) return { column, kind };
    }
  }
  return undefined;
}

function runningSum(values: Float64Array): Float64Array {
  let sum = 0;
  return values.map((value) => {
    sum += value;
    return sum;
  });
}
