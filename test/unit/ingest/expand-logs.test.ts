import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DataError } from "../../../src/base/errors.ts";
import { expandLogs } from "../../../src/ingest/expand-logs.ts";

const TABLE = "step,reward\n1,0.5\n";
const STATE = '{"log_history": [{"step": 1, "reward": 0.5}]}';
const FILES = {
  "mixed/a.csv": TABLE,
  "mixed/b.csv": TABLE,
  "mixed/.hidden.csv": TABLE,
  "mixed/README.md": "step,reward\n1,2\n",
  "mixed/notes.txt": "nothing here",
  "mixed/empty.csv": "",
  "mixed/run-1/run.json": "{}",
  "mixed/run-1/steps.jsonl": '{"step":1,"reward":0.5}\n',
  "mixed/deep/er/c.csv": TABLE,
  "trl/config.json": "{}",
  "trl/checkpoint-9/trainer_state.json": STATE,
  "trl/checkpoint-10/trainer_state.json": STATE,
  "none/notes.txt": "nothing here",
  "odd/a[1].csv": TABLE,
};

describe("what the arguments of a command stand for", () => {
  let root = "";
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "entlaw-"));
    for (const [name, content] of Object.entries(FILES)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), content);
    }
    symlinkSync("..", join(root, "mixed", "loop"));
  });
  afterAll(() => rmSync(root, { recursive: true }));

  const expand = (...patterns: string[]): string[] =>
    expandLogs(patterns.map((pattern) => join(root, pattern))).map((path) =>
      path.slice(root.length + 1),
    );

  test.each([
    ["mixed/a.csv", ["mixed/a.csv"]],
    ["mixed/*.csv", ["mixed/a.csv", "mixed/b.csv", "mixed/empty.csv"]],
    ["mixed/{b,a}.csv", ["mixed/a.csv", "mixed/b.csv"]],
    ["*/?.csv", ["mixed/a.csv", "mixed/b.csv"]],
    ["mixed/.*.csv", ["mixed/.hidden.csv"]],
    ["mixed/d*/**/*.csv", ["mixed/deep/er/c.csv"]],
    ["mixed", ["mixed/a.csv", "mixed/b.csv", "mixed/run-1"]],
    ["mixed/run-1", ["mixed/run-1"]],
    ["mixed/run-*", ["mixed/run-1"]],
    ["trl", ["trl/checkpoint-10/trainer_state.json"]],
    ["t*", ["trl/checkpoint-10/trainer_state.json"]],
    ["odd/a[1].csv", ["odd/a[1].csv"]],
  ])("%s", (pattern, expected) => {
    expect(expand(pattern)).toEqual(expected);
  });

  test("who asks for standard input by a dash is told its name", () => {
    expect(() => expandLogs(["-"])).toThrow(
      expect.objectContaining({ fix: expect.stringContaining("/dev/stdin") }),
    );
  });

  test("each log comes once, in the order of the arguments", () => {
    expect(expand("mixed/b.csv", "mixed/*.csv")).toEqual([
      "mixed/b.csv",
      "mixed/a.csv",
      "mixed/empty.csv",
    ]);
  });

  test("a folder that holds itself is walked to an end", () => {
    expect(expand("mixed/**/c.csv")).toContain("mixed/deep/er/c.csv");
  });

  test.each(["none", "n*", "no-such", "no-such/*.csv", "mixed/*.nothing"])(
    "%s is a DataError",
    (pattern) => {
      expect(() => expand(pattern)).toThrow(DataError);
    },
  );
});
