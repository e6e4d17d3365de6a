import { describe, expect, test } from "vitest";
import { configDifferences, formatDifference } from "../../../src/log/config-difference.ts";

const before = { steps: 300, loss: { kind: "ppo-clip", low: 0.2 }, sizes: [1, 2], from: null };
const text = (after: unknown, mayDiffer?: readonly string[]): string[] =>
  configDifferences(before, after, mayDiffer).map(formatDifference);

describe("two configs", () => {
  test("that say the same have no difference, whatever the order of their keys", () => {
    expect(text(structuredClone(before))).toEqual([]);
    expect(
      text({ from: null, sizes: [1, 2], loss: { low: 0.2, kind: "ppo-clip" }, steps: 300 }),
    ).toEqual([]);
  });

  test.each([
    ["a value", { ...before, steps: 400 }, ["steps: 300 -> 400"]],
    [
      "a value below",
      { ...before, loss: { kind: "gpg", low: 0.2 } },
      ['loss.kind: "ppo-clip" -> "gpg"'],
    ],
    ["a key that is new", { ...before, seed: 1 }, ["seed: none -> 1"]],
    ["a key that is gone", { ...before, loss: { kind: "ppo-clip" } }, ["loss.low: 0.2 -> none"]],
    ["a list", { ...before, sizes: [1, 3] }, ["sizes: [1,2] -> [1,3]"]],
    [
      "another kind of value",
      { ...before, loss: null },
      ['loss: {"kind":"ppo-clip","low":0.2} -> null'],
    ],
    ["null and nothing", { ...before, from: undefined }, ["from: null -> none"]],
    ["nothing at all", undefined, [`: ${JSON.stringify(before)} -> none`]],
  ])("differ in %s", (_, after, expected) => {
    expect(text(after)).toEqual(expected);
  });

  test("may differ in what is allowed and all below it, and in nothing that only begins like it", () => {
    const after = { ...before, steps: 1, loss: { kind: "gpg", low: 1 }, lossy: 1 };
    expect(text(after, ["loss", "steps"])).toEqual(["lossy: none -> 1"]);
    expect(text(after, ["loss.kind", "lossy", "steps"])).toEqual(["loss.low: 0.2 -> 1"]);
  });

  test("a key that objects have by nature is compared like any other", () => {
    const odd = JSON.parse('{"__proto__": 1, "constructor": 2}') as unknown;
    expect(configDifferences(odd, {}).map(formatDifference)).toEqual([
      "__proto__: 1 -> none",
      "constructor: 2 -> none",
    ]);
  });
});
