import { describe, expect, test } from "vitest";
import { makeRng } from "../../../../src/base/random.ts";
import { makeBandit } from "../../../../src/train/task/bandit.ts";

const payoffs = [0.25, 1, 0, 1];
const task = makeBandit({ kind: "bandit", payoffs });
const state = task.sample(makeRng(1), "train");

describe("a bandit", () => {
  test("has one state, the same in all splits", () => {
    expect(task.sample(makeRng(2), "held-out")).toEqual(state);
  });

  test("pays what the configuration says", () => {
    expect(Array.from("abcd", (arm) => task.check(state, arm).reward)).toEqual(payoffs);
  });

  test.each([
    ["a", "arm a pays 0.25, the best pays 1"],
    ["b", undefined],
    ["c", "arm c pays 0, the best pays 1"],
    ["e", 'must be one arm from a to d, got "e"'],
    ["", "must be one arm from a to d, got nothing"],
    ["bb", 'must be one arm from a to d, got "bb"'],
    [":", 'must be one arm from a to d, got ":"'],
  ])("%s: %s", (response, failure) => {
    expect(task.check(state, response).failure).toBe(failure);
  });

  test("is solved by every one of the best arms", () => {
    const rng = makeRng(1);
    const arms = new Set(Array.from({ length: 50 }, () => task.solve(state, rng)));
    expect(arms).toEqual(new Set(["b", "d"]));
  });

  test("may have its best arm anywhere", () => {
    const first = makeBandit({ kind: "bandit", payoffs: [0.9, 0.1] });
    expect(first.solve(state, makeRng(1))).toBe("a");
    expect(first.check(state, "a")).toEqual({
      reward: 0.9,
      parts: { format: 1, answer: 1 },
      failure: undefined,
    });
  });

  test("may have 52 arms", () => {
    const many = makeBandit({
      kind: "bandit",
      payoffs: Array.from({ length: 52 }, (_, i) => i / 51),
    });
    expect(many.check(state, "Z").reward).toBe(1);
    expect(many.alphabet.length).toBe(53);
  });
});
