import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { expandSweep } from "../../../src/config/expand-sweep.ts";
import { parseSweep } from "../../../src/config/parse-sweep.ts";
import { earlyStopRule } from "../../../src/config/sweep-config.ts";
import { sweepFailure } from "../../support/sweep-failure.ts";

describe("a sweep file", () => {
  test("may be empty: one plain run", () => {
    const sweep = parseSweep("", "sweep.yaml");
    expect(sweep).toMatchObject({ seeds: [0], grid: {}, zip: {}, earlyStop: false });
    expect(earlyStopRule(sweep)).toBeUndefined();
  });

  test("may leave the settings of an arm out", () => {
    expect(parseSweep("arms:\n  grpo:\n  kl-cov:\n", "x").arms).toEqual({ grpo: {}, "kl-cov": {} });
  });

  test("has an early stop with limits of its own, off unless asked for", () => {
    expect(earlyStopRule(parseSweep("earlyStop: true", "x"))).toEqual({ after: 100, every: 25 });
    const named = parseSweep("earlyStop: { after: 60 }", "x");
    expect(earlyStopRule(named)).toEqual({ after: 60, every: 25 });
  });

  test.each([
    ["seds: 3", "seds is no key; a sweep has name, about, base", "did you mean seeds?"],
    [
      "earlyStop: { afer: 90 }",
      "earlyStop.afer is no key; earlyStop has after, every",
      "earlyStop.after?",
    ],
    [
      "ray: { result: log }",
      "ray.result is no key; ray has node, modules, results",
      "ray.results?",
    ],
    ["ray: { results: disk }", "ray.results must be one of shared, log", undefined],
    ["seeds: many", "seeds must be a number of seeds", undefined],
    ["seeds: 0", "seeds must be at least 1, got 0", undefined],
    ["seeds: [4294967296]", "seeds.0 must be at most 4294967295", undefined],
    ["steps: 1.5", "steps must be a whole number, got 1.5", undefined],
    ["budget: { hours: 0 }", "budget.hours must be above 0, got 0", undefined],
    ["budget: { hour: 1 }", "budget.hour is no key; budget has hours", "budget.hours?"],
    ["concurrency: 0", "concurrency must be at least 1, got 0", undefined],
    ["grid: { steps: 3 }", "grid.steps must be a list, got 3", undefined],
    ["grid: { steps: [] }", "grid.steps must have at least 1 entries", undefined],
    ["zip: { steps: [1, 2], log.tokens: [1] }", "steps has 2, log.tokens has 1", "move keys"],
    ["name: ../up", "name must be letters", undefined],
    ["arms: { a/b: {} }", "arms must be", undefined],
    ["arms: { a: 3 }", "arms must be", undefined],
    ["arms: {}", "arms must have at least one arm, got {}", undefined],
    ["grid:", "grid must be a table of settings, got null", undefined],
    ["base: 3", "base must be a table of settings, got 3", undefined],
    ["- 1", "a sweep must be a table of settings", undefined],
    ["earlyStop: { after: 3 }", "earlyStop.after must be at least 50, got 3", undefined],
    ["earlyStop: 3", "earlyStop must be true, false, or a table", undefined],
  ])("%s is refused by its path", (text, message, fix) => {
    const error = sweepFailure(text);
    expect(error.message).toContain("sweep.yaml: ");
    expect(error.message).toContain(message);
    if (fix !== undefined) expect(error.fix).toContain(fix);
  });

  test.each(globSync("sweeps/*.yaml"))("%s of the repository makes runs", (path) => {
    const runs = expandSweep(parseSweep(readFileSync(path, "utf8"), path));
    expect(runs.length).toBeGreaterThan(1);
  });
});
