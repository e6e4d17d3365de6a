/** Chained arithmetic: operations from left to right modulo a number, every result shown; knows nothing of a policy. */
import type { Rng } from "../../base/random.ts";
import type { OptionsOf } from "../../config/task-config.ts";
import { checkSteps } from "./check-steps.ts";
import { sampleSplit } from "./split.ts";
import type { Problem, Task } from "./task.ts";

/** One chain; its prompt is written like `7+8*3-5%50:`. */
export interface ChainProblem extends Problem {
  /** The number that the chain begins with. */
  readonly start: number;
  readonly operations: readonly { readonly operator: string; readonly operand: number }[];
}

type Operation = ChainProblem["operations"][number];

const digits = (value: number): number => String(value).length;

/** The result in [0, modulus). */
function apply(value: number, { operator, operand }: Operation, modulus: number): number {
  if (operator === "*") return (value * operand) % modulus;
  const sum = operator === "+" ? value + operand : value - operand;
  return ((sum % modulus) + modulus) % modulus;
}

function drawProblem(options: OptionsOf<"chain">, rng: Rng): ChainProblem {
  const draw = (): number => 1 + rng.below(options.largest);
  const start = draw();
  const operations: Operation[] = [];
  let prompt = String(start);
  for (let i = 0; i < options.operations; i += 1) {
    const operator = options.operators.charAt(rng.below(options.operators.length));
    const operand = draw();
    operations.push({ operator, operand });
    prompt += `${operator}${operand}`;
  }
  prompt += `%${options.modulus}:`;
  return { prompt, key: prompt, start, operations };
}

/** The result after each operation. */
function results({ start, operations }: ChainProblem, modulus: number): number[] {
  let value = start;
  return operations.map((operation) => {
    value = apply(value, operation, modulus);
    return value;
  });
}

/**
 * Makes the task of chained arithmetic.
 *
 * **Details** Products do not go first, and each result is reduced at once into [0, modulus). The response to
 * `7+8*3-5%50:` is `15;45;40`.
 */
export function makeChain(options: OptionsOf<"chain">): Task<ChainProblem> {
  const { operations, largest, modulus, operators } = options;
  const result = digits(modulus - 1);
  return {
    kind: "chain",
    alphabet: `0123456789${operators}%;:`,
    promptLength: digits(largest) + operations * (1 + digits(largest)) + 1 + digits(modulus) + 1,
    responseLength: operations * (result + 1) - 1,
    sample: (rng, split) => sampleSplit(() => drawProblem(options, rng), split, "chain"),
    solve: (problem) => results(problem, modulus).join(";"),
    check(problem, response) {
      const step = (state: string, index: number): Operation & { readonly value: number } => ({
        value: Number(state),
        ...(problem.operations[index] ?? { operator: "+", operand: 0 }),
      });
      return checkSteps(response, {
        count: operations,
        start: String(problem.start),
        end: String(results(problem, modulus).at(-1)),
        form: new RegExp(`^(?:0|[1-9][0-9]{0,${result - 1}})$`),
        formInWords: `a number below ${modulus}`,
        next(state, index) {
          const { value, ...operation } = step(state, index);
          return String(apply(value, operation, modulus));
        },
        describe(state, index) {
          const { operator, operand } = step(state, index);
          return `${state}${operator}${operand} modulo ${modulus}`;
        },
      });
    },
  };
}
