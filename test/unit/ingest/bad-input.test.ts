import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { DataError } from "../../../src/base/errors.ts";
import { formatNames } from "../../../src/ingest/formats.ts";
import { readLog } from "../../../src/ingest/read-log.ts";
import { checkMutations, readOutcome } from "../../support/mutated-logs.ts";
import { readTextLog } from "../../support/read-text-log.ts";

const TABLE = "step,entropy,reward\n1,0.5,0.2\n2,0.4,0.3\n";

describe("bad input", () => {
  test.each([
    ["an empty file", "", "empty-file"],
    ["blank lines", "\n\n \n", "unknown-log-format"],
    ["prose", "Dear reader,\nthis is a letter, not a log.\n", "unknown-log-format"],
    ["a table without a header", "1,2,3\n4,5,6\n", "unknown-log-format"],
    ["a header without rows", "step,entropy,reward\n", "no-steps"],
    ["an open quote", 'step,entropy\n1,2\n2,"3\n', "open-quote"],
    ["JSON that is no log", '{"learning_rate": 1e-6}', "unknown-log-format"],
    ["JSON over several lines", '{\n "a": 1,\n "b": 2\n}', "unknown-log-format"],
    ["a number", "5", "unknown-log-format"],
    [
      "a trainer state without a history",
      '{"x": "\\"log_history\\"", "log_history": 3}',
      "no-log-history",
    ],
    ["a trainer state cut off", '{"log_history": [{"step": 1', "bad-json"],
    ["a list cut off", '[{"step": 1}, {"st', "bad-json"],
    ["rows without steps", '{"log_history": [{"loss": 1}]}', "no-steps"],
    [
      "deep nesting",
      `{"step":1,"a":${'{"b":'.repeat(100_000)}1${"}".repeat(100_000)}}`,
      "nesting-too-deep",
    ],
    ["brackets", "[".repeat(200_000), "unknown-log-format"],
    ["binary", Buffer.from([0, 1, 2, 255, 254, 0]), "unknown-log-format"],
    ["SQLite", "SQLite format 3\u0000", "unknown-log-format"],
    ["gzip within gzip", gzipSync(gzipSync(TABLE)), "unknown-log-format"],
    ["gzip cut off", gzipSync(TABLE).subarray(0, 30), "bad-gzip"],
    ["damaged gzip", gzipSync(TABLE).fill(0xff, 12, 20), "bad-gzip"],
    ["a gzip header and nothing else", Buffer.from([0x1f, 0x8b]), "bad-gzip"],
    ["a gzip bomb", gzipSync(Buffer.alloc(65 * 1024 ** 2), { level: 1 }), "gzip-too-large"],
  ])("%s is a DataError that says what to do", async (_, content, code) => {
    const error: unknown = await readTextLog(content).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataError);
    expect(error).toMatchObject({ code, fix: expect.stringMatching(/./) });
    expect((error as DataError).message).toMatch(/must .*, got:? /s);
  });

  test.each([
    ["nothing there", "no/such/log", "no-such-log"],
    ["a NUL in the path", "a\u0000b", "bad-path"],
    ["a path longer than the disk allows", "x".repeat(5000), "cannot-read"],
    ["a directory that is no log", "test/unit", "not-a-log-directory"],
  ])("%s is a DataError", async (_, path, code) => {
    await expect(readLog(path)).rejects.toBeInstanceOf(DataError);
    await expect(readLog(path)).rejects.toMatchObject({ code });
  });

  test("the console output of TRL is told from prose, and its trainer state asked for", async () => {
    const printed = "{'loss': 0.1, 'reward': 0.5, 'entropy': 0.4, 'epoch': 0.01}\n".repeat(3);
    await expect(readTextLog(printed)).rejects.toMatchObject({
      code: "unknown-log-format",
      fix: expect.stringContaining("trainer_state.json"),
    });
  });

  test("gzip is read like what is inside, several members too", async () => {
    const parts = [gzipSync(TABLE.slice(0, 10)), gzipSync(TABLE.slice(10))];
    expect((await readTextLog(Buffer.concat(parts))).table).toEqual(
      (await readTextLog(TABLE)).table,
    );
  });

  test.each(formatNames)(
    "a log read as %s against its nature is a table or a DataError",
    async (format) => {
      for (const text of [
        TABLE,
        '{"step":1,"reward":2}\n',
        "step:1 - a:1\n",
        '{"log_history":[{"step":1}]}',
        "x",
      ]) {
        const error = await readTextLog(text, { format }).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        if (error !== undefined) expect(error).toBeInstanceOf(DataError);
      }
    },
  );
});

describe("any bytes", () => {
  test("200 mutations of real logs give a table in order, or a DataError", async () => {
    await checkMutations(200);
  });

  // Each of these made some parser of this kind take quadratic time.
  test.each([
    ["steps without line ends", "step:1 - a:1 ".repeat(40_000)],
    ["marks that are none", "step:".repeat(100_000)],
    ["keys that look like steps", "step:1 - ".repeat(50_000)],
    ["endless wrapped lines", `step:1 - a:1\n${"- b:1\n".repeat(50_000)}`],
    ["blanks", `step:1 - a:1${" ".repeat(300_000)}x\n- b:1\n`],
    ["quotes", `step,b\n${'"'.repeat(300_001)}`],
    ["escaped quotes beside NaN", `{"step":1,"a":NaN,"b":"${'\\"'.repeat(150_000)}`],
    ["names of blanks", `step,a${" ".repeat(300_000)}b\n1,2\n`],
    ["names of brackets", `step,${"(a".repeat(150_000)}\n1,2\n`],
    ["one name for every column", `${"step,".repeat(30_000)}x\n1,2\n`],
    ["rows of one step", '{"step":1,"score":1}\n'.repeat(15_000)],
    [
      "rows that each bring a column",
      Array.from({ length: 5000 }, (_, i) => `{"step":1,"c${i}":1}\n`).join(""),
    ],
  ])("%s take no more than a second for some 300 kB", async (_, text) => {
    const start = performance.now();
    await readOutcome(Buffer.from(text));
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
