/** A run directory as a probe of plasticity: where it started and where it ended; compares nothing. */
import { basename, dirname } from "node:path";
import { DataError } from "../../base/errors.ts";
import type { Manifest } from "../../log/manifest.ts";
import { stepOfName } from "../../log/run-files.ts";
import type { StepLog } from "../../log/step-log.ts";
import { mean } from "../fit/moments.ts";
import type { ProbeRun } from "./plasticity.ts";

/** Ends of the training reward are means over this share of the steps. */
const END_SHARE = 0.1;
/** A first and a last score are two. */
const MIN_SCORES = 2;

/**
 * Reads what a probe is about.
 *
 * @param manifest - whose config says in `warmStart.from` what the run started from.
 * @throws {@link DataError} if the run has no score, or no config.
 */
export function probeOf(log: StepLog, { config }: Pick<Manifest, "config">): ProbeRun {
  if (config === undefined) {
    throw new DataError(
      "no-config",
      `"${log.source}" must be a run whose config says what it started from, got none in its manifest`,
      { fix: "name runs of `entlaw train`" },
    );
  }
  const from = startOf(config);
  return {
    log: log.source,
    from,
    fromStep: from === undefined ? undefined : stepOfPath(from),
    steps: log.table.length,
    ...scoresOf(log),
  };
}

function startOf(config: NonNullable<Manifest["config"]>): string | undefined {
  const warmStart = config["warmStart"];
  if (typeof warmStart !== "object" || warmStart === null || Array.isArray(warmStart)) {
    return undefined;
  }
  const from = warmStart["from"];
  return typeof from === "string" ? from : undefined;
}

/** The checkpoint's folder, or the folder of the policy file that is named. */
function stepOfPath(from: string): number | undefined {
  return stepOfName(basename(from)) ?? stepOfName(basename(dirname(from)));
}

function scoresOf({
  source,
  validation,
  reward,
  table,
}: StepLog): Pick<ProbeRun, "start" | "final" | "scoreColumn"> {
  const scored = validation.find((name) => finite(table.columns.get(name)).length >= MIN_SCORES);
  if (scored !== undefined) {
    const values = finite(table.columns.get(scored));
    return { scoreColumn: scored, start: values[0]!, final: values.at(-1)! };
  }
  const rewards = finite(reward && table.columns.get(reward.column));
  if (reward === undefined || rewards.length === 0) {
    throw new DataError("no-reward", `"${source}" must have held-out scores or a reward, got none`);
  }
  const count = Math.max(1, Math.floor(END_SHARE * rewards.length));
  return {
    scoreColumn: reward.column,
    start: mean(rewards.subarray(0, count)),
    final: mean(rewards.subarray(-count)),
  };
}

const finite = (values: Float64Array | undefined): Float64Array =>
  (values ?? new Float64Array()).filter(Number.isFinite);
