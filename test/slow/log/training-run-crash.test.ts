import { beforeAll, describe, expect, test } from "vitest";
import { RunError } from "../../../src/base/errors.ts";
import type { FileSystem } from "../../../src/base/file-system.ts";
import { makeRng } from "../../../src/base/random.ts";
import { readNewestCheckpoint } from "../../../src/log/read-checkpoint.ts";
import { readRunDirectory } from "../../../src/log/run-directory.ts";
import { isWhole } from "../../support/checkpoints.ts";
import { type DiskContent, recordingDisk } from "../../support/crash-replay.ts";
import { allFaults, failingDisk } from "../../support/failing-disk.ts";
import { fakeTraining } from "../../support/fake-training.ts";
import { interceptedDisk } from "../../support/intercepted-disk.ts";
import { machine } from "../../support/machine.ts";
import { memoryDisk } from "../../support/memory-disk.ts";
import { stepsOf } from "../../support/step-rows.ts";

const RUN = "/disk/deep/run";
const STEPS = 5;
const SAME =
  /^(steps\.jsonl|updates\.jsonl|steps\.parquet|(tokens|rollouts)\/.*|checkpoints\/step-\d+\/.*)$/;

/** Every file of a run: path within it to content. */
function filesIn(fs: FileSystem, folder = RUN): Map<string, Buffer> {
  if (fs.status(folder) === undefined) return new Map();
  const entries = fs.list(folder).flatMap((name): Array<readonly [string, Buffer]> => {
    const path = `${folder}/${name}`;
    return fs.status(path)?.kind === "directory"
      ? [...filesIn(fs, path)].map(([inner, bytes]) => [`${name}/${inner}`, bytes] as const)
      : [[name, fs.readFile(path)]];
  });
  return new Map(entries);
}

/** What a resumed run must have in common with one that was not. */
const comparable = (fs: FileSystem): Map<string, string> =>
  new Map(
    [...filesIn(fs)]
      .filter(([path]) => SAME.test(path))
      .map(([path, bytes]) => [path, bytes.toString("base64")]),
  );

/** The disk after a restart of the machine: no process of before lives. */
function restarted(content: DiskContent, boot: string): DiskContent {
  return new Map([...content, ...machine(boot)]);
}

let whole: Map<string, string>;

beforeAll(async () => {
  const fs = memoryDisk(machine("a"));
  await fakeTraining(fs, RUN, { steps: STEPS, resume: false });
  whole = comparable(fs);
});

/** Reads what a crash left, as somebody does who only looks. */
function look(content: DiskContent): number {
  const fs = memoryDisk(content);
  if (fs.status(`${RUN}/run.json`) === undefined) return 0;
  const hasSteps = fs.status(`${RUN}/steps.jsonl`) !== undefined;
  const steps = hasSteps ? stepsOf(readRunDirectory(fs, RUN).table) : [];
  expect(steps).toEqual(Array.from(steps, (_, i) => i + 1));
  for (const [path, bytes] of filesIn(fs)) {
    if (!path.endsWith(".parquet")) continue;
    // A table that can be seen is whole; steps.parquet has as many steps as the run had when it ended.
    expect([bytes.subarray(0, 4), bytes.subarray(-4)].map(String)).toEqual(["PAR1", "PAR1"]);
    if (path !== "steps.parquet") expect(bytes.toString("base64")).toBe(whole.get(path));
  }
  const { checkpoint } = readNewestCheckpoint(fs, RUN);
  if (checkpoint !== undefined) expect(isWhole(checkpoint)).toBe(true);
  return steps.length;
}

