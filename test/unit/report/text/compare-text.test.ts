import { describe, expect, test } from "vitest";
import { printable } from "../../../../src/base/printable.ts";
import { plusMinus } from "../../../../src/report/compare-tables.ts";
import { compareText } from "../../../../src/report/text/compare-text.ts";
import { armLog, madeUpArms } from "../../../support/arm-logs.ts";
import { compareRuns } from "../../../../src/analyze/compare/comparison.ts";
import { HOSTILE, hostileText } from "../../../support/chart-cases.ts";
import { memoryDisk } from "../../../support/memory-disk.ts";

describe("a comparison as text", () => {
  const finding = madeUpArms();
  const text = compareText(finding);

  test("goes from arms to differences to the law between them to what to know", () => {
    const places = ["arms: 5, runs: 9", "Reward:", "End reward:", "Less arm-a", "The law between arms", "Same entropy", "What to know"]; // prettier-ignore
    const at = places.map((part) => text.indexOf(part));
    expect(at[0]).toBe(0);
    expect(at).toEqual(at.toSorted((one, other) => one - other));
    expect(new Set(at).size).toBe(places.length);
  });

  test("has a row for every arm in every table, and no number that is none", () => {
    for (const { name } of finding.arms) {
      expect(
        text.split("\n").filter((line) => line.trim().startsWith(`${name} `)).length,
      ).toBeGreaterThanOrEqual(3);
    }
    expect(text).not.toMatch(/NaN|undefined|null|Infinity/);
  });

  test("says that one run says nothing of other seeds, and that bootstraps of two are narrow", () => {
    const flat = text.replace(/\s+/g, " ");
    expect(flat).toContain("one run says nothing of other seeds: arm-e");
    expect(flat).toContain("bootstrap intervals over 2 seeds are too narrow");
  });

  test("names the arms that have another reward at the same entropy, or says that there is none", () => {
    const run = (arm: string, b: number) =>
      [0, 1, 2].map((seed) => armLog({ source: `/${arm}-${seed}.csv`, b }));
    const of = (b: number): string =>
      compareText(compareRuns(memoryDisk(), [...run("x", 1.2), ...run("y", b)])).replace(
        /\s+/g,
        " ",
      );
    expect(of(1.3)).toMatch(
      /y is not on the curve of x: at 0\.\d+ nats its reward is 0\.(?:1|09)\d* higher/,
    );
    expect(of(1.1)).toMatch(
      /y is not on the curve of x: at 0\.\d+ nats its reward is 0\.(?:1|09)\d* lower/,
    );
    expect(of(1.2)).toContain("Of 1 arm none is clearly off the curve of x");
  });

  test("says of how many runs a number is, where a run does not have it", () => {
    const runs = ["x-0", "x-1", "x-2", "y-0", "y-1", "y-2"].map((name) =>
      armLog({ source: `/${name}.csv`, ...(name === "x-2" ? { a: -0.5, b: 0 } : {}) }),
    );
    const lines = compareText(compareRuns(memoryDisk(), runs)).split("\n");
    const counted = lines.filter((line) => line.includes("(2 of 3)"));
    expect(counted.map((line) => line.trim().split(/\s/)[0])).toEqual(["x", "y"]);
  });

  test("arms that do not differ in entropy have no slope between them", () => {
    const same = ["x", "y"].map((arm) => armLog({ source: `/${arm}-0.csv` }));
    const told = compareText(compareRuns(memoryDisk(), same)).replace(/\s+/g, " ");
    expect(told).toContain("No slope between arms: their entropies do not differ enough");
    expect(told).not.toContain("a between arms");
    expect(text.replace(/\s+/g, " ")).toContain("a between arms: ");
  });

  test("one arm has no differences", () => {
    expect(compareText(madeUpArms({ arms: 1 }))).not.toContain("Less");
  });

  test("names cannot drive the terminal", () => {
    const told = compareText(madeUpArms({ name: hostileText }));
    expect(told).toContain(HOSTILE);
    expect(told).toBe(printable(told));
  });
});

test("an interval is told by its half width, to the digits that it supports; without one, three digits", () => {
  expect(plusMinus(0.56378, [0.53576, 0.5918])).toBe("0.564 ± 0.028");
  expect(plusMinus(0.56378, undefined)).toBe("0.564");
  expect(plusMinus(2, [2, 2])).toBe("2 ± 0");
});
