/** Parquet under many names and numbers, and under every failure of the disk. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { RunError } from "../../../src/base/errors.ts";
import { disk } from "../../../src/base/file-system.ts";
import { readParquet } from "../../../src/log/read-parquet.ts";
import { makeTable } from "../../../src/log/table.ts";
import { writeParquet } from "../../../src/log/write-parquet.ts";
import { allFaults, failingDisk } from "../../support/failing-disk.ts";
import { interceptedDisk } from "../../support/intercepted-disk.ts";
import { expectSame } from "../../support/same-table.ts";

const scratch = mkdtempSync(join(tmpdir(), "entlaw-parquet-"));
afterAll(() => rmSync(scratch, { recursive: true }));
const at = (name: string): string => join(scratch, name);

describe("a table as Parquet", () => {
  test("comes back bit for bit, whatever its names and numbers", async () => {
    const name = fc
      .array(fc.constantFrom("a", "A", "_1", "/", ".", '"', "'", "\0", "\n", "é", "😀", "\ud800"))
      .map((parts) => parts.join(""));
    const arbitrary = fc.uniqueArray(name, { minLength: 1, maxLength: 6 }).chain((columnNames) => {
      const column = fc.float64Array({ minLength: 3, maxLength: 3 });
      return fc
        .array(column, { minLength: columnNames.length, maxLength: columnNames.length })
        .map((columns) => makeTable(columnNames.map((key, i) => [key, columns[i]!])));
    });
    const path = at("any.parquet");
    await fc.assert(
      fc.asyncProperty(arbitrary, async (table) => {
        writeParquet(disk, path, table);
        expectSame(await readParquet(disk, path), table);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  test("after any one failing operation there is the old file or the new one, and nothing else", async () => {
    const folder = at("faults");
    disk.makeDirectory(folder);
    const path = join(folder, "x.parquet");
    const old = makeTable([["x", Float64Array.of(1)]]);
    const replacement = makeTable([["x", Float64Array.of(2)]]);
    let calls = 0;
    writeParquet(
      interceptedDisk(disk, () => (calls += 1)),
      path,
      old,
    );
    for (const fault of allFaults(calls, ["EIO"]).filter(({ lasting }) => !lasting)) {
      writeParquet(disk, path, old);
      const { fs } = failingDisk(disk, fault);
      expect(() => writeParquet(fs, path, replacement)).toThrow(RunError);
      expect(disk.list(folder)).toEqual(["x.parquet"]);
      expectSame(await readParquet(disk, path), fault.at === calls - 1 ? replacement : old);
    }
  });
});
