import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { disk } from "../../../src/base/file-system.ts";
import type { ColumnSpec } from "../../../src/log/column-spec.ts";
import { readParquet } from "../../../src/log/read-parquet.ts";
import { readSteps } from "../../../src/log/read-steps.ts";
import { rolloutColumns } from "../../../src/log/rollout-columns.ts";
import { stepColumns } from "../../../src/log/step-columns.ts";
import { tokenColumns } from "../../../src/log/token-columns.ts";
import { updateColumns } from "../../../src/log/update-columns.ts";

const RUN = "test/golden/runs/tokens-run";
const tables: ReadonlyArray<readonly [string, Readonly<Record<string, ColumnSpec>>]> = [
  ["steps", stepColumns],
  ["updates", updateColumns],
  ["tokens", tokenColumns],
  ["rollouts", rolloutColumns],
];
const names = (columns: Readonly<Record<string, ColumnSpec>>): string[] =>
  Object.values(columns).map(({ name }) => name);

describe.each(tables)("the columns of %s", (_, columns) => {
  test("are snake_case, and their keys are the same in camelCase", () => {
    for (const [key, { name }] of Object.entries(columns)) {
      expect(name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
      expect(key).toBe(name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase()));
    }
  });

  test("say in one sentence or more what they are", () => {
    for (const { doc } of Object.values(columns)) expect(doc).toMatch(/^\S.*\.$/);
  });
});

describe("the golden run", () => {
  test("has no step column that we do not know", () => {
    const { table, warnings } = readSteps(disk, `${RUN}/steps.jsonl`);
    expect(warnings).toEqual([]);
    expect(names(stepColumns)).toEqual(expect.arrayContaining([...table.columns.keys()]));
  });

  test("has every token column but that of updates, and its per-token numbers have the means of its steps", async () => {
    const tokens = await readParquet(disk, `${RUN}/tokens/step-000000.parquet`);
    expect([...tokens.columns.keys()]).toEqual(
      names(tokenColumns).filter((name) => name !== "update"),
    );
    const mean = (name: string): number =>
      tokens.columns.get(name)!.reduce((sum, value) => sum + value, 0) / tokens.length;
    const lines = readFileSync(`${RUN}/steps.jsonl`, "utf8").split("\n");
    const step = JSON.parse(lines[0]!) as Record<string, number>;
    // The tokens are float32, the steps float64.
    expect(mean("entropy")).toBeCloseTo(step["entropy"]!, 7);
    expect(mean("covariance")).toBeCloseTo(step["token_covariance_mean"]!, 7);
    expect(mean("old_log_prob") - mean("log_prob")).toBeCloseTo(step["approx_kl"]!, 7);
    expect(tokens.length).toBe(step["tokens"]);
  });
});
