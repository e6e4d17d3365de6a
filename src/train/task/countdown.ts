/** Countdown: reach a target with all the numbers given, one operation a line; knows nothing of a policy. */
import type { Rng } from "../../base/random.ts";
import type { OptionsOf } from "../../config/task-config.ts";
import { checkCountdown } from "./check-countdown.ts";
import { applyOperator } from "./operator.ts";
import { solveCountdown } from "./solve-countdown.ts";
import { sampleSplit } from "./split.ts";
import type { Problem, Task } from "./task.ts";

/** One countdown problem; its prompt is written like `3,7,5=26:`. */
export interface CountdownProblem extends Problem {
  /** The numbers in the order of the prompt. */
  readonly numbers: readonly number[];
  readonly target: number;
}

/**
 * Results between the first line and the last stay below this in sampled problems and in solutions, so that responses
 * stay short. A response with larger ones is right all the same, if it is not cut off.
 */
const RESULT_LIMIT = 1000;

const digits = (value: number): number => String(value).length;

/** Characters of the longest solution. */
function longestResponse({ numbers, largest, largestTarget }: OptionsOf<"countdown">): number {
  const given = digits(largest);
  const result = digits(Math.min(largest ** (numbers - 1), RESULT_LIMIT - 1));
  const first = given + given + digits(Math.min(largest ** 2, RESULT_LIMIT - 1)) + 2; // "20*20=400"
  const middle = result + given + result + 2; // "400+20=420"
  // The last line of three joins a result and a number, that of four perhaps two results.
  const last = result + (numbers === 3 ? given : result) + digits(largestTarget) + 2;
  return first + (numbers - 3) * (middle + 1) + 1 + last;
}

/**
 * Draws numbers and operations upon them; undefined where an operation has no result or the last is no target.
 *
 * Targets are thus as likely as there are ways to reach them.
 */
function drawProblem(options: OptionsOf<"countdown">, rng: Rng): CountdownProblem | undefined {
  const numbers: number[] = [];
  for (let i = 0; i < options.numbers; i += 1) numbers.push(1 + rng.below(options.largest));
  const pool = [...numbers];
  while (pool.length > 1) {
    const [left = 0] = pool.splice(rng.below(pool.length), 1);
    const [right = 0] = pool.splice(rng.below(pool.length), 1);
    const operator = options.operators.charAt(rng.below(options.operators.length));
    const result = applyOperator(left, operator, right);
    if (result === undefined || result >= RESULT_LIMIT) return undefined;
    pool.push(result);
  }
  const target = pool[0] ?? 0;
  if (target < 1 || target > options.largestTarget) return undefined;
  const given = numbers.join(",");
  return {
    prompt: `${given}=${target}:`,
    key: `${numbers.toSorted((a, b) => a - b).join(",")}=${target}`,
    numbers,
    target,
  };
}

/**
 * Makes the task countdown.
 *
 * **Details** Every number is used exactly once. Results are natural numbers or 0: a division leaves no remainder, a
 * difference is not negative. A response to `3,7,5=26:` is `3*7=21;21+5=26`.
 */
export function makeCountdown(options: OptionsOf<"countdown">): Task<CountdownProblem> {
  const { numbers, largest, largestTarget, operators } = options;
  return {
    kind: "countdown",
    alphabet: `0123456789${operators}=,;:`,
    promptLength: numbers * (digits(largest) + 1) + digits(largestTarget) + 1,
    responseLength: longestResponse(options),
    sample: (rng, split) => sampleSplit(() => drawProblem(options, rng), split, "countdown"),
    solve: (problem, rng) => solveCountdown(problem, { operators, resultLimit: RESULT_LIMIT }, rng),
    check: (problem, response) => checkCountdown(problem, operators, response),
  };
}
