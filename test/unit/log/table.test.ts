import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ShapeError } from "../../../src/base/errors.ts";
import { makeTable, takeRows } from "../../../src/log/table.ts";

describe("makeTable", () => {
  test("has the columns in the order given, and their common length", () => {
    const table = makeTable([
      ["b", Float64Array.of(1, 2)],
      ["a", Float64Array.of(3, 4)],
    ]);
    expect(table.length).toBe(2);
    expect([...table.columns.keys()]).toEqual(["b", "a"]);
  });

  test("of nothing has no rows", () => {
    expect(makeTable([])).toEqual({ length: 0, columns: new Map() });
  });

  test("columns of different lengths are refused by name", () => {
    const columns = [
      ["a", Float64Array.of(1)],
      ["b", Float64Array.of(1, 2)],
    ] as const;
    expect(() => makeTable(columns)).toThrow(ShapeError);
    expect(() => makeTable(columns)).toThrow('got 1 and 2 ("b")');
  });
});

describe("takeRows", () => {
  test("taking twice is taking the composition", () => {
    const rows = fc.array(fc.nat(9), { maxLength: 20 });
    fc.assert(
      fc.property(
        fc.float64Array({ minLength: 10, maxLength: 10 }),
        rows,
        rows,
        (x, first, second) => {
          const table = makeTable([["x", x]]);
          const inner = second.filter((row) => row < first.length);
          const twice = takeRows(takeRows(table, first), inner);
          const once = takeRows(
            table,
            inner.map((row) => first[row]!),
          );
          expect(twice).toEqual(once);
        },
      ),
      { seed: 1 },
    );
  });

  test("leaves the table it takes from alone", () => {
    const x = Float64Array.of(1, 2, 3);
    const taken = takeRows(makeTable([["x", x]]), [2, 0]);
    expect(taken.columns.get("x")).toEqual(Float64Array.of(3, 1));
    taken.columns.get("x")![0] = 9;
    expect(x).toEqual(Float64Array.of(1, 2, 3));
  });
});
