/** The thread that writes tables: on the real disk, since no other can be shared with it. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { RunError } from "../../../src/base/errors.ts";
import { disk } from "../../../src/base/file-system.ts";
import { type ParquetColumn, encodeParquet } from "../../../src/log/encode-parquet.ts";
import { type TableQueue, tableQueue, threadQueue } from "../../../src/log/table-queue.ts";

const scratch = mkdtempSync(join(tmpdir(), "entlaw-table-thread-"));
afterAll(() => rmSync(scratch, { recursive: true }));
const at = (name: string): string => join(scratch, name);

const source = (name: string): string => pathToFileURL(join("src", name)).href;

let queue: TableQueue;
beforeEach(() => {
  queue = tableQueue(disk);
});
afterEach(() => queue.close());

const columns = (rows: number, seed = 1): ParquetColumn[] => [
  { name: "x", dtype: "f64", values: Float64Array.from({ length: rows }, (_, i) => seed + i / 3) },
  {
    name: "word",
    dtype: "text",
    values: Array.from({ length: rows }, (_, i) => (i % 3 === 0 ? null : `é${i}`)),
  },
];

test("a table is written as it would be here, and its numbers are given away", async () => {
  const given = columns(1000);
  queue.add({ path: at("deep/a.parquet"), columns: given });
  expect(given[0]!.values).toHaveLength(0);
  await queue.settled();
  expect(disk.readFile(at("deep/a.parquet"))).toEqual(encodeParquet(columns(1000)));
  expect(disk.list(at("deep"))).toEqual(["a.parquet"]);
});

test("columns that share memory, with each other or with others, are copied whole", async () => {
  const memory = Float64Array.from({ length: 30 }, (_, i) => i);
  const other = Float64Array.from({ length: 30 }, (_, i) => -i);
  const own = Float64Array.of(0, 1, 2);
  const shared = new Float64Array(new SharedArrayBuffer(24));
  const named = [
    memory.subarray(0, 3),
    memory.subarray(3, 6),
    other.subarray(1, 4),
    own,
    own,
    shared,
  ].map((values, i): ParquetColumn => ({ name: `c${i}`, dtype: "f64", values }));
  const expected = encodeParquet(named);
  queue.add({ path: at("shared.parquet"), columns: named });
  await queue.settled();
  expect(disk.readFile(at("shared.parquet"))).toEqual(expected);
  expect([memory, other, own, shared].map(({ length }) => length)).toEqual([30, 30, 3, 3]);
});

test("whoever adds tables faster than they are written waits for all but the last few", async () => {
  const names = Array.from({ length: 30 }, (_, i) => `many/${i}.parquet`);
  for (const name of names) queue.add({ path: at(name), columns: columns(20_000) });
  // No answer of the thread has been heard yet: nothing here has waited for any.
  expect(disk.list(at("many")).filter((name) => !name.startsWith(".")).length).toBeGreaterThan(24);
  await queue.settled();
  expect(disk.list(at("many"))).toHaveLength(names.length);
});

test("a table that cannot be written is the error of every call that follows, the others are written", async () => {
  writeFileSync(at("file"), "");
  queue.add({ path: at("file/a.parquet"), columns: columns(1) });
  queue.add({ path: at("after.parquet"), columns: columns(1) });
  await expect(queue.settled()).rejects.toThrow(RunError);
  await expect(queue.settled()).rejects.toMatchObject({
    code: "cannot-write",
    message: expect.stringContaining(at("file/a.parquet")),
    fix: "choose a path whose parents are folders",
  });
  expect(() => queue.add({ path: at("b.parquet"), columns: columns(1) })).toThrow(
    at("file/a.parquet"),
  );
  expect(disk.status(at("after.parquet"))?.kind).toBe("file");
});

test.each([
  ["throws", "throw new Error('out of memory')", "out of memory"],
  ["exits", "process.exit(3)", "exit code 3"],
])(
  "a thread that %s is the error of every call that follows, and nobody waits for ever",
  async (_, does, got) => {
    const code = `import { parentPort } from "node:worker_threads"; parentPort.on("message", () => { ${does} });`;
    const dying = threadQueue(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
    for (const name of ["a", "b"]) dying.add({ path: at(name), columns: columns(1) });
    await expect(dying.settled()).rejects.toThrow(got);
    await expect(dying.settled()).rejects.toMatchObject({ code: "table-thread-died" });
    expect(() => dying.add({ path: at("c"), columns: columns(1) })).toThrow(RunError);
    await dying.close();
  },
);

test("a process that has nothing else to do ends, though the queue is open", () => {
  const program = `
    import { disk } from ${JSON.stringify(source("base/file-system.ts"))};
    import { tableQueue } from ${JSON.stringify(source("log/table-queue.ts"))};
    const queue = tableQueue(disk);
    const values = Float64Array.of(1);
    queue.add({ path: ${JSON.stringify(at("last.parquet"))}, columns: [{ name: "x", dtype: "f64", values }] });`;
  const { status } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    timeout: 20_000,
  });
  expect(status).toBe(0);
  expect(disk.status(at("last.parquet"))?.kind).toBe("file");
});
