import { describe, expect, test } from "vitest";
import type { FileSystem } from "../../../src/base/file-system.ts";
import { makeRng } from "../../../src/base/random.ts";
import { appendSteps } from "../../../src/log/append-steps.ts";
import { readSteps } from "../../../src/log/read-steps.ts";
import { formatStepLine } from "../../../src/log/step-line.ts";
import { type DiskContent, type Recording, recordingDisk } from "../../support/crash-replay.ts";
import { diskError } from "../../support/disk-error.ts";
import { memoryDisk } from "../../support/memory-disk.ts";
import { stepRow, stepsOf } from "../../support/step-rows.ts";

const PATH = "/run/steps.jsonl";

/** After `at` operations of the disk, `steps` steps had been promised to be on it. */
interface Promised {
  readonly at: number;
  readonly steps: number;
}

/** Appends steps up to 9 to whatever is there, waiting for the disk after every third. */
function goOn(disk: Recording, from: number): Promised[] {
  const promised: Promised[] = [{ at: 0, steps: from }];
  const log = appendSteps(disk.fs, PATH);
  for (let step = from; step < 10; step += 1) {
    log.append(stepRow(step));
    if (step % 3 !== 2) continue;
    log.sync();
    promised.push({ at: disk.length(), steps: step + 1 });
  }
  log.close();
  return [...promised, { at: disk.length(), steps: 10 }];
}

function stepsOn(content: DiskContent): number[] {
  const fs = memoryDisk(content);
  return fs.status(PATH) === undefined ? [] : stepsOf(readSteps(fs, PATH).table);
}

const firstSteps = (count: number): number[] => Array.from({ length: count }, (_, step) => step);
const promisedAt = (promised: readonly Promised[], at: number): number =>
  promised.findLast((promise) => promise.at <= at)?.steps ?? 0;

describe("after a loss of power", () => {
  test("the log holds every step that was synced, and those it holds have no gap", () => {
    const disk = recordingDisk(new Map(), "/run");
    const promised = goOn(disk, 0);
    const rng = makeRng(1, "crash");
    const counts = new Set<number>();
    for (let state = 0; state < 2000; state += 1) {
      const at = rng.below(disk.length() + 1);
      const steps = stepsOn(disk.crash(at, rng));
      expect(steps).toEqual(firstSteps(steps.length));
      expect(steps.length).toBeGreaterThanOrEqual(promisedAt(promised, at));
      counts.add(steps.length);
    }
    // Crashes between two syncs leave every number of steps there is.
    expect(counts.size).toBe(11);
  });

  test("and a second one while the run resumes, the same holds, and the run ends whole", () => {
    const first = recordingDisk(new Map(), "/run");
    goOn(first, 0);
    const rng = makeRng(2, "crash");
    for (let state = 0; state < 1000; state += 1) {
      const left = first.crash(rng.below(first.length() + 1), rng);
      const before = stepsOn(left).length;
      const second = recordingDisk(left, "/run");
      const promised = goOn(second, before);
      expect(stepsOf(readSteps(second.fs, PATH).table)).toEqual(firstSteps(10));

      const at = rng.below(second.length() + 1);
      const again = second.crash(at, rng);
      const steps = stepsOn(again);
      expect(steps).toEqual(firstSteps(steps.length));
      expect(steps.length).toBeGreaterThanOrEqual(promisedAt(promised, at));
      expect(bytesKept(left, again)).toBe(true);
    }
  });

  test("a step that a killed process left behind is on the disk before the next one calls it safe", () => {
    const disk = recordingDisk(new Map(), "/run");
    const killed = appendSteps(disk.fs, PATH);
    for (const step of firstSteps(5)) killed.append(stepRow(step));
    const full: FileSystem = {
      ...disk.fs,
      write() {
        throw diskError("ENOSPC", "write");
      },
    };
    const next = appendSteps(full, PATH);
    expect(() => next.append(stepRow(5))).toThrow("safe up to step 4");
    const rng = makeRng(4, "crash");
    for (let state = 0; state < 100; state += 1) {
      expect(stepsOn(disk.crash(disk.length(), rng))).toEqual(firstSteps(5));
    }
  });

  test("replay finds out an appender that calls a step safe without waiting for the disk", () => {
    const disk = recordingDisk(new Map(), "/run");
    const rng = makeRng(3, "crash");
    const descriptor = disk.fs.open(PATH, "append");
    disk.fs.syncDirectory("/run");
    appendCarelessly(disk.fs, descriptor);
    const lost = firstSteps(500).filter(() => stepsOn(disk.crash(disk.length(), rng)).length < 10);
    expect(lost.length).toBeGreaterThan(100);
  });
});

/** Whether the bytes that the first crash had torn are still somewhere after the second. */
function bytesKept(first: DiskContent, second: DiskContent): boolean {
  const whole = firstSteps(stepsOn(first).length).map((step) => formatStepLine(stepRow(step)));
  const torn = first.get(PATH)?.subarray(Buffer.byteLength(whole.join(""))) ?? Buffer.alloc(0);
  return torn.length === 0 || [...second.values()].some((content) => content.includes(torn));
}

function appendCarelessly(fs: FileSystem, descriptor: number): void {
  for (const step of firstSteps(10))
    fs.write(descriptor, Buffer.from(formatStepLine(stepRow(step))));
}
