import { describe, expect, test } from "vitest";
import { sigmoidDoubts } from "../../../../src/analyze/fit/sigmoid-doubts.ts";

const values = { R0: 0.1, A: 0.6, B: 1.5, C_mid: 20 };
const x = Float64Array.from({ length: 100 }, (_, i) => i + 1);

describe("a sigmoid is doubtful", () => {
  test("not at all where its rise was seen", () => {
    expect(sigmoidDoubts(values, x)).toEqual([]);
  });

  test.each([
    ["with fewer points than twice its parameters", values, x.slice(20, 27), /only 7 points/],
    [
      "where the run ends before its midpoint",
      { ...values, C_mid: 150 },
      x,
      /ends at 100, before the midpoint C_mid = 150/,
    ],
    ["where it falls", { ...values, A: 0.05 }, x, /asymptote 0.05 lies below the start 0.1/],
    ["where it is a step", { ...values, B: 60 }, x, /is a step: only 1 points/],
  ])("%s", (_, parameters, at, message) => {
    expect(sigmoidDoubts(parameters, at).join()).toMatch(message);
  });
});