describe("after a loss of power", () => {
  test("what can be seen is whole, and a resume gives the run that was not cut off", async () => {
    const first = recordingDisk(machine("a"), "/disk");
    const promised = [{ at: 0, step: 0 }];
    await fakeTraining(first.fs, RUN, {
      steps: STEPS,
      resume: false,
      onCheckpoint: (step) => promised.push({ at: first.length(), step }),
    });
    const rng = makeRng(1, "training");
    for (let state = 0; state < 150; state += 1) {
      const at = rng.below(first.length() + 1);
      const left = restarted(first.crash(at, rng), "b");
      const { step } = promised.findLast((promise) => promise.at <= at)!;
      expect(look(left)).toBeGreaterThanOrEqual(step);

      const second = recordingDisk(left, RUN);
      await fakeTraining(second.fs, RUN, { steps: STEPS, resume: true });
      expect(comparable(second.fs)).toEqual(whole);
      expect(readRunDirectory(second.fs, RUN).warnings).toEqual([]);

      const again = restarted(second.crash(rng.below(second.length() + 1), rng), "c");
      look(again);
      const third = memoryDisk(again);
      await fakeTraining(third, RUN, { steps: STEPS, resume: true });
      expect(comparable(third)).toEqual(whole);
    }
  });
});

class Killed extends Error {}

describe("killed between any two operations of the disk", () => {
  test("a run resumes to the one that was not killed, and leaves nothing hidden", async () => {
    for (let at = 0, isKilled = true; isKilled; at += 1) {
      const inner = memoryDisk(machine("a"));
      let calls = 0;
      const dying = interceptedDisk(inner, (_operation, path) => {
        if (!path.startsWith("/proc")) calls += 1;
        if (calls > at) throw new Killed();
      });
      isKilled = await fakeTraining(dying, RUN, { steps: STEPS, resume: false }).then(
        () => false,
        () => true,
      );
      look(filesUnder(inner));
      const fs = memoryDisk(restarted(filesUnder(inner), "b"));
      await fakeTraining(fs, RUN, { steps: STEPS, resume: true });
      expect(comparable(fs), `killed at ${at}`).toEqual(whole);
      const left = [...filesIn(fs).keys()].filter((path) => /(^|\/)\.entlaw|run\.lock/.test(path));
      expect(left).toEqual([]);
    }
  });
});

function filesUnder(fs: FileSystem): DiskContent {
  return new Map([...filesIn(fs)].map(([path, bytes]) => [`${RUN}/${path}`, bytes]));
}

describe("a disk that refuses", () => {
  test("once or for ever, at any operation, ends the run with what is safe, and it can be resumed", async () => {
    let calls = 0;
    const counting = interceptedDisk(memoryDisk(machine("a")), () => (calls += 1));
    await fakeTraining(counting, RUN, { steps: STEPS, resume: false });
    const ends = new Map<string, number>();
    for (const fault of allFaults(calls, ["ENOSPC"])) {
      const inner = memoryDisk(machine("a"));
      const { fs } = failingDisk(inner, fault);
      let taken = 0;
      const onStep = (step: number): void => void (taken = step);
      const caught: unknown = await fakeTraining(fs, RUN, {
        steps: STEPS,
        resume: false,
        onStep,
      }).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (caught !== undefined) expect(caught, `fault at ${fault.at}`).toBeInstanceOf(RunError);
      const left = restarted(filesUnder(inner), "b");
      if (taken > 0) {
        const { status, manifest } = readRunDirectory(memoryDisk(left), RUN);
        expect(look(left)).toBeGreaterThanOrEqual(taken);
        ends.set(status, (ends.get(status) ?? 0) + 1);
        if (caught instanceof RunError) {
          expect(caught.message).toMatch(/; (safe up to step \d|no step is safe on the disk)$/);
          expect(caught.fix).toMatch(/^(free some space|check the)/);
          if (!fault.lasting)
            expect(manifest).toMatchObject({ status: "failed", error: caught.message });
        } else {
          // What failed was the tidying up, and the run has ended.
          expect(status).toBe("finished");
        }
      }
      const next = memoryDisk(left);
      await fakeTraining(next, RUN, { steps: STEPS, resume: true });
      expect(comparable(next)).toEqual(whole);
    }
    expect(ends.get("failed")).toBeGreaterThan(100);
    expect(ends.get("interrupted")).toBeGreaterThan(100);
  });
});
