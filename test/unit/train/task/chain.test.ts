import { describe, expect, test } from "vitest";
import { makeRng } from "../../../../src/base/random.ts";
import { makeChain } from "../../../../src/train/task/chain.ts";

const options = {
  kind: "chain",
  operations: 3,
  largest: 9,
  modulus: 50,
  operators: "+-*",
} as const;
const task = makeChain(options);
const problem = {
  prompt: "7+8*3-5%50:",
  key: "7+8*3-5%50:",
  start: 7,
  operations: [
    { operator: "+", operand: 8 },
    { operator: "*", operand: 3 },
    { operator: "-", operand: 5 },
  ],
};

/** The results read off the prompt alone, by an independent way: one exact integer, reduced at the end of each prefix. */
function resultsOfPrompt(prompt: string): string {
  const [chain = "", modulus = ""] = prompt.slice(0, -1).split("%");
  let value = BigInt(/^\d+/.exec(chain)![0]);
  const results = [...chain.matchAll(/([-+*])(\d+)/g)].map(([, operator, operand]) => {
    const other = BigInt(operand!);
    if (operator === "*") value *= other;
    else value += operator === "+" ? other : -other;
    const rest = value % BigInt(modulus);
    return rest < 0n ? rest + BigInt(modulus) : rest;
  });
  return results.join(";");
}

describe("chained arithmetic", () => {
  test.each([
    ["15;45;40", undefined],
    ["", "step 1: must be a number below 50, got nothing"],
    ["15;45", "must show 3 steps, got 2"],
    ["15;45;40;40", "must show 3 steps, got 4"],
    ["15;45;040", 'step 3: must be a number below 50, got "040"'],
    ["15;45;-5", 'step 3: must be a number below 50, got "-5"'],
    ["15;45;400", 'step 3: must be a number below 50, got "400"'],
    ["15;44;39", "step 2: 15*3 modulo 50 is 45, not 44"],
    ["16;48;40", "step 1: 7+8 modulo 50 is 15, not 16"],
    ["15;45;90", "step 3: 45-5 modulo 50 is 40, not 90"],
  ])("%s: %s", (response, failure) => {
    const verdict = task.check(problem, response);
    expect(verdict.failure).toBe(failure);
    expect(verdict.reward).toBe(failure === undefined ? 1 : 0);
  });

  test.each([
    ["15;44;39", { format: 1, steps: 2 / 3, answer: 0 }], // the last step follows from a wrong one
    ["16;48;40", { format: 1, steps: 1 / 3, answer: 1 }],
    ["15;45", { format: 0, steps: 0, answer: 0 }],
  ])("%s has the parts %o", (response, parts) => {
    expect(task.check(problem, response).parts).toEqual(parts);
  });

  test("the results are those of exact integers, which modular arithmetic allows to reduce late", () => {
    for (const modulus of [2, 7, 50, 100]) {
      const other = makeChain({ ...options, operations: 12, largest: 99, modulus });
      const rng = makeRng(modulus);
      for (let i = 0; i < 100; i += 1) {
        const posed = other.sample(rng, "train");
        expect(other.solve(posed, rng)).toBe(resultsOfPrompt(posed.prompt));
      }
    }
  });
});
