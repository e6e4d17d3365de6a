/** Judges a response to a countdown problem line by line; knows nothing of how problems are drawn or solved. */
import { applyOperator } from "./operator.ts";
import { quote } from "./quote.ts";
import type { Verdict } from "./task.ts";

/** One line of workings, as written. */
interface Line {
  readonly left: number;
  readonly operator: string;
  readonly right: number;
  readonly result: number;
}

const NATURAL = "0|[1-9][0-9]*";
const LINE = new RegExp(`^(${NATURAL})([-+*/])(${NATURAL})=(-?(?:${NATURAL}))$`);

function parseLine(text: string, operators: string): Line | string {
  const match = LINE.exec(text);
  if (match === null) return `must read like 3*7=21, got ${quote(text)}`;
  const [, left, operator = "", right, result] = match;
  if (!operators.includes(operator)) return `may not use ${operator}, only ${operators}`;
  return { left: Number(left), operator, right: Number(right), result: Number(result) };
}

/** Why a line is no true statement, or undefined if it is one. */
function arithmeticFault({ left, operator, right, result }: Line): string | undefined {
  const truth = applyOperator(left, operator, right);
  const written = `${left}${operator}${right}`;
  if (truth === result) return undefined;
  if (truth !== undefined) return `${written} is ${truth}, not ${result}`;
  if (operator === "-") return `${written} is below zero`;
  return right === 0 ? `${written} divides by zero` : `${written} leaves a remainder`;
}

/** Numbers that may still be used: those given and the results, less those used. */
class Pool {
  readonly #left = new Map<number, number>();
  readonly #seen = new Map<number, number>();

  constructor(numbers: readonly number[]) {
    for (const number of numbers) this.add(number);
  }

  add(number: number): void {
    this.#left.set(number, (this.#left.get(number) ?? 0) + 1);
    this.#seen.set(number, (this.#seen.get(number) ?? 0) + 1);
  }

  /** Takes a number out; why it cannot be, or undefined if it could. */
  take(number: number): string | undefined {
    const left = this.#left.get(number) ?? 0;
    if (left > 0) {
      this.#left.set(number, left - 1);
      return undefined;
    }
    const seen = this.#seen.get(number) ?? 0;
    if (seen === 0) return `${number} is neither given nor a result`;
    return seen === 1
      ? `${number} is used twice`
      : `${number} is used ${seen + 1} times, but is there only ${seen} times`;
  }

  /** All that is left, in order of size. */
  rest(): number[] {
    const rest = [...this.#left].flatMap(([number, left]) => Array<number>(left).fill(number));
    return rest.toSorted((a, b) => a - b);
  }
}

/** Walks through the lines; the faults of arithmetic and of the use of numbers, in the order in which they occur. */
function walk(lines: readonly Line[], numbers: readonly number[]) {
  const pool = new Pool(numbers);
  const faults: string[] = [];
  let arithmetic = 1;
  let use = 1;
  for (const [index, line] of lines.entries()) {
    const wrong = arithmeticFault(line);
    if (wrong !== undefined) {
      arithmetic = 0;
      faults.push(`line ${index + 1}: ${wrong}`);
    }
    for (const operand of [line.left, line.right]) {
      const missing = pool.take(operand);
      if (missing === undefined) continue;
      use = 0;
      faults.push(`line ${index + 1}: ${missing}`);
    }
    pool.add(line.result);
  }
  const rest = pool.rest();
  if (use === 1 && rest.length > 1) {
    use = 0;
    faults.push(`${rest.join(" and ")} are left over; every number must be used`);
  }
  return { arithmetic, use, faults };
}

/**
 * Judges a response.
 *
 * **Details** Parts, each 0 or 1: `format` (every line is an operation), `arithmetic` (every line is true), `numbers`
 * (all are used exactly once), `answer` (the last result is the target). The reward is 1 if all are.
 *
 * @param operators - those that may be used.
 */
export function checkCountdown(
  problem: { readonly numbers: readonly number[]; readonly target: number },
  operators: string,
  response: string,
): Verdict {
  const lines: Line[] = [];
  for (const [index, text] of response.split(";").entries()) {
    const line = parseLine(text, operators);
    if (typeof line === "string") {
      const parts = { format: 0, arithmetic: 0, numbers: 0, answer: 0 };
      return { reward: 0, parts, failure: `line ${index + 1}: ${line}` };
    }
    lines.push(line);
  }
  const { arithmetic, use, faults } = walk(lines, problem.numbers);
  const end = lines.at(-1)?.result;
  const answer = end === problem.target ? 1 : 0;
  if (answer === 0) faults.push(`ends at ${end}, the target is ${problem.target}`);
  const parts = { format: 1, arithmetic, numbers: use, answer };
  return { reward: faults.length === 0 ? 1 : 0, parts, failure: faults[0] };
}
