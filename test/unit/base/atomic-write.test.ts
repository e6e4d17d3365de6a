import { describe, expect, test } from "vitest";
import { writeFileAtomic } from "../../../src/base/atomic-write.ts";
import { RunError } from "../../../src/base/errors.ts";
import type { FileSystem } from "../../../src/base/file-system.ts";
import { makeRng } from "../../../src/base/random.ts";
import { recordingDisk } from "../../support/crash-replay.ts";
import { allFaults, failingDisk } from "../../support/failing-disk.ts";
import { interceptedDisk } from "../../support/intercepted-disk.ts";
import { memoryDisk } from "../../support/memory-disk.ts";

const PATH = "/run/run.json";
const OLD = Buffer.from("old content");
const NEW = Buffer.from("the new content");

function diskWithOld(): FileSystem {
  return memoryDisk(new Map([[PATH, OLD]]));
}

/** Names of the operations, in order. */
function operationsOf(write: (fs: FileSystem) => void): string[] {
  const operations: string[] = [];
  write(interceptedDisk(diskWithOld(), (operation) => operations.push(operation)));
  return operations;
}

/** Writes versions 0, 1, … and counts the crashes after which the file is not the version it must be. */
function brokenCrashes(write: (fs: FileSystem, bytes: Buffer) => void, states: number): number {
  const versions = Array.from({ length: 6 }, (_, v) => Buffer.from(`${v}:${"x".repeat(v * 7)};`));
  const disk = recordingDisk(new Map([[PATH, versions[0]!]]), "/run");
  const begun: number[] = [0];
  const done: number[] = [0];
  for (const version of versions.slice(1)) {
    begun.push(disk.length());
    write(disk.fs, version);
    done.push(disk.length());
  }
  const rng = makeRng(1, "crash");
  let broken = 0;
  for (let state = 0; state < states; state += 1) {
    const at = rng.below(disk.length() + 1);
    const found = disk.crash(at, rng).get(PATH)?.toString() ?? "";
    const version = versions.findIndex((bytes) => bytes.toString() === found);
    const oldest = done.findLastIndex((end) => end <= at);
    const newest = begun.findLastIndex((start) => start <= at);
    if (version < oldest || version > newest) broken += 1;
  }
  return broken;
}

describe("writeFileAtomic", () => {
  test("the data is on the disk before the new name, and the new name before the call returns", () => {
    const changes = new Set(["open", "write", "sync", "close", "rename", "syncDirectory"]);
    const order = operationsOf((fs) => writeFileAtomic(fs, PATH, NEW)).filter((o) =>
      changes.has(o),
    );
    expect(order).toEqual(["open", "write", "sync", "close", "rename", "syncDirectory"]);
  });

  test("after any one failing operation the file is whole and no temporary file is left", () => {
    const count = operationsOf((fs) => writeFileAtomic(fs, PATH, NEW)).length;
    for (const fault of allFaults(count)) {
      const inner = diskWithOld();
      const { fs, failed } = failingDisk(inner, fault);
      expect(() => writeFileAtomic(fs, PATH, NEW)).toThrow(RunError);
      expect(failed()).toBe(true);
      const found = inner.readFile(PATH).toString();
      // Only the last operation, the folder's fsync, comes after the rename.
      expect(found).toBe(String(fault.at === count - 1 ? NEW : OLD));
      if (!fault.lasting) expect(inner.list("/run")).toEqual(["run.json"]);
    }
  });

  test("after any crash the file is the last version that was acknowledged, or one begun since", () => {
    expect(brokenCrashes((fs, bytes) => writeFileAtomic(fs, PATH, bytes), 2000)).toBe(0);
  });

  test.each([
    ["in place", (fs: FileSystem, bytes: Buffer) => overwrite(fs, PATH, bytes)],
    [
      "without fsync before the rename",
      (fs: FileSystem, bytes: Buffer) => {
        overwrite(fs, "/run/temporary", bytes);
        fs.rename("/run/temporary", PATH);
        fs.syncDirectory("/run");
      },
    ],
    [
      "without fsync of the folder",
      (fs: FileSystem, bytes: Buffer) => {
        const descriptor = fs.open("/run/temporary", "write");
        fs.write(descriptor, bytes);
        fs.sync(descriptor);
        fs.rename("/run/temporary", PATH);
      },
    ],
  ])("crash replay finds out a writer that writes %s", (_, careless) => {
    expect(brokenCrashes(careless, 500)).toBeGreaterThan(50);
  });

  test("a full disk is reported with the path and what to do", () => {
    const { fs } = failingDisk(diskWithOld(), { at: 3, lasting: true, code: "ENOSPC" });
    let caught: unknown;
    try {
      writeFileAtomic(fs, PATH, NEW);
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({
      code: "cannot-write",
      message: expect.stringContaining('"/run/run.json" must be writable, got ENOSPC'),
      fix: expect.stringContaining("free some space"),
    });
  });

  test("a device is written to and never replaced by a file", () => {
    const fs = memoryDisk(new Map(), ["/run/out"]);
    fs.makeDirectory("/run");
    writeFileAtomic(fs, "/run/out", NEW);
    expect(fs.status("/run/out")?.kind).toBe("other");
    expect(fs.list("/run")).toEqual([]);
  });

  test("a temporary file that another process left is not touched", () => {
    const leftover = `/run/.entlaw-${process.pid}-0.tmp`;
    const fs = memoryDisk(new Map([[leftover, OLD]]));
    writeFileAtomic(fs, PATH, NEW);
    expect(fs.list("/run")).toEqual([leftover.slice(5), "run.json"]);
    expect(fs.readFile(leftover)).toEqual(OLD);
  });
});

function overwrite(fs: FileSystem, path: string, bytes: Buffer): void {
  const descriptor = fs.open(path, "write");
  fs.write(descriptor, bytes);
  fs.close(descriptor);
}
