/** A run directory is written whole or not at all, whichever operation of the disk fails. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { RunError } from "../../../src/base/errors.ts";
import { disk } from "../../../src/base/file-system.ts";
import { type Run, readRunDirectory, writeRunDirectory } from "../../../src/log/run-directory.ts";
import { makeTable } from "../../../src/log/table.ts";
import { allFaults, failingDisk } from "../../support/failing-disk.ts";
import { interceptedDisk } from "../../support/intercepted-disk.ts";

const scratch = mkdtempSync(join(tmpdir(), "entlaw-faults-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const run: Run = {
  manifest: { schema: 1, id: "a", status: "finished" },
  table: makeTable([
    ["step", Float64Array.of(0, 1, 2)],
    ["reward", Float64Array.of(0.1, 0.2, 0.3)],
  ]),
};

test("after any failing operation there is a whole run or none, and the error says what to do", () => {
  let calls = 0;
  writeRunDirectory(
    interceptedDisk(disk, () => (calls += 1)),
    join(scratch, "counted"),
    run,
  );
  expect(calls).toBeGreaterThan(20);
  rmSync(join(scratch, "counted"), { recursive: true });

  for (const fault of allFaults(calls, ["ENOSPC"])) {
    const folder = mkdtempSync(join(scratch, "fault-"));
    const target = join(folder, "run");
    const { fs, failed } = failingDisk(disk, fault);
    let caught: unknown;
    try {
      writeRunDirectory(fs, target, run);
    } catch (error) {
      caught = error;
    }
    expect(failed()).toBe(true);
    expect(caught, `fault at call ${fault.at}`).toBeInstanceOf(RunError);
    // The last operation alone, the fsync of the parent, comes after the run has its name.
    const expected = fault.at === calls - 1 ? ["run"] : [];
    const visible = disk.list(folder).filter((name) => !name.startsWith("."));
    expect(visible).toEqual(expected);
    if (!fault.lasting) expect(disk.list(folder)).toEqual(expected);
    if (expected.length > 0) expect(readRunDirectory(disk, target).table).toEqual(run.table);
  }
});
