import { describe, expect, test } from "vitest";
import { inputOfTable, windowOf } from "../../../../src/analyze/finding/law-input.ts";
import { makeTable } from "../../../../src/log/table.ts";

const table = makeTable([
  ["step", Float64Array.of(10, 20, 30, 40)],
  ["H", Float64Array.of(0.4, NaN, 0.2, 0.1)],
  ["R", Float64Array.of(0.1, 0.2, Infinity, 0.4)],
  ["tokens", Float64Array.of(1e6, 2e6, 3e6, 4e6)],
]);
const columns = { entropy: "H", reward: "R" };

describe("the series of a law", () => {
  test("leave out rows in which one of them is missing", () => {
    const { step, entropy, reward } = inputOfTable(table, columns);
    expect([[...step], [...entropy], [...reward]]).toEqual([
      [10, 40],
      [0.4, 0.1],
      [0.1, 0.4],
    ]);
  });

  test("take step + 1 as progress, so that a log of it exists, or the column named", () => {
    expect([...inputOfTable(table, columns).progress]).toEqual([11, 41]);
    expect([...inputOfTable(table, { ...columns, progress: "tokens" }).progress]).toEqual([
      1e6, 4e6,
    ]);
  });

  test("number the rows where there is no step", () => {
    const bare = makeTable([
      ["H", Float64Array.of(0.4, 0.3)],
      ["R", Float64Array.of(0.1, 0.2)],
    ]);
    expect([...inputOfTable(bare, columns).step]).toEqual([0, 1]);
  });

  test("of a column that is not there are refused with the nearest name", () => {
    expect(() => inputOfTable(table, { entropy: "H", reward: "token" })).toThrow(
      expect.objectContaining({ code: "unknown-column", fix: 'did you mean "tokens"?' }),
    );
  });

  test("are cut to a window whose ends are inclusive and may be open", () => {
    const all = inputOfTable(table, columns);
    expect([...windowOf(all, [40, 40]).step]).toEqual([40]);
    expect([...windowOf(all, [-Infinity, 10]).step]).toEqual([10]);
    expect(windowOf(all, undefined)).toBe(all);
  });
});
