import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeRng } from "../../../../src/base/random.ts";
import { checkCountdown } from "../../../../src/train/task/check-countdown.ts";
import { makeCountdown } from "../../../../src/train/task/countdown.ts";

const options = {
  kind: "countdown",
  numbers: 3,
  largest: 20,
  largestTarget: 99,
  operators: "+-*/",
} as const;
const task = makeCountdown(options);
const problem = { prompt: "3,7,5=26:", key: "3,5,7=26", numbers: [3, 7, 5], target: 26 };
const check = (response: string) => task.check(problem, response);

const ORACLE: Readonly<Record<string, (x: number, y: number) => number>> = {
  "+": (x, y) => x + y,
  "-": (x, y) => x - y,
  "*": (x, y) => x * y,
  "/": (x, y) => x / y,
};

const OPERATORS = Object.keys(ORACLE);
const ORDERS = ["012", "021", "102", "120", "201", "210"];

/** All right responses to three numbers: each order as (a b) c and c (a b) under each pair of operators. */
function allSolutions(numbers: readonly number[], target: number): Set<string> {
  const shapes = ORDERS.flatMap((order) =>
    OPERATORS.flatMap((first) => OPERATORS.map((second) => ({ order, first, second }))),
  );
  const responses = shapes.flatMap(({ order, first, second }) => {
    const [a, b, c] = Array.from(order, (index) => numbers[Number(index)]!);
    const inner = ORACLE[first]!(a!, b!);
    return [
      [inner, c!],
      [c!, inner],
    ].map(([left, right]) => {
      const outer = ORACLE[second]!(left!, right!);
      const isNatural = [inner, outer].every((value) => Number.isInteger(value) && value >= 0);
      const text = `${a}${first}${b}=${inner};${left}${second}${right}=${outer}`;
      return isNatural && outer === target ? text : undefined;
    });
  });
  return new Set(responses.filter((response) => response !== undefined));
}

