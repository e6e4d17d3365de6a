import { describe, expect, test } from "vitest";
import { DataError, RunError, ShapeError } from "../../../src/base/errors.ts";
import type { FileSystem } from "../../../src/base/file-system.ts";
import { appendSteps } from "../../../src/log/append-steps.ts";
import { readSteps } from "../../../src/log/read-steps.ts";
import { repairSteps } from "../../../src/log/repair-steps.ts";
import { formatStepLine } from "../../../src/log/step-line.ts";
import { allFaults, failingDisk } from "../../support/failing-disk.ts";
import { interceptedDisk } from "../../support/intercepted-disk.ts";
import { memoryDisk } from "../../support/memory-disk.ts";
import { stepRow, stepsOf } from "../../support/step-rows.ts";

const PATH = "/run/steps.jsonl";
const LINES = [0, 1, 2, 3, 4, 5].map((step) => Buffer.from(formatStepLine(stepRow(step))));
const WHOLE = Buffer.concat(LINES);

const diskWith = (bytes: Uint8Array): FileSystem => memoryDisk(new Map([[PATH, bytes]]));

/** How many of the lines lie within the first `size` bytes, a line feed not counted. */
function wholeLines(size: number): number {
  let end = 0;
  return LINES.filter((line) => {
    end += line.length;
    return end - 1 <= size;
  }).length;
}

const startOfLastThree = WHOLE.length - Buffer.concat(LINES.slice(3)).length;
const cuts = Array.from(
  { length: WHOLE.length - startOfLastThree },
  (_, i) => startOfLastThree + i,
);
const tails: ReadonlyArray<readonly [string, Buffer]> = [
  ["nothing", Buffer.alloc(0)],
  ["NULs", Buffer.alloc(50)],
  ["garbage", Buffer.from([0xff, 0xc3, 0x28, 0x7b, 0x22, 0x0a, 0x80, 0x00, 0x7d])],
];

/** What a crash may leave: cut at every byte of the last three lines, and followed by each tail. */
const torn = cuts.flatMap((cut) =>
  tails.map(([name, tail]) => ({
    cut,
    name,
    // A cut within a line's text, and what stands after it, make that line unreadable.
    expected: Array.from({ length: countAfter(cut, tail) }, (_, step) => step),
    bytes: Buffer.concat([WHOLE.subarray(0, cut), tail]),
  })),
);

/** A line that lost only its line feed is whole, unless other bytes now stand in its place. */
function countAfter(cut: number, tail: Buffer): number {
  return tail.length === 0 ? wholeLines(cut) : wholeLines(cut - 1);
}

describe("a torn tail", () => {
  test("is dropped at every byte it may be cut at, and nothing else is lost", () => {
    expect(torn.length).toBeGreaterThan(300);
    for (const { bytes, expected } of torn) {
      const { table, warnings } = readSteps(diskWith(bytes), PATH);
      expect(stepsOf(table)).toEqual(expected);
      const lost = bytes.length - Buffer.concat(LINES.slice(0, expected.length)).length;
      expect(warnings).toHaveLength(lost > 0 ? 1 : 0);
      if (lost > 0)
        expect(warnings[0]).toContain(`: ${lost} bytes from byte ${bytes.length - lost} on`);
    }
  });

  test("is moved out before the next step is appended, byte for byte", () => {
    for (const { bytes, expected } of torn) {
      const fs = diskWith(bytes);
      const log = appendSteps(fs, PATH);
      const next = expected.length;
      const kept = Buffer.concat(LINES.slice(0, next));
      log.append(stepRow(next));
      log.close();
      const { table, warnings } = readSteps(fs, PATH);
      expect(log.repair.removedBytes).toBe(
        fs.status(`${PATH}.torn`) ? bytes.length - kept.length : 0,
      );
      expect(stepsOf(table)).toEqual([...expected, next]);
      expect(warnings).toEqual([]);
      const removed = bytes.subarray(kept.length);
      const aside = removed.length === 0 ? undefined : Buffer.concat([removed, Buffer.from("\n")]);
      expect(fs.status(`${PATH}.torn`) && fs.readFile(`${PATH}.torn`)).toEqual(aside);
    }
  });

  test("of a log that never had a whole line leaves an empty table", () => {
    const { table, warnings } = readSteps(diskWith(Buffer.from('{"step": 0, "re')), PATH);
    expect(table.length).toBe(0);
    expect(warnings).toHaveLength(1);
  });

  test("removed twice is kept twice", () => {
    const fs = diskWith(Buffer.from("{torn"));
    repairSteps(fs, PATH);
    const descriptor = fs.open(PATH, "append");
    fs.write(descriptor, Buffer.from("[again"));
    expect(repairSteps(fs, PATH)).toMatchObject({ lastStep: undefined, removedBytes: 6 });
    expect(fs.readFile(`${PATH}.torn`).toString()).toBe("{torn\n[again\n");
  });

  test("in a whole log there is none, and a repair changes nothing", () => {
    const writes: string[] = [];
    const reading = new Set(["status", "readFile"]);
    const fs = interceptedDisk(diskWith(WHOLE), (operation) => {
      if (!reading.has(operation)) writes.push(operation);
    });
    expect(repairSteps(fs, PATH)).toMatchObject({ lastStep: 5, removedBytes: 0 });
    expect(writes).toEqual([]);
  });
});

