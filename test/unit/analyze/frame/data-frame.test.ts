import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromDataFrame, toDataFrame } from "../../../../src/analyze/frame/data-frame.ts";
import { DataError } from "../../../../src/base/errors.ts";
import { makeTable } from "../../../../src/log/table.ts";

describe("data frames", () => {
  test("a table survives the round trip through danfojs bit for bit, NaN and odd names included", async () => {
    const cell = fc.double();
    const name = fc.oneof(
      fc.constantFrom(
        "actor/entropy",
        "val-core/openai/gsm8k/acc/mean@8",
        "index",
        "values",
        "shape",
        "a.b",
        "1",
        "0",
        'q"x',
      ),
      fc.string({ minLength: 1, maxLength: 12 }).filter((text) => text !== "__proto__"),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }).chain((rows) =>
          fc.uniqueArray(fc.tuple(name, fc.array(cell, { minLength: rows, maxLength: rows })), {
            selector: ([column]) => column,
            minLength: 1,
            maxLength: 5,
          }),
        ),
        async (columns) => {
          const table = makeTable(
            columns.map(([column, values]) => [column, Float64Array.from(values)]),
          );
          const back = fromDataFrame(await toDataFrame(table));
          expect([...back.columns.keys()]).toEqual([...table.columns.keys()]);
          for (const [column, values] of table.columns)
            expect(back.columns.get(column)).toEqual(values);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("keys that only later rows have are not lost", async () => {
    const table = makeTable([
      ["step", Float64Array.of(0, 1)],
      ["entropy", Float64Array.of(Number.NaN, 0.5)],
    ]);
    const frame = await toDataFrame(table);
    expect(frame.columns).toEqual(["step", "entropy"]);
  });

  test("a column of text is refused by name", () => {
    const frame = { columns: ["note"], column: () => ({ values: ["good", "bad"] }) };
    expect(() => fromDataFrame(frame)).toThrow(DataError);
    expect(() => fromDataFrame(frame)).toThrow(/"note" must hold numbers, got "good"/);
  });

  test("a missing column is refused with the names there are", () => {
    const frame = { columns: ["a", "b"], column: () => ({ values: [1] }) };
    expect(() => fromDataFrame(frame, ["entropy"])).toThrow(
      /must have the column "entropy", got "a", "b"/,
    );
  });
});