describe("countdown", () => {
  test.each([
    ["3*7=21;21+5=26", undefined],
    ["7*3=21;5+21=26", undefined],
    ["", "line 1: must read like 3*7=21, got nothing"],
    ["3*7", 'line 1: must read like 3*7=21, got "3*7"'],
    ["3*7=21;", "line 2: must read like 3*7=21, got nothing"],
    ["3*07=21;21+5=26", 'line 1: must read like 3*7=21, got "3*07=21"'],
    ["3*7=21 ;21+5=26", 'line 1: must read like 3*7=21, got "3*7=21 "'],
    ["3*7=21;21+5=27", "line 2: 21+5 is 26, not 27"],
    ["3*7=22;22+5=27", "line 1: 3*7 is 21, not 22"],
    ["3*7=25;5+21=26", "line 1: 3*7 is 21, not 25"],
    ["3-7=-4;5+21=26", "line 1: 3-7 is below zero"],
    ["7/3=2;21+5=26", "line 1: 7/3 leaves a remainder"],
    ["7/0=0;21+5=26", "line 1: 7/0 divides by zero"],
    ["3*7=21;21+7=28", "line 2: 7 is used twice"],
    ["3*7=21;3*7=21;5+21=26", "line 2: 3 is used twice"],
    ["3*7=21;20+6=26", "line 2: 20 is neither given nor a result"],
    ["3*8=24", "line 1: 8 is neither given nor a result"],
    ["3*7=21", "5 and 21 are left over; every number must be used"],
    ["3*7=21;21-5=16", "ends at 16, the target is 26"],
    ["3*7=21;21+5=26;26+0=26", "line 3: 0 is neither given nor a result"],
    ["9".repeat(400) + "+1=1", "line 1: Infinity+1 is Infinity, not 1"],
    ["x".repeat(99), `line 1: must read like 3*7=21, got "${"x".repeat(24)}…"`],
  ])("%s: %s", (response, failure) => {
    const verdict = check(response);
    expect(verdict.failure).toBe(failure);
    expect(verdict.reward).toBe(failure === undefined ? 1 : 0);
  });

  test("a number that is given twice may be used twice, and not three times", () => {
    const doubled = { numbers: [4, 4, 2], target: 4 };
    expect(checkCountdown(doubled, "+-*/", "4+4=8;8/2=4").failure).toBeUndefined();
    expect(checkCountdown(doubled, "+-*/", "4+4=8;8-4=4").failure).toBe(
      "line 2: 4 is used 3 times, but is there only 2 times",
    );
  });

  test("an operator that the knobs leave out is refused", () => {
    expect(checkCountdown(problem, "+-", "3*7=21;21+5=26").failure).toBe(
      "line 1: may not use *, only +-",
    );
  });

  test.each([
    ["3*7=21;21+5=26", { format: 1, arithmetic: 1, numbers: 1, answer: 1 }],
    ["3*7=21;21+5", { format: 0, arithmetic: 0, numbers: 0, answer: 0 }],
    ["3*7=20;20+5=26", { format: 1, arithmetic: 0, numbers: 1, answer: 1 }],
    ["7+7=14;14+5=19", { format: 1, arithmetic: 1, numbers: 0, answer: 0 }],
    ["3+7=10;10+5=15", { format: 1, arithmetic: 1, numbers: 1, answer: 0 }],
    ["21+5=26", { format: 1, arithmetic: 1, numbers: 0, answer: 1 }],
  ])("%s has the parts %o", (response, parts) => {
    expect(check(response).parts).toEqual(parts);
  });

  test("the solver finds all right responses and nothing else", () => {
    const rng = makeRng(11);
    for (const posed of Array.from({ length: 12 }, () => task.sample(rng, "train"))) {
      const expected = allSolutions(posed.numbers, posed.target);
      const found = new Set(Array.from({ length: 600 }, () => task.solve(posed, rng)));
      expect(found, posed.prompt).toEqual(expected);
    }
  });

  test("the solver prefers none of the right responses", () => {
    const expected = allSolutions(problem.numbers, problem.target);
    const rng = makeRng(5);
    const draws = 400 * expected.size;
    const counts = new Map<string, number>();
    for (let i = 0; i < draws; i += 1) {
      const response = task.solve(problem, rng);
      counts.set(response, (counts.get(response) ?? 0) + 1);
    }
    expect(counts.size).toBe(expected.size);
    for (const count of counts.values()) expect(Math.abs(count - 400)).toBeLessThan(100); // 5 standard deviations
  });

  test("the checker agrees with the list of all solutions on every two lines", () => {
    const right = allSolutions(problem.numbers, problem.target);
    const number = fc.constantFrom(3, 7, 5, 21, 26, 10, 35);
    const line = fc
      .tuple(number, fc.constantFrom(...OPERATORS), number, number)
      .map(([left, operator, other, result]) => `${left}${operator}${other}=${result}`);
    fc.assert(
      fc.property(
        fc.oneof(line, fc.constantFrom(...[...right].flatMap((one) => one.split(";")))),
        line,
        (one, other) => {
          const response = `${one};${other}`;
          expect(check(response).reward).toBe(right.has(response) ? 1 : 0);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("the order of the numbers does not change the key, which decides the split", () => {
    const rng = makeRng(1);
    for (let i = 0; i < 50; i += 1) {
      const { key, numbers, target, prompt } = task.sample(rng, "train");
      expect(key).toBe(`${numbers.toSorted((a, b) => a - b).join(",")}=${target}`);
      expect(prompt).toBe(`${numbers.join(",")}=${target}:`);
    }
  });

  test("results between the lines stay below 1,000 in solutions, so that these stay short", () => {
    const large = makeCountdown({ ...options, numbers: 4, largest: 99, largestTarget: 999 });
    const rng = makeRng(2);
    for (let i = 0; i < 300; i += 1) {
      const posed = large.sample(rng, "train");
      for (const line of large.solve(posed, rng).split(";")) {
        expect(Number(line.split("=")[1])).toBeLessThan(1000);
      }
    }
  });

  test("a problem without a solution is a mistake of the caller", () => {
    const impossible = { prompt: "1,1,1=99:", key: "", numbers: [1, 1, 1], target: 99 };
    expect(() => task.solve(impossible, makeRng(1))).toThrow("internal: 1,1,1=99: has no solution");
  });
});
