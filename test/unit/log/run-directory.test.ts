import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ConfigError, DataError, RunError, ShapeError } from "../../../src/base/errors.ts";
import { disk } from "../../../src/base/file-system.ts";
import { readParquet } from "../../../src/log/read-parquet.ts";
import { type Run, readRunDirectory, writeRunDirectory } from "../../../src/log/run-directory.ts";
import { makeTable } from "../../../src/log/table.ts";

const GOLDEN = "test/golden/runs/tokens-run";
const FILES = ["run.json", "steps.jsonl", "steps.parquet"];
const scratch = mkdtempSync(join(tmpdir(), "entlaw-run-directory-"));
const run: Run = {
  manifest: { schema: 1, id: "a", status: "finished", versions: { entlaw: "0.1.0" } },
  table: makeTable([
    ["step", Float64Array.of(0, 1, 5)],
    ["reward", Float64Array.of(0.1, -0, Number.NaN)],
    ["actor/entropy (nats)", Float64Array.of(1 / 3, Number.NaN, 5e-324)],
  ]),
};
const target = join(scratch, "run");
const file = (name: string): string => join(target, name);

afterAll(() => rmSync(scratch, { recursive: true }));

describe("a run directory that was written", () => {
  beforeAll(() => writeRunDirectory(disk, target, run));

  test("comes back bit for bit", () => {
    const { table, manifest, warnings } = readRunDirectory(disk, target);
    expect(table).toEqual(run.table);
    expect(Object.is(table.columns.get("reward")![1], -0)).toBe(true);
    expect(manifest).toMatchObject({ ...run.manifest, steps: 3 });
    expect(warnings).toEqual([]);
  });

  test("holds the same table as Parquet", async () => {
    expect(await readParquet(disk, file("steps.parquet"))).toEqual(run.table);
  });

  test("is the same bytes every time, and nothing of it lies elsewhere", () => {
    const again = join(scratch, "again");
    writeRunDirectory(disk, again, run);
    for (const name of FILES)
      expect(disk.readFile(join(again, name))).toEqual(disk.readFile(file(name)));
    expect(disk.list(again)).toEqual(FILES);
    rmSync(again, { recursive: true });
    expect(disk.list(scratch)).toEqual(["run"]);
  });

  test("is not written again, and stays as it is", () => {
    const before = disk.readFile(file("run.json"));
    const other = { ...run, manifest: { ...run.manifest, id: "b" } };
    const second = () => writeRunDirectory(disk, target, other);
    expect(second).toThrow(ConfigError);
    expect(second).toThrow(expect.objectContaining({ code: "out-exists" }));
    expect(disk.readFile(file("run.json"))).toEqual(before);
  });
});

describe("reading", () => {
  beforeEach(() => {
    rmSync(target, { recursive: true, force: true });
    writeRunDirectory(disk, target, run);
  });

  test.each([
    ["is missing", () => rmSync(file("steps.parquet"))],
    ["is garbage", () => writeFileSync(file("steps.parquet"), "garbage")],
  ])("does not need the Parquet copy: it %s", (_, harm) => {
    harm();
    const { table, warnings } = readRunDirectory(disk, target);
    expect(table).toEqual(run.table);
    expect(warnings).toEqual([]);
  });

  test("notices a digit that was changed afterwards", () => {
    const text = disk.readFile(file("steps.jsonl")).toString();
    writeFileSync(file("steps.jsonl"), text.replace('"reward": 0.1', '"reward": 0.9'));
    const { table, warnings } = readRunDirectory(disk, target);
    expect(table.columns.get("reward")![0]).toBe(0.9);
    expect(warnings).toEqual([expect.stringContaining("SHA-256")]);
  });

  test("notices lines that were lost or cut", () => {
    const bytes = disk.readFile(file("steps.jsonl"));
    writeFileSync(file("steps.jsonl"), bytes.subarray(0, bytes.length - 10));
    const { table, warnings } = readRunDirectory(disk, target);
    expect(table.length).toBe(2);
    expect(warnings).toEqual([
      expect.stringContaining("unfinished"),
      expect.stringContaining("SHA-256"),
    ]);
  });

  test.each(["interrupted", "failed"] as const)("says that a run has %s", (status) => {
    const manifest = { schema: 1, id: "a", status };
    writeFileSync(file("run.json"), JSON.stringify(manifest));
    expect(readRunDirectory(disk, target).warnings).toEqual([`the run did not finish (${status})`]);
  });

  test.each(["run.json", "steps.jsonl"])("without %s is bad data, with the path", (name) => {
    rmSync(file(name));
    expect(() => readRunDirectory(disk, target)).toThrow(DataError);
    expect(() => readRunDirectory(disk, target)).toThrow(file(name));
  });

  test("the run of another lab needs no Parquet, no hash and no config", () => {
    const { table, manifest, warnings } = readRunDirectory(disk, GOLDEN);
    expect(table.length).toBe(manifest.steps);
    expect(table.columns.get("step")!.at(-1)).toBe(23);
    // A column of nulls alone is a column.
    expect(table.columns.get("validation")!.every(Number.isNaN)).toBe(true);
    expect(warnings).toEqual([]);
  });
});

describe("writing", () => {
  const fresh = join(scratch, "deep", "fresh");

  test("an empty folder and one whose parents are missing are filled", () => {
    for (const folder of [join(scratch, "empty"), fresh]) {
      if (folder !== fresh) mkdirSync(folder);
      writeRunDirectory(disk, folder, run);
      expect(disk.list(folder)).toEqual(FILES);
    }
  });

  test("a file in the way is refused", () => {
    const path = join(scratch, "file");
    writeFileSync(path, "mine");
    expect(() => writeRunDirectory(disk, path, run)).toThrow(ConfigError);
    expect(disk.readFile(path).toString()).toBe("mine");
  });

  test("steps that do not increase are refused, and leave nothing", () => {
    const table = makeTable([["step", Float64Array.of(1, 1)]]);
    const path = join(scratch, "twice");
    const before = disk.list(scratch);
    expect(() => writeRunDirectory(disk, path, { ...run, table })).toThrow(ShapeError);
    expect(disk.list(scratch)).toEqual(before);
  });

  test("a parent that is a file ends with what to do", () => {
    const path = join(scratch, "plain");
    writeFileSync(path, "");
    expect(() => writeRunDirectory(disk, join(path, "run"), run)).toThrow(RunError);
    expect(existsSync(path)).toBe(true);
  });
});
