/** What the runs of a sweep will cost, by what a step of their size has taken; knows no prices. */
import { sizeKey } from "./run-paces.ts";
import { isLeft, type RunStatus } from "./sweep-status.ts";

/** What one run will take. */
export interface RunCost {
  readonly id: string;
  /** Steps that are left. */
  readonly steps: number;
  /** Seconds, evaluations and a warm start aside; null if no run of its size has finished yet. */
  readonly seconds: number | null;
}

/**
 * What is left of each run: its steps times what a step takes.
 *
 * @param paces - seconds a step, as `runPaces` has them.
 */
export function estimateCosts(
  statuses: readonly RunStatus[],
  paces: ReadonlyMap<string, number>,
): RunCost[] {
  return statuses.map((status) => {
    const { run } = status.job;
    const steps = isLeft(status) ? Math.max(0, run.config.steps - status.steps) : 0;
    const pace = steps === 0 ? 0 : paces.get(sizeKey(run.config));
    return { id: run.id, steps, seconds: pace === undefined ? null : steps * pace };
  });
}

/** Seconds for all, with so many at a time; null if one of them is not known. */
export function totalSeconds(costs: readonly RunCost[], concurrency: number): number | null {
  let sum = 0;
  for (const { seconds } of costs) {
    if (seconds === null) return null;
    sum += seconds;
  }
  const atOnce = Math.min(concurrency, costs.filter(({ steps }) => steps > 0).length);
  return sum / Math.max(1, atOnce);
}
