import { describe, expect, test } from "vitest";
import { RunError } from "../../../src/base/errors.ts";
import type { FileSystem } from "../../../src/base/file-system.ts";
import { makeRng } from "../../../src/base/random.ts";
import { readNewestCheckpoint } from "../../../src/log/read-checkpoint.ts";
import { sweepHidden } from "../../../src/log/sweep-hidden.ts";
import { isWhole, write } from "../../support/checkpoints.ts";
import { type Recording, recordingDisk } from "../../support/crash-replay.ts";
import { allFaults, failingDisk } from "../../support/failing-disk.ts";
import { interceptedDisk } from "../../support/intercepted-disk.ts";
import { memoryDisk } from "../../support/memory-disk.ts";

const RUN = "/run";
const FOLDER = "/run/checkpoints";
const STEPS = [25, 50, 75, 100];
const KEEP = 2;

/** The step of the newest checkpoint, 0 if there is none; throws if it is not what was written. */
function newestStep(fs: FileSystem): number {
  const { checkpoint } = readNewestCheckpoint(fs, RUN);
  if (checkpoint !== undefined && !isWhole(checkpoint))
    throw new Error("a wrong checkpoint is read");
  return checkpoint?.step ?? 0;
}

test("every file, the list and the folder are on the disk before the checkpoint has its name, and its name after", () => {
  const inner = memoryDisk();
  inner.makeDirectory(RUN);
  const order: string[] = [];
  const fs = interceptedDisk(inner, (operation, path) => {
    if (["sync", "rename", "syncDirectory"].includes(operation)) {
      order.push(path === "" ? operation : `${operation} ${path.replace(/\d+-0/, "N")}`);
    }
  });
  write(fs, RUN, 25, 1);
  expect(order).toEqual([
    `syncDirectory ${RUN}`,
    "sync",
    "sync",
    "sync",
    "sync",
    "sync",
    `syncDirectory ${FOLDER}/.entlaw-N.tmp`,
    `rename ${FOLDER}/.entlaw-N.tmp`,
    `syncDirectory ${FOLDER}`,
  ]);
});

/** After `at` operations of the disk the checkpoint of `step` had been promised. */
interface Promised {
  readonly at: number;
  readonly step: number;
}

function writeAll(disk: Recording, fs: FileSystem = disk.fs): Promised[] {
  return [
    { at: 0, step: 0 },
    ...STEPS.map((step) => {
      write(fs, RUN, step, KEEP);
      return { at: disk.length(), step };
    }),
  ];
}

/** Crashes in which a promised checkpoint was gone. */
function lostIn(disk: Recording, promised: readonly Promised[], states: number): number {
  const rng = makeRng(1, "checkpoint");
  let lost = 0;
  for (let state = 0; state < states; state += 1) {
    const at = rng.below(disk.length() + 1);
    const { step } = promised.findLast((promise) => promise.at <= at)!;
    if (newestStep(memoryDisk(disk.crash(at, rng))) < step) lost += 1;
  }
  return lost;
}

describe("after a loss of power", () => {
  test("the newest checkpoint promised is there, or a newer one, whole", () => {
    const disk = recordingDisk(new Map(), RUN);
    expect(lostIn(disk, writeAll(disk), 1000)).toBe(0);
  });

  test("a run goes on from what there is, and leaves nothing hidden behind", () => {
    const disk = recordingDisk(new Map(), RUN);
    writeAll(disk);
    const rng = makeRng(2, "checkpoint");
    for (let state = 0; state < 300; state += 1) {
      const fs = memoryDisk(disk.crash(rng.below(disk.length() + 1), rng));
      fs.makeDirectory(RUN);
      sweepHidden(fs, FOLDER);
      const from = newestStep(fs);
      for (const step of STEPS.filter((one) => one > from)) write(fs, RUN, step, KEEP);
      expect(newestStep(fs)).toBe(100);
      expect(fs.list(FOLDER).filter((name) => name.startsWith("."))).toEqual([]);
    }
  });

  test.each<readonly [string, (fs: FileSystem) => Partial<FileSystem>]>([
    ["the files", () => ({ sync: () => {} })],
    ["the folder", (fs) => skipping(fs, (path) => path.includes(".entlaw-"))],
    ["the parent", (fs) => skipping(fs, (path) => path === FOLDER)],
  ])("replay finds out a writer that does not wait for %s", (_, careless) => {
    const disk = recordingDisk(new Map(), RUN);
    const promised = writeAll(disk, { ...disk.fs, ...careless(disk.fs) });
    expect(lostIn(disk, promised, 300)).toBeGreaterThan(0);
  });
});

/** A disk that says of some folders that they are safe without waiting. */
function skipping(fs: FileSystem, isSkipped: (path: string) => boolean): Partial<FileSystem> {
  return { syncDirectory: (path) => (isSkipped(path) ? undefined : fs.syncDirectory(path)) };
}

class Killed extends Error {}

test("killed between any two operations, the old checkpoint or the new one is the newest", () => {
  for (let at = 0; ; at += 1) {
    const inner = memoryDisk();
    inner.makeDirectory(RUN);
    for (const step of [25, 50]) write(inner, RUN, step, KEEP);
    let calls = 0;
    const dying = interceptedDisk(inner, () => {
      calls += 1;
      if (calls > at) throw new Killed();
    });
    try {
      write(dying, RUN, 75, KEEP);
      expect(at).toBeGreaterThan(20);
      return;
    } catch (error) {
      expect(error).toBeInstanceOf(Killed);
    }
    expect([50, 75]).toContain(newestStep(inner));
    write(inner, RUN, 100, KEEP);
    expect(newestStep(inner)).toBe(100);
  }
});

test("after any failing operation the error says that older ones are intact, and they are", () => {
  const counted = memoryDisk();
  counted.makeDirectory(RUN);
  for (const step of [25, 50]) write(counted, RUN, step, KEEP);
  let calls = 0;
  write(
    interceptedDisk(counted, () => (calls += 1)),
    RUN,
    75,
    KEEP,
  );
  for (const fault of allFaults(calls)) {
    const inner = memoryDisk();
    inner.makeDirectory(RUN);
    for (const step of [25, 50]) write(inner, RUN, step, KEEP);
    const { fs, failed } = failingDisk(inner, fault);
    expect(() => write(fs, RUN, 75, KEEP), `fault at call ${fault.at}`).toThrow(RunError);
    expect(failed()).toBe(true);
    expect([50, 75]).toContain(newestStep(inner));
    write(inner, RUN, 100, KEEP);
    expect(newestStep(inner)).toBe(100);
  }
});
