import { describe, expect, test } from "vitest";
import { ingestedRun } from "../../../src/log/ingested-run.ts";
import type { StepLog } from "../../../src/log/step-log.ts";
import { makeTable } from "../../../src/log/table.ts";

const STEP = Float64Array.of(0, 1);
const column = (seed: number): Float64Array => Float64Array.of(seed, seed + 0.5);

/** A log with these columns, of which some are chosen. */
function logOf(names: readonly string[], roles: Partial<StepLog>): StepLog {
  return {
    source: "/home/me/logs/run 7.log",
    format: "csv",
    table: makeTable([["step", STEP], ...names.map((name, i) => [name, column(i)] as const)]),
    entropy: undefined,
    reward: undefined,
    validation: [],
    repeatedSteps: [],
    gaps: [],
    warnings: [],
    ...roles,
  };
}

const definition = {
  kind: "exact",
  when: "before-update",
  aggregation: "token-mean",
  temperature: 1,
} as const;

describe("a run made of a foreign log", () => {
  test("has copies of the chosen columns before the log's own, and says of which", () => {
    const log = logOf(["actor/entropy", "critic/score/mean", "val/a", "val/b"], {
      entropy: { column: "actor/entropy", reason: "", definition },
      reward: { column: "critic/score/mean", reason: "" },
      validation: ["val/b", "val/a"],
      warnings: ["1 step is missing"],
    });
    const { table, manifest } = ingestedRun(log, "1.2.3");
    expect([...table.columns]).toEqual([
      ["step", STEP],
      ["reward", column(1)],
      ["validation", column(3)],
      ["entropy", column(0)],
      ["actor/entropy", column(0)],
      ["critic/score/mean", column(1)],
      ["val/a", column(2)],
      ["val/b", column(3)],
    ]);
    expect(manifest).toEqual({
      schema: 1,
      id: "run 7.log",
      status: "finished",
      versions: { entlaw: "1.2.3" },
      entropy: definition,
      source: {
        file: "run 7.log",
        format: "csv",
        columns: { reward: "critic/score/mean", validation: "val/b", entropy: "actor/entropy" },
        warnings: ["1 step is missing"],
      },
    });
  });

  test("says nothing of an entropy that the log does not have", () => {
    const { manifest } = ingestedRun(logOf(["loss"], {}), "1.2.3");
    expect(manifest).not.toHaveProperty("entropy");
    expect(manifest.source?.columns).toEqual({});
  });

  test("does not copy a column that has the name already", () => {
    const log = logOf(["reward"], { reward: { column: "reward", reason: "" } });
    const { table, manifest } = ingestedRun(log, "1.2.3");
    expect([...table.columns.keys()]).toEqual(["step", "reward"]);
    expect(manifest.source).not.toHaveProperty("renamed");
  });

  test("steps that are no integers are numbered, and kept beside", () => {
    const log = logOf(["reward"], { reward: { column: "reward", reason: "" } });
    const epochs = Float64Array.of(0.25, 0.5);
    const { table, manifest } = ingestedRun(
      { ...log, table: makeTable([...log.table.columns, ["step", epochs]]) },
      "1.2.3",
    );
    expect([...table.columns]).toEqual([
      ["step", Float64Array.of(1, 2)],
      ["reward", column(0)],
      ["source/step", epochs],
    ]);
    expect(manifest.source).toMatchObject({
      renamed: { "source/step": "step" },
      warnings: [expect.stringContaining('"source/step"')],
    });
  });

  test("a column with a canonical name that was not chosen makes room under a name that is free", () => {
    const log = logOf(["reward", "score", "source/reward"], {
      reward: { column: "score", reason: "" },
    });
    const { table, manifest } = ingestedRun(log, "1.2.3");
    expect([...table.columns]).toEqual([
      ["step", STEP],
      ["reward", column(1)],
      ["source/source/reward", column(0)],
      ["score", column(1)],
      ["source/reward", column(2)],
    ]);
    expect(manifest.source?.renamed).toEqual({ "source/source/reward": "reward" });
  });
});
