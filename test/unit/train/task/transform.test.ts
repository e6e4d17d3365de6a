import { describe, expect, test } from "vitest";
import { makeRng } from "../../../../src/base/random.ts";
import { makeTransform } from "../../../../src/train/task/transform.ts";

const options = {
  kind: "transform",
  digits: 5,
  base: 10,
  fewest: 1,
  most: 4,
  operations: "rlsit",
} as const;
const task = makeTransform(options);
const pose = (row: string, operations: string) => ({
  prompt: `${row}${operations}:`,
  key: `${row}${operations}:`,
  row,
  operations,
});
const solve = (row: string, operations: string): string =>
  task.solve(pose(row, operations), makeRng(1));

describe("transforming a row of digits", () => {
  test.each([
    ["r", "40213", "31204"],
    ["l", "40213", "02134"],
    ["s", "40213", "04123"],
    ["i", "40293", "51304"],
    ["t", "40293", "44658"],
    ["rl", "40213", "31204;12043"],
    ["llll", "12345", "23451;34512;45123;51234"],
  ])("%s makes of %s %s", (operations, row, states) => {
    expect(solve(row, operations)).toBe(states);
  });

  test("reversing twice, swapping twice, rotating five times and incrementing ten times change nothing", () => {
    const rng = makeRng(3);
    for (let i = 0; i < 50; i += 1) {
      const row = String(10_000 + rng.below(90_000));
      for (const [letter, times] of [
        ["r", 2],
        ["s", 2],
        ["l", 5],
        ["i", 10],
      ] as const) {
        expect(solve(row, letter.repeat(times)).split(";").at(-1)).toBe(row);
      }
    }
  });

  test("a smaller base wraps earlier", () => {
    const binary = makeTransform({ ...options, digits: 3, base: 2 });
    const posed = { prompt: "101it:", key: "", row: "101", operations: "it" };
    expect(binary.solve(posed, makeRng(1))).toBe("010;011");
  });

  test.each([
    ["31204;12043", undefined],
    ["31204", "must show 2 steps, got 1"],
    ["31204;1204", 'step 2: must be 5 digits below 10, got "1204"'],
    ["31204;1204a", 'step 2: must be 5 digits below 10, got "1204a"'],
    ["31204;12034", "step 2: rotate left of 31204 is 12043, not 12034"],
    ["40213;02134", "step 1: reverse of 40213 is 31204, not 40213"],
  ])("%s: %s", (response, failure) => {
    const verdict = task.check(pose("40213", "rl"), response);
    expect(verdict.failure).toBe(failure);
    expect(verdict.reward).toBe(failure === undefined ? 1 : 0);
  });

  test("a step that follows from a wrong one counts as a step, not as the answer", () => {
    expect(task.check(pose("40213", "rl"), "40213;02134").parts).toEqual({
      format: 1,
      steps: 0.5,
      answer: 0,
    });
  });

  test("one step is written without a plural", () => {
    expect(task.check(pose("40213", "r"), "31204;31204").failure).toBe("must show 1 step, got 2");
  });
});
