/** Finds the solutions of a countdown problem by trying all; knows nothing of how problems are drawn. */
import type { Rng } from "../../base/random.ts";
import { applyOperator } from "./operator.ts";

/** What may be tried. */
export interface CountdownSearch {
  readonly operators: string;
  /** Results are below this. */
  readonly resultLimit: number;
}

/**
 * One of the solutions, each as likely as any other; `3*7` and `7*3` are two.
 *
 * @throws Error if there is none: the problem is not of this task.
 */
export function solveCountdown(
  problem: {
    readonly prompt: string;
    readonly numbers: readonly number[];
    readonly target: number;
  },
  { operators, resultLimit }: CountdownSearch,
  rng: Rng,
): string {
  const { numbers, target } = problem;
  const depth = numbers.length - 1;
  // The derivation being tried, and the one kept: left, operator, right and result of each line.
  const trial: (number | string)[] = [];
  let kept: readonly (number | string)[] | undefined;
  let found = 0;

  const tryPair = (pool: readonly number[], i: number, j: number): void => {
    const left = pool[i] ?? 0;
    const right = pool[j] ?? 0;
    for (const operator of operators) {
      const result = applyOperator(left, operator, right);
      if (result === undefined || result >= resultLimit) continue;
      if (pool.length === 2 && result !== target) continue;
      trial.push(left, operator, right, result);
      if (pool.length === 2) {
        found += 1;
        if (rng.below(found) === 0) kept = [...trial]; // reservoir of one
      } else {
        search([...pool.filter((_, k) => k !== i && k !== j), result]);
      }
      trial.length -= 4;
    }
  };
  const search = (pool: readonly number[]): void => {
    for (let i = 0; i < pool.length; i += 1) {
      for (let j = 0; j < pool.length; j += 1) if (i !== j) tryPair(pool, i, j);
    }
  };

  search(numbers);
  if (kept === undefined) throw new Error(`internal: ${problem.prompt} has no solution`);
  const lines: string[] = [];
  for (let line = 0; line < depth; line += 1) {
    const [left, operator, right, result] = kept.slice(4 * line, 4 * line + 4);
    lines.push(`${left}${operator}${right}=${result}`);
  }
  return lines.join(";");
}
