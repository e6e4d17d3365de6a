/** A sweep as `--json` prints it; names are those of the contract's files. */
import type { RunCost } from "./estimate-cost.ts";
import { totalSeconds } from "./estimate-cost.ts";
import type { Sweep } from "./plan-sweep.ts";
import type { SweepResult } from "./run-sweep.ts";
import type { RunStatus } from "./sweep-status.ts";
import type { PlannedCommand } from "./verl/verl-plan.ts";

/** What a sweep would cost and, of runs of verl, would run. */
export interface PlanDetails {
  readonly costs: readonly RunCost[];
  /** Of the runs that are left. */
  readonly plan: readonly PlannedCommand[];
}

const headOf = ({ name, out, concurrency, threads }: Sweep) => ({
  name,
  out,
  concurrency,
  threads,
});

/** `sweep status`, and `sweep run --dry-run` where its details are given. */
export function statusToJson(
  sweep: Sweep,
  statuses: readonly RunStatus[],
  { costs, plan = [] }: Partial<PlanDetails> = {},
): unknown {
  const commands = new Map(plan.map(({ id, ...command }) => [id, command]));
  const runs = statuses.map(({ job, state, steps, reward, entropy, secondsPerStep, error }, k) => {
    const cost = costs?.[k];
    return {
      id: job.run.id,
      arm: job.run.arm,
      seed: job.run.seed,
      also: job.run.also,
      directory: job.directory,
      config_hash: job.run.hash,
      state,
      steps,
      of: job.run.config.steps,
      reward,
      entropy,
      seconds_per_step: secondsPerStep,
      ...(error === undefined ? {} : { error }),
      ...(cost === undefined ? {} : { steps_left: cost.steps, estimated_seconds: cost.seconds }),
      ...commands.get(job.run.id),
    };
  });
  const total =
    costs === undefined ? {} : { estimated_seconds: totalSeconds(costs, sweep.concurrency) };
  return { ...headOf(sweep), ...total, given_up: sweep.givenUp, runs };
}

/** `sweep run`. */
export function resultToJson(sweep: Sweep, { outcomes, before, givenUp }: SweepResult): unknown {
  const runs = [...outcomes].map(([id, { state, message }]) => ({
    id,
    state,
    ...(message === undefined ? {} : { message }),
  }));
  return { ...headOf(sweep), finished_before: before, given_up: givenUp, runs };
}
