import { describe, expect, test } from "vitest";
import { DataError } from "../../../src/base/errors.ts";
import { columnOf, readTextLog } from "../../support/read-text-log.ts";

const csv = (header: string, ...rows: readonly (readonly (number | string)[])[]): string =>
  `${header}\n${rows.map((row) => row.join(",")).join("\n")}\n`;

describe("one row a step", () => {
  test("rows come in order of step, whatever order they were written in", async () => {
    const log = await readTextLog(csv("step,reward", [3, 0.3], [1, 0.1], [2, 0.2]));
    expect(columnOf(log, "step")).toEqual([1, 2, 3]);
    expect(columnOf(log, "reward")).toEqual([0.1, 0.2, 0.3]);
  });

  test("of a repeated step the last row is kept whole, counted, and shown", async () => {
    const log = await readTextLog(
      csv("step,reward,val", [1, 0.1, ""], [2, 0.2, 0.9], [2, 0.25, ""], [3, 0.3, ""]),
    );
    expect(columnOf(log, "reward")).toEqual([0.1, 0.25, 0.3]);
    expect(columnOf(log, "val")).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    expect(log.repeatedSteps).toEqual([2]);
    expect(log.warnings).toEqual([
      "1 step(s) occur more than once (2); the last row of each was kept",
    ]);
  });

  test("missing steps are reported where steps are one apart, and never filled in", async () => {
    const log = await readTextLog(
      csv("step,reward", [1, 1], [2, 1], [5, 1], [6, 1], [8, 1], [9, 1]),
    );
    expect(log.gaps).toEqual([
      [3, 4],
      [7, 7],
    ]);
    expect(log.table.length).toBe(6);
    expect(log.warnings[0]).toContain("3 to 4, 7");
    const sparse = await readTextLog(csv("step,reward", [10, 1], [20, 1], [30, 1], [50, 1]));
    expect(sparse.gaps).toEqual([]);
  });

  test("without a column of steps, rows are numbered from 1 and a warning says so", async () => {
    const log = await readTextLog(csv("entropy,reward", [0.5, 0.1], [0.4, 0.2]));
    expect(columnOf(log, "step")).toEqual([1, 2]);
    expect(log.warnings.join()).toContain("no column counts steps");
  });

  test.each(["Step", "global_step", "train/global_step", "progress/batch", "_step"])(
    "%s counts steps, and stays as it is beside `step`",
    async (name) => {
      const log = await readTextLog(csv(`${name},reward`, [7, 0.1], [8, 0.2]));
      expect(columnOf(log, "step")).toEqual([7, 8]);
      expect(columnOf(log, name)).toEqual([7, 8]);
    },
  );

  test("rows without a step are dropped and counted", async () => {
    const log = await readTextLog(csv("step,reward", [1, 0.1], ["", 0.2], ["nan", 0.3], [2, 0.4]));
    expect(columnOf(log, "reward")).toEqual([0.1, 0.4]);
    expect(log.warnings[0]).toContain('2 row(s) have no value in "step"');
  });

  test("a table that would not fit in memory is refused before it is made", async () => {
    const names = Array.from({ length: 13_000 }, (_, i) => `c${i}`);
    const wide = csv(`step,reward,${names.join(",")}`, [1, 1, ...names.map(() => 1)]);
    const tall = Array.from({ length: 11_000 }, (_, i) => `${i + 2},1\n`).join("");
    await expect(readTextLog(wide + tall)).rejects.toThrow(DataError);
    await expect(readTextLog(wide + tall)).rejects.toMatchObject({ code: "table-too-large" });
  });
});
