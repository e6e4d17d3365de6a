import { beforeEach, describe, expect, test } from "vitest";
import { ConfigError, DataError, ShapeError } from "../../../src/base/errors.ts";
import type { FileSystem } from "../../../src/base/file-system.ts";
import { thisProcess } from "../../../src/base/process-identity.ts";
import { readManifest } from "../../../src/log/manifest.ts";
import type { RunDescription } from "../../../src/log/prepare-run.ts";
import { readSteps } from "../../../src/log/read-steps.ts";
import { readRunDirectory } from "../../../src/log/run-directory.ts";
import {
  type OpenOptions,
  type TrainingRun,
  openTrainingRun,
} from "../../../src/log/training-run.ts";
import { DESCRIPTION, fakeTraining } from "../../support/fake-training.ts";
import { machine } from "../../support/machine.ts";
import { memoryDisk } from "../../support/memory-disk.ts";
import { stepRow, stepsOf } from "../../support/step-rows.ts";

const RUN = "/disk/run";
const file = (name: string): string => `${RUN}/${name}`;
const stepsIn = (fs: FileSystem): number[] => stepsOf(readSteps(fs, file("steps.jsonl")).table);

let fs: FileSystem;
beforeEach(() => {
  fs = memoryDisk(machine("a"));
  fs.makeDirectory("/disk");
});

function put(path: string, content: string): void {
  const descriptor = fs.open(path, "write");
  fs.write(descriptor, Buffer.from(content));
}

const open = (options?: OpenOptions, description = DESCRIPTION): Promise<TrainingRun> =>
  openTrainingRun(fs, RUN, description, { now: () => "2026-01-01T00:00:00.000Z", ...options });

/** A finished run of six steps, with the checkpoints of steps 4 and 6. */
const finished = (): Promise<unknown> => fakeTraining(fs, RUN, { steps: 6, resume: false });

describe("a resume", () => {
  test("cuts the later steps out of the logs, keeps them aside, and removes their tables", async () => {
    await finished();
    const lines = fs.readFile(file("steps.jsonl")).toString().split("\n");
    const { warnings } = await open({ resumeAfter: 4 });
    expect(stepsIn(fs)).toEqual([1, 2, 3, 4]);
    expect(fs.readFile(file("steps.jsonl.cut")).toString()).toBe(
      `${lines.slice(4, 6).join("\n")}\n`,
    );
    expect(readSteps(fs, file("updates.jsonl")).table.length).toBe(8);
    expect(readSteps(fs, file("updates.jsonl.cut")).table.length).toBe(4);
    for (const folder of ["tokens", "rollouts"]) {
      expect(fs.list(file(folder))).toEqual(
        [1, 2, 3, 4].map((step) => `step-00000${step}.parquet`),
      );
    }
    expect(fs.list(file("checkpoints"))).toEqual(["step-000004", "step-000006.aside-1"]);
    expect(warnings).toEqual([
      expect.stringContaining("had finished after 6 steps"),
      expect.stringContaining("2 lines of steps.jsonl beyond step 4"),
      expect.stringContaining("4 lines of updates.jsonl beyond step 4"),
      expect.stringContaining("a checkpoint beyond step 4 was put aside"),
    ]);
  });

  test("twice keeps both cuts, the first before the second", async () => {
    await finished();
    const lines = fs.readFile(file("steps.jsonl")).toString().split("\n");
    for (const after of [5, 3]) await (await open({ resumeAfter: after })).finish("interrupted");
    const kept = [lines[5], lines[3], lines[4], ""].join("\n");
    expect(fs.readFile(file("steps.jsonl.cut")).toString()).toBe(kept);
  });

  test("writes each step once, in order, and says of no end that is past", async () => {
    await finished();
    const run = await open({ resumeAfter: 4 });
    const {
      status,
      steps,
      finished: end,
      steps_file: fingerprint,
      started,
    } = readManifest(fs, file("run.json"));
    expect([status, steps, end, fingerprint]).toEqual(["running", undefined, undefined, undefined]);
    expect(started).toBe("2026-01-01T00:00:00.000Z");
    expect(() => run.appendStep(stepRow(4))).toThrow(ShapeError);
    for (const step of [5, 6, 7]) run.appendStep(stepRow(step));
    await run.finish("finished");
    expect(stepsIn(fs)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(readRunDirectory(fs, RUN).warnings).toEqual([]);
  });

  test("of a run that died before its first checkpoint drops all steps", async () => {
    const run = await open();
    run.appendStep(stepRow(1));
    await run.finish("interrupted");
    const again = await open({ resumeAfter: -1 });
    expect(again.warnings).toEqual([
      expect.stringContaining("1 lines of steps.jsonl beyond the start"),
    ]);
    expect(stepsIn(fs)).toEqual([]);
  });

  test("of nothing starts, and says so", async () => {
    const { warnings } = await open({ resumeAfter: -1 });
    expect(warnings).toEqual([expect.stringContaining("holds no run to resume")]);
  });

  test("after a step of nothing is bad data", async () => {
    await expect(open({ resumeAfter: 4 })).rejects.toThrow(DataError);
  });

  test("of a folder of somebody else's is refused", async () => {
    fs.makeDirectory(RUN);
    put(file("mine.txt"), "mine");
    await expect(open({ resumeAfter: -1 })).rejects.toThrow(DataError);
    expect(fs.list(RUN)).toEqual(["mine.txt"]);
  });

  test("of a log that has lost what a checkpoint stands on is refused", async () => {
    await finished();
    fs.truncate(file("steps.jsonl"), 10);
    await expect(open({ resumeAfter: 4 })).rejects.toMatchObject({ code: "log-too-short" });
  });

  test("takes over the lock of a process that died, and says so", async () => {
    await finished();
    put(file("run.lock"), JSON.stringify({ ...thisProcess(fs), pid: 2 ** 30 }));
    const { warnings } = await open({ resumeAfter: 6 });
    expect(warnings[0]).toContain("the lock of process 1073741824");
  });
});

describe("a resume with another config", () => {
  const other = (config: RunDescription["config"]): RunDescription => ({ ...DESCRIPTION, config });

  test("is refused with the difference, and changes nothing", async () => {
    await finished();
    const before = fs.readFile(file("run.json"));
    const resumed = open({ resumeAfter: 4 }, other({ steps: 6, loss: { kind: "gpg" } }));
    await expect(resumed).rejects.toThrow(ConfigError);
    await expect(resumed).rejects.toThrow(
      'loss.clipLow: 0.2 -> none; loss.kind: "ppo-clip" -> "gpg"',
    );
    expect(fs.readFile(file("run.json"))).toEqual(before);
    expect(stepsIn(fs)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("is allowed in the keys that may change, and the manifest has the new one", async () => {
    await finished();
    const config = { ...DESCRIPTION.config, steps: 9 };
    await open({ resumeAfter: 6, mayChange: ["steps"] }, other(config));
    expect(readManifest(fs, file("run.json")).config).toEqual(config);
  });

  test("is allowed with other versions, and says so", async () => {
    await finished();
    const { warnings } = await open(
      { resumeAfter: 6 },
      { ...DESCRIPTION, versions: { entlaw: "0.2.0" } },
    );
    expect(warnings).toContainEqual(expect.stringContaining('entlaw: "0.1.0" -> "0.2.0"'));
  });
});
