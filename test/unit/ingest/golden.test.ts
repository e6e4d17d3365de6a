import { existsSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { disk } from "../../../src/base/file-system.ts";
import { readLog } from "../../../src/ingest/read-log.ts";
import { expandLogs } from "../../../src/ingest/expand-logs.ts";
import type { StepLog } from "../../../src/log/step-log.ts";

const GOLDEN = "test/golden/logs/golden";
const REAL = "../shared/data/real-logs";

/** Values of a column, by name or by the column chosen for a role. */
function valuesOf(log: StepLog, name: string | undefined): number[] {
  return [...log.table.columns.get(name ?? "")!];
}

/** The truth, read without any of our code. */
function plainCsv(path: string): Map<string, number[]> {
  const [header, ...lines] = disk.readFile(path).toString("utf8").trim().split(/\r?\n/);
  const cells = lines.map((line) => line.split(","));
  return new Map(
    header!
      .split(",")
      .map((name, i) => [
        name,
        cells.map((row) => (row[i] === "" || row[i] === undefined ? Number.NaN : Number(row[i]))),
      ]),
  );
}

describe("the same run, as each logger wrote it", () => {
  const truth = plainCsv(`${GOLDEN}/run.csv`);

  test.each([
    ["verl.jsonl", "verl-jsonl"],
    ["verl-console.log", "verl-console"],
    ["run.csv", "csv"],
  ])("%s gives the numbers of run.csv at every step", async (file, format) => {
    const log = await readLog(`${GOLDEN}/${file}`);
    expect(log.format).toBe(format);
    expect(valuesOf(log, "step")).toEqual(truth.get("step"));
    expect(valuesOf(log, log.entropy?.column)).toEqual(truth.get("entropy"));
    expect(valuesOf(log, log.reward?.column)).toEqual(truth.get("reward"));
    expect(valuesOf(log, log.validation[0])).toEqual(truth.get("validation"));
    expect(log.warnings).toEqual([]);
    expect([log.gaps, log.repeatedSteps]).toEqual([[], []]);
  });

  test("verl's two loggers give equal tables where both have a column", async () => {
    const [console, jsonl] = await Promise.all([
      readLog(`${GOLDEN}/verl-console.log`),
      readLog(`${GOLDEN}/verl.jsonl`),
    ]);
    expect(valuesOf(console, "actor/covariance")).toEqual(valuesOf(jsonl, "actor/covariance"));
    expect(console.entropy?.definition).toEqual(jsonl.entropy?.definition);
  });

  test("a TRL trainer state gives the rows of its log_history", async () => {
    const path = "test/golden/logs/trl-grpo/trainer_state.json";
    const log = await readLog(path);
    const { log_history: history } = JSON.parse(disk.readFile(path).toString("utf8")) as {
      log_history: Record<string, number>[];
    };
    const rows = history.filter((row) => "reward" in row);
    expect(log.format).toBe("trl");
    expect(valuesOf(log, "step")).toEqual(rows.map((row) => row["step"]));
    expect(valuesOf(log, log.entropy?.column)).toEqual(rows.map((row) => row["entropy"]));
    expect(valuesOf(log, log.reward?.column)).toEqual(rows.map((row) => row["reward"]));
    expect(log.entropy?.definition).toMatchObject({ kind: "exact", when: "during-update" });
  });

  test("a run directory gives the numbers of its steps.jsonl and the definition of its run.json", async () => {
    const run = "test/golden/runs/tokens-run";
    const rows = disk
      .readFile(`${run}/steps.jsonl`)
      .toString("utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, number | null>);
    const log = await readLog(run);
    expect(log.format).toBe("entlaw");
    expect(valuesOf(log, log.entropy?.column)).toEqual(rows.map((row) => row["entropy"]));
    expect(valuesOf(log, log.reward?.column)).toEqual(rows.map((row) => row["reward"]));
    expect(log.entropy?.definition).toEqual({
      kind: "exact",
      when: "before-update",
      aggregation: "token-mean",
      temperature: 1,
    });
    expect(log.warnings).toEqual([]);
  });

  test("the folder of a TRL run stands for its last checkpoint, a folder of logs for each of them", () => {
    expect(expandLogs(["test/golden/logs/trl-grpo"])).toEqual([
      "test/golden/logs/trl-grpo/trainer_state.json",
    ]);
    expect(expandLogs([GOLDEN])).toEqual(
      ["run.csv", "verl-console.log", "verl.jsonl"].map((file) => `${GOLDEN}/${file}`),
    );
  });
});

describe.skipIf(!existsSync(REAL))("public logs (skipped where they are not at hand)", () => {
  const paths = existsSync(REAL) ? disk.list(REAL).map((file) => `${REAL}/${file}`) : [];

  test.each(paths)("%s is read, with entropy, reward and one row a step", async (path) => {
    const log = await readLog(path);
    const steps = valuesOf(log, "step");
    expect(log.table.length).toBeGreaterThan(100);
    expect(steps.every((step, i) => i === 0 || step > steps[i - 1]!)).toBe(true);
    expect(valuesOf(log, log.entropy?.column).every(Number.isFinite)).toBe(true);
    expect(valuesOf(log, log.reward?.column).every(Number.isFinite)).toBe(true);
  });

  test("a console log equals the table extracted from it, row by row", async () => {
    const name = `${REAL}/verl-ppo-gsm8k-qwen2.5-0.5b-resp512`;
    const log = await readLog(`${name}.log.gz`);
    const truth = plainCsv(`${name}.csv`);
    expect(log.format).toBe("verl-console");
    expect(valuesOf(log, "step")).toEqual(truth.get("step"));
    expect(valuesOf(log, log.entropy?.column)).toEqual(truth.get("entropy"));
    expect(valuesOf(log, log.reward?.column)).toEqual(truth.get("reward"));
    expect(valuesOf(log, log.validation[0])).toEqual(truth.get("val"));
  });

  test("every number of a console log is that of a reader that splits lines", async () => {
    const path = `${REAL}/verl-ppo-gsm8k-qwen2.5-0.5b-resp512.log.gz`;
    const log = await readLog(path);
    const lines = gunzipSync(disk.readFile(path)).toString("latin1").split(/\r?\n/);
    const stepLines = lines.filter((line) => /step:\d+ - /.test(line));
    expect(stepLines.length).toBe(log.table.length);
    for (const [row, line] of stepLines.entries()) {
      for (const part of line.split(" - ").slice(1)) {
        const [key, value] = part.trim().split(":");
        const name = key!.replace("(1e-4)", "");
        const scale = name === key ? 1 : 1e-4;
        expect(log.table.columns.get(name)?.[row]).toBe(Number(value) * scale);
      }
    }
  });

  test("a run that begins anew keeps the last row of each step and says so", async () => {
    const log = await readLog(`${REAL}/rasbt_7_3_plus_tracking.csv`);
    expect(log.repeatedSteps).toEqual([1, 2, 3, 4, 5]);
    expect(log.warnings.join("\n")).toMatch(/fall back .* from 5 to 1/);
    expect(log.warnings.join("\n")).toContain("percent");
    expect(valuesOf(log, "total_steps").every((total) => total === 500)).toBe(true);
  });
});
