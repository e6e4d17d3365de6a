/** Operations on a row of digits, the state after each shown; knows nothing of a policy. */
import type { Rng } from "../../base/random.ts";
import type { OptionsOf } from "../../config/task-config.ts";
import { checkSteps } from "./check-steps.ts";
import { sampleSplit } from "./split.ts";
import type { Problem, Task } from "./task.ts";

/** One row and what to do to it; its prompt is written like `40213rsi:`. */
export interface TransformProblem extends Problem {
  /** The row to begin with. */
  readonly row: string;
  /** One letter an operation. */
  readonly operations: string;
}

/** The operations by letter: what each is called, and what it makes of a row of digits below `base`. */
const OPERATIONS: ReadonlyMap<string, RowOperation> = new Map<string, RowOperation>([
  ["r", { name: "reverse", apply: (row) => row.toReversed() }],
  ["l", { name: "rotate left", apply: ([first = 0, ...rest]) => [...rest, first] }],
  // Neighbours change places two by two; the last of an odd row stays.
  ["s", { name: "swap neighbours", apply: (row) => row.map((own, i) => row[i ^ 1] ?? own) }],
  ["i", { name: "increment", apply: (row, base) => row.map((digit) => (digit + 1) % base) }],
  ["t", { name: "running total", apply: runningTotal }],
]);

interface RowOperation {
  readonly name: string;
  readonly apply: (row: readonly number[], base: number) => readonly number[];
}

function runningTotal(row: readonly number[], base: number): number[] {
  let total = 0;
  return row.map((digit) => {
    total = (total + digit) % base;
    return total;
  });
}

function applyTo(row: string, letter: string, base: number): string {
  const digits = Array.from(row, Number);
  return (OPERATIONS.get(letter)?.apply(digits, base) ?? digits).join("");
}

function drawProblem(options: OptionsOf<"transform">, rng: Rng): TransformProblem {
  let row = "";
  for (let i = 0; i < options.digits; i += 1) row += rng.below(options.base);
  const count = options.fewest + rng.below(options.most - options.fewest + 1);
  let operations = "";
  for (let i = 0; i < count; i += 1) {
    operations += options.operations.charAt(rng.below(options.operations.length));
  }
  const prompt = `${row}${operations}:`;
  return { prompt, key: prompt, row, operations };
}

/** The row after each operation. */
function states({ row, operations }: TransformProblem, base: number): string[] {
  let state = row;
  return Array.from(operations, (letter) => {
    state = applyTo(state, letter, base);
    return state;
  });
}

/**
 * Makes the task of transforming a row of digits.
 *
 * **Details** Difficulty is graded by the number of operations, drawn evenly from `fewest` to `most`. The response to
 * `40213rl:` is `31204;12043`.
 */
export function makeTransform(options: OptionsOf<"transform">): Task<TransformProblem> {
  const { digits, base, most } = options;
  return {
    kind: "transform",
    alphabet: `${"0123456789".slice(0, base)}${options.operations};:`,
    promptLength: digits + most + 1,
    responseLength: most * (digits + 1) - 1,
    sample: (rng, split) => sampleSplit(() => drawProblem(options, rng), split, "transform"),
    solve: (problem) => states(problem, base).join(";"),
    check: (problem, response) =>
      checkSteps(response, {
        count: problem.operations.length,
        start: problem.row,
        end: states(problem, base).at(-1) ?? problem.row,
        form: new RegExp(`^[0-${base - 1}]{${digits}}$`),
        formInWords: `${digits} digits below ${base}`,
        next: (state, index) => applyTo(state, problem.operations.charAt(index), base),
        describe: (state, index) =>
          `${OPERATIONS.get(problem.operations.charAt(index))?.name} of ${state}`,
      }),
  };
}
