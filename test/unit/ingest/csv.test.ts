import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { delimitedRecords } from "../../../src/ingest/delimited-text.ts";
import { columnOf, readTextLog } from "../../support/read-text-log.ts";

/** The rule of RFC 4180 that quotes everything. */
const quoted = (field: string): string => `"${field.replaceAll('"', '""')}"`;

describe("delimited tables", () => {
  test("records quoted by the rule come back as they were, whatever is in them", () => {
    const records = fc.array(
      fc.array(
        fc.string({ unit: fc.constantFrom('"', ",", ";", "\t", "\r", "\n", " ", "a", "é") }),
        {
          minLength: 1,
          maxLength: 4,
        },
      ),
      {
        maxLength: 5,
      },
    );
    fc.assert(
      fc.property(
        records,
        fc.constantFrom(",", ";", "\t"),
        fc.constantFrom("\n", "\r\n"),
        (rows, delimiter, end) => {
          const text = rows.map((row) => row.map(quoted).join(delimiter) + end).join("");
          expect(JSON.stringify([...delimitedRecords(text, delimiter)])).toBe(JSON.stringify(rows));
        },
      ),
    );
  });

  test("a quote inside a bare field is a character like any other", () => {
    expect([...delimitedRecords('a,b 5" c\n1,"x"y', ",")]).toEqual([
      ["a", 'b 5" c'],
      ["1", "xy"],
    ]);
  });

  test.each([
    ["commas", "step,entropy,reward\n1,0.5,0.25\n2,0.4,\n"],
    ["tabs and a byte order mark", "\ufeffstep\tentropy\treward\n1\t0.5\t0.25\n2\t0.4\t\n"],
    ["semicolons and decimal commas", "step;entropy;reward\r\n1;0,5;0,25\r\n2;0,4;\r\n"],
    ["quotes", '"step","entropy","reward"\n"1","0.5","0.25"\n"2","0.4",""\n'],
    [
      "comments and blank lines",
      "# a run\n# of mine\nstep,entropy,reward\n\n1,0.5,0.25\n\n2,0.4,NA\n",
    ],
    ["lone carriage returns", "step,entropy,reward\r1,0.5,0.25\r2,0.4,\r"],
    [
      "big-endian UTF-16",
      Buffer.from("\ufeffstep,entropy,reward\n1,0.5,0.25\n2,0.4,\n", "utf16le").swap16(),
    ],
    ["UTF-16", Buffer.from("\ufeffstep,entropy,reward\n1,0.5,0.25\n2,0.4,\n", "utf16le")],
  ])("a table with %s is read", async (_, text) => {
    const log = await readTextLog(text);
    expect(log.format).toBe("csv");
    expect(columnOf(log, "step")).toEqual([1, 2]);
    expect(columnOf(log, "entropy")).toEqual([0.5, 0.4]);
    expect(columnOf(log, "reward")).toEqual([0.25, Number.NaN]);
    expect(log.warnings).toEqual([]);
  });

  test("names in other letters, exports of W&B and unnamed columns find their roles", async () => {
    const log = await readTextLog(
      '"","Step","run-1 - actor/entropy","run-1 - actor/entropy__MIN","run-1 - critic/score/mean"\n0,5,0.5,0.4,0.1\n1,6,0.4,0.3,0.2\n',
    );
    expect(columnOf(log, "step")).toEqual([5, 6]);
    expect(log.entropy).toMatchObject({
      column: "run-1 - actor/entropy",
      definition: { kind: "exact" },
    });
    expect(log.reward?.column).toBe("run-1 - critic/score/mean");
  });

  test("doubled names and ragged rows are kept apart and counted", async () => {
    const log = await readTextLog("step,reward,reward\n1,0.1,0.2\n2,0.3\n3,0.4,0.5,0.6\n");
    expect(columnOf(log, "reward")).toEqual([0.1, 0.3, 0.4]);
    expect(columnOf(log, "reward (2)")).toEqual([0.2, Number.NaN, 0.5]);
    expect(log.warnings.join("\n")).toMatch(/2 row\(s\) do not have the header's 3 fields/);
    expect(log.warnings.join("\n")).toContain('"reward (2)"');
    const sly = await readTextLog("step,a,a (2),a\n1,2,3,4\n");
    expect([...sly.table.columns.keys()]).toEqual(["step", "a", "a (2)", "a (3)"]);
  });

  test("words are no values, and a column of words is no column", async () => {
    const log = await readTextLog("step,name,reward\n1,abc,0.5\n2,def,oops\n");
    expect([...log.table.columns.keys()]).toEqual(["step", "reward"]);
    expect(columnOf(log, "reward")).toEqual([0.5, Number.NaN]);
  });
});