describe("damage before the end", () => {
  test.each([0, 1, 2, 3, 4])("in line %i + 1 is an error that names line and byte", (index) => {
    const offset = Buffer.concat(LINES.slice(0, index)).length;
    const damaged = Buffer.from(WHOLE);
    damaged[offset + 1] = 0x7f;
    const where = `in line ${index + 1} (byte ${offset})`;
    expect(() => readSteps(diskWith(damaged), PATH)).toThrow(
      expect.objectContaining({
        code: "damaged-log",
        message: expect.stringContaining(where),
        fix: expect.stringContaining("restore"),
      }),
    );
    const fs = diskWith(damaged);
    expect(() => appendSteps(fs, PATH)).toThrow(DataError);
    expect(fs.readFile(PATH)).toEqual(damaged);
  });

  test("blank lines and Windows line ends are none", () => {
    const text = WHOLE.toString().replaceAll("\n", "\r\n\r\n");
    expect(stepsOf(readSteps(diskWith(Buffer.from(text)), PATH).table)).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe("reading", () => {
  test("a column that starts late is missing before, and keeps its numbers", () => {
    const text = '{"step": 0}\n{"step": 1, "late": 2}\n{"step": 2, "late": null}\n';
    const { table } = readSteps(diskWith(Buffer.from(text)), PATH);
    expect([...table.columns]).toEqual([
      ["step", Float64Array.of(0, 1, 2)],
      ["late", Float64Array.of(Number.NaN, 2, Number.NaN)],
    ]);
  });

  test("values that cannot be kept are counted by column, in one warning each", () => {
    const text =
      '{"step": 0, "kl": NaN, "note": "a"}\n{"step": 1, "kl": Infinity, "note": "b", "x": 1e999}\n';
    expect(readSteps(diskWith(Buffer.from(text)), PATH).warnings).toEqual([
      'values that are not finite are read as missing: "kl" 2 times, "x" once',
      'values that are not numbers were left out: "note" 2 times',
    ]);
  });

  test("a log that is not there is bad data, with the path", () => {
    expect(() => readSteps(memoryDisk(), PATH)).toThrow(DataError);
    expect(() => readSteps(memoryDisk(), PATH)).toThrow(PATH);
  });
});

describe("appending", () => {
  const emptyRun = (): FileSystem => {
    const fs = memoryDisk();
    fs.makeDirectory("/run");
    return fs;
  };
  /** Appends steps 0 to 3, waiting for the disk after every second one. */
  const writeFour = (fs: FileSystem, done: (step: number, synced: boolean) => void): void => {
    const log = appendSteps(fs, PATH);
    for (const step of [0, 1, 2, 3]) {
      log.append(stepRow(step));
      done(step, false);
      if (step % 2 === 1) {
        log.sync();
        done(step, true);
      }
    }
    log.close();
  };

  test("a step is in the file as soon as append returns, and a reader beside it is not disturbed", () => {
    const fs = emptyRun();
    writeFour(fs, (step) => {
      const { table, warnings } = readSteps(fs, PATH);
      expect(stepsOf(table).at(-1)).toBe(step);
      expect(warnings).toEqual([]);
    });
  });

  test("a run goes on where the log ends", () => {
    const fs = diskWith(WHOLE);
    const log = appendSteps(fs, PATH);
    expect(() => log.append(stepRow(5))).toThrow(ShapeError);
    expect(() => log.append(stepRow(6.5))).toThrow(ShapeError);
    expect(() => log.append(new Map([["reward", 1]]))).toThrow(ShapeError);
    log.append(stepRow(6));
    log.close();
    expect(stepsOf(readSteps(fs, PATH).table)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test("values that are not finite become null and are counted; null is not", () => {
    const fs = emptyRun();
    const log = appendSteps(fs, PATH);
    for (const step of [0, 1]) {
      log.append(
        new Map([
          ["step", step],
          ["kl", Number.NaN],
          ["norm", step === 0 ? 1 : Infinity],
          ["validation", null],
        ]),
      );
    }
    log.close();
    expect([...log.notFinite]).toEqual([
      ["kl", 2],
      ["norm", 1],
    ]);
    expect(fs.readFile(PATH).toString().split("\n")[1]).toBe(
      '{"step": 1, "kl": null, "norm": null, "validation": null}',
    );
  });

  test("whichever operation fails, the run ends, says up to which step it is safe, and that is true", () => {
    let calls = 0;
    writeFour(
      interceptedDisk(emptyRun(), () => (calls += 1)),
      () => {},
    );
    for (const fault of allFaults(calls, ["ENOSPC", "EIO", "EDQUOT"])) {
      const inner = emptyRun();
      const { fs } = failingDisk(inner, fault);
      let safe = -1;
      let caught: unknown;
      try {
        writeFour(fs, (step, synced) => {
          if (synced) safe = step;
        });
      } catch (error) {
        caught = error;
      }
      expect(caught, `fault at call ${fault.at}`).toBeInstanceOf(RunError);
      const claim = /safe up to step (\d+)/.exec((caught as RunError).message)?.[1];
      expect(Number(claim ?? -1)).toBe(safe);
      if (inner.status(PATH) === undefined) continue;
      expect(stepsOf(readSteps(inner, PATH).table).length).toBeGreaterThan(safe);
    }
  });

  test("after a failed fsync nothing is tried again", () => {
    const operations: string[] = [];
    let refuse = false;
    const fs = interceptedDisk(emptyRun(), (operation) => {
      operations.push(operation);
      if (refuse && operation === "sync") {
        refuse = false;
        throw Object.assign(new Error("EIO: fsync"), { code: "EIO", syscall: "fsync" });
      }
    });
    const log = appendSteps(fs, PATH);
    log.append(stepRow(0));
    refuse = true;
    expect(() => log.sync()).toThrow("no step is safe on the disk");
    expect(operations.slice(-2)).toEqual(["sync", "close"]);
    operations.length = 0;
    expect(() => log.sync()).toThrow(RunError);
    expect(() => log.append(stepRow(1))).toThrow(RunError);
    log.close();
    expect(operations).toEqual([]);
  });
});
