/** What is said of a sweep: its runs as a table, its plan, its end; computes nothing. */
import { textTable } from "../report/text/text-table.ts";
import type { RunCost } from "./estimate-cost.ts";
import { totalSeconds } from "./estimate-cost.ts";
import type { Sweep } from "./plan-sweep.ts";
import type { SweepResult } from "./run-sweep.ts";
import type { GivenUp } from "./sweep-manifest.ts";
import { isLeft, type RunStatus } from "./sweep-status.ts";

const NONE = "-";
const DIGITS = 3;

const number = (value: number | null): string => (value === null ? NONE : value.toFixed(DIGITS));

/** A table with a line for each run, and a line for all. */
export function statusText(sweep: Sweep, statuses: readonly RunStatus[]): string {
  const head = ["run", "state", "steps", "reward", "entropy", "s/step"];
  const rows = statuses.map(({ job: { run }, state, steps, reward, entropy, secondsPerStep }) => [
    run.id,
    state === "absent" ? "to do" : state,
    `${steps}/${run.config.steps}`,
    number(reward),
    number(entropy),
    number(secondsPerStep),
  ]);
  const errors = statuses.flatMap(({ job, error }) =>
    error === undefined ? [] : [`${job.run.id}: ${error}`],
  );
  return [
    textTable([head, ...rows], [2, 3, 4, 5]),
    "",
    ...errors,
    countsLine(sweep, statuses),
  ].join("\n");
}

function countsLine({ out }: Sweep, statuses: readonly RunStatus[]): string {
  const counts = [...Map.groupBy(statuses, ({ state }) => state)].map(
    ([state, runs]) => `${runs.length} ${state === "absent" ? "to do" : state}`,
  );
  return `${out}: ${statuses.length} runs, ${counts.join(", ")}`;
}

/** What a sweep would do and cost. */
export function planText(
  sweep: Sweep,
  statuses: readonly RunStatus[],
  costs: readonly RunCost[],
): string {
  const head = ["run", "state", "steps left", "estimated"];
  const rows = statuses.map(({ job: { run }, state }, k) => {
    const cost = costs[k];
    const also = run.also.length === 0 ? "" : `also ${run.also.join("; ")}`;
    return [
      run.id,
      state === "absent" ? "to do" : state,
      String(cost?.steps ?? 0),
      duration(cost?.seconds ?? null),
      also,
    ];
  });
  const left = statuses.filter(isLeft).length;
  const total = duration(totalSeconds(costs, sweep.concurrency));
  const threads = sweep.threads === 1 ? "1 thread" : `${sweep.threads} threads`;
  return [
    textTable([[...head, ""], ...rows], [2, 3]),
    "",
    `${sweep.out}: ${left} of ${statuses.length} runs to do, ${sweep.concurrency} at a time, ${threads} each; estimated ${total}`,
    "estimated: steps left x seconds a step in finished runs of the same size, evaluations and warm starts aside",
  ].join("\n");
}

/** Seconds in words; `unknown` for null. */
export function duration(seconds: number | null): string {
  if (seconds === null) return "unknown";
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${whole % 60} s` : `${whole} s`;
}

/** Why an arm was given up and what that saved. */
export function givenUpText({
  arm,
  ceiling,
  best,
  best_ceiling: other,
  saved_steps: saved,
}: GivenUp) {
  const interval = ([low, high]: readonly [number, number]): string =>
    `[${low.toFixed(DIGITS)}, ${high.toFixed(DIGITS)}]`;
  return `${arm} is given up: its ceiling ${interval(ceiling)} lies below that of ${best} ${interval(other)}; ${saved} steps saved`;
}

/** How a sweep ended: one line, and one for each run that is not finished. */
export function endText({ out }: Sweep, { outcomes, before, givenUp }: SweepResult): string {
  const all = [...outcomes];
  const finished = all.filter(([, { state }]) => state === "finished").length;
  const others = all.filter(([, { state }]) => state !== "finished");
  const first =
    all.length === 0
      ? `nothing was left to do: ${before} runs are finished in ${out}`
      : `${finished} runs finished now, ${before} before, ${others.length} not: ${out}`;
  return [
    first,
    ...others.map(([id, { state, message = "" }]) => `  ${state} ${id} ${message}`.trimEnd()),
    ...givenUp.map((arm) => `  ${givenUpText(arm)}`),
  ].join("\n");
}
