import { beforeEach, describe, expect, test } from "vitest";
import { ConfigError, DataError, RunError, ShapeError } from "../../../src/base/errors.ts";
import type { FileSystem } from "../../../src/base/file-system.ts";
import { encodeParquet } from "../../../src/log/encode-parquet.ts";
import { readManifest } from "../../../src/log/manifest.ts";
import { readSteps } from "../../../src/log/read-steps.ts";
import { readRunDirectory } from "../../../src/log/run-directory.ts";
import { rolloutFileColumns, tokenFileColumns } from "../../../src/log/step-tables.ts";
import { makeTable } from "../../../src/log/table.ts";
import {
  type OpenOptions,
  type TrainingRun,
  openTrainingRun,
} from "../../../src/log/training-run.ts";
import { filesOf } from "../../support/checkpoints.ts";
import { diskError } from "../../support/disk-error.ts";
import {
  DESCRIPTION,
  fakeTraining,
  rollouts,
  tokens,
  updates,
} from "../../support/fake-training.ts";
import { interceptedDisk } from "../../support/intercepted-disk.ts";
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

const open = (options?: OpenOptions): Promise<TrainingRun> =>
  openTrainingRun(fs, RUN, DESCRIPTION, { now: () => "2026-01-01T00:00:00.000Z", ...options });

/** A finished run of six steps, with the checkpoints of steps 4 and 6. */
const finished = (): Promise<unknown> => fakeTraining(fs, RUN, { steps: 6, resume: false });

describe("a training run", () => {
  test("says that it runs, from before its first step until its end", async () => {
    const run = await open();
    expect(readManifest(fs, file("run.json"))).toEqual({
      schema: 1,
      ...DESCRIPTION,
      status: "running",
      started: "2026-01-01T00:00:00.000Z",
    });
    run.appendStep(stepRow(1));
    expect(readRunDirectory(fs, RUN)).toMatchObject({ status: "running", warnings: [] });
    await run.finish("finished");
    expect(readRunDirectory(fs, RUN)).toMatchObject({ status: "finished", warnings: [] });
    expect(readManifest(fs, file("run.json"))).toMatchObject({
      steps: 1,
      finished: "2026-01-01T00:00:00.000Z",
    });
    expect(fs.list(RUN)).toEqual(["run.json", "steps.jsonl", "steps.parquet"]);
  });

  test("has a step in its log when appending returns, and its updates too", async () => {
    const run = await open();
    run.appendUpdates(updates(1));
    run.appendStep(stepRow(1));
    expect(stepsIn(fs)).toEqual([1]);
    const { table } = readSteps(fs, file("updates.jsonl"));
    expect([...table.columns.keys()]).toEqual(["step", "update", "loss"]);
    expect(table.columns.get("update")).toEqual(Float64Array.of(1, 2));
  });

  test.each([
    ["a step again", (run: TrainingRun) => run.appendStep(stepRow(3)), "above 3, got 3"],
    ["a step before", (run: TrainingRun) => run.appendStep(stepRow(2)), "above 3, got 2"],
    [
      "an update again",
      (run: TrainingRun) => run.appendUpdates(updates(3)),
      "above 3, 2, got 3, 1",
    ],
    [
      "updates of one call in the wrong order",
      (run: TrainingRun) => run.appendUpdates(updates(4).toReversed()),
      "above 4, 2, got 4, 1",
    ],
    [
      "an update without a number",
      (run: TrainingRun) => run.appendUpdates([new Map([["step", 4]])]),
      "integers above 3, 2, got 4, NaN",
    ],
  ])("refuses %s, and writes nothing of it", async (_, append, message) => {
    const run = await open();
    run.appendUpdates(updates(3));
    run.appendStep(stepRow(3));
    const before = ["steps.jsonl", "updates.jsonl"].map((name) => fs.readFile(file(name)));
    expect(() => append(run)).toThrow(ShapeError);
    expect(() => append(run)).toThrow(message);
    expect(["steps.jsonl", "updates.jsonl"].map((name) => fs.readFile(file(name)))).toEqual(before);
  });

  test("writes the tables of a step under their names, in the types of their columns", async () => {
    const run = await open();
    run.writeTokens(7, tokens(7));
    run.writeRollouts(7, rollouts(7));
    await run.settled();
    const expected = [
      ["tokens", encodeParquet(tokenFileColumns(7, tokens(7)))],
      ["rollouts", encodeParquet(rolloutFileColumns(7, rollouts(7)))],
    ] as const;
    for (const [folder, bytes] of expected) {
      expect(fs.readFile(file(`${folder}/step-000007.parquet`))).toEqual(bytes);
      expect(fs.list(file(folder))).toHaveLength(1);
    }
  });

  test("adds the step to tokens that do not have it", () => {
    const [step] = tokenFileColumns(9, makeTable([["token_id", Float64Array.of(1, 2)]]));
    expect(step).toMatchObject({ name: "step", dtype: "i32", values: Float64Array.of(9, 9) });
  });

  test("records what its logs were at each checkpoint that is kept, and at the end", async () => {
    await finished();
    const { checkpoints, steps_file: end } = readManifest(fs, file("run.json"));
    expect(checkpoints?.map(({ step }) => step)).toEqual([4, 6]);
    expect(checkpoints?.[1]?.steps_file).toEqual(end);
    expect(end).toMatchObject({ lines: 6, bytes: fs.status(file("steps.jsonl"))!.size });
    expect(checkpoints?.[0]).toMatchObject({
      steps_file: { lines: 4 },
      updates_file: { lines: 8 },
    });
    expect(checkpoints?.[0]?.updates_file?.bytes).toBeLessThan(
      fs.status(file("updates.jsonl"))!.size,
    );
  });

  test("that has ended takes nothing more", async () => {
    const run = await open();
    await run.finish("interrupted");
    expect(() => run.appendStep(stepRow(1))).toThrow(RunError);
    await expect(run.finish("finished")).rejects.toThrow("has ended");
    expect(readRunDirectory(fs, RUN).status).toBe("interrupted");
  });
});

describe("a digit that was changed", () => {
  const change = (): void => {
    const text = fs.readFile(file("steps.jsonl")).toString();
    put(file("steps.jsonl"), text.replace('"validation": 1', '"validation": 9'));
  };

  test.each(["running", "finished"])("is noticed in a run that is %s", async (status) => {
    const run = await open();
    run.appendStep(stepRow(1));
    await run.checkpoint(1, filesOf(1), 2);
    run.appendStep(stepRow(2));
    if (status === "finished") await run.finish("finished");
    expect(readRunDirectory(fs, RUN).warnings).toEqual([]);
    change();
    expect(readRunDirectory(fs, RUN).warnings).toEqual([expect.stringContaining("SHA-256")]);
  });

  test("is noticed by a resume", async () => {
    await finished();
    change();
    const { warnings } = await open({ resumeAfter: 4 });
    expect(warnings).toContainEqual(
      expect.stringContaining("steps.jsonl is not what it was at the checkpoint of step 4"),
    );
  });
});

describe("opening", () => {
  test.each([
    ["a folder with a file in it", async () => put(file("mine.txt"), "mine")],
    ["a folder with a run in it", finished],
  ])("%s for a new run is refused, and it stays as it is", async (_, prepare) => {
    fs.makeDirectory(RUN);
    await prepare();
    const before = fs.list(RUN).map((name) => [name, fs.status(file(name))]);
    await expect(open()).rejects.toThrow(ConfigError);
    await expect(open()).rejects.toMatchObject({
      code: "out-exists",
      fix: expect.stringContaining("resume that run"),
    });
    expect(fs.list(RUN).map((name) => [name, fs.status(file(name))])).toEqual(before);
  });

  test("a file for a new run is refused", async () => {
    put(RUN, "mine");
    await expect(open()).rejects.toThrow("got a file");
    expect(fs.readFile(RUN).toString()).toBe("mine");
  });

  test("what a process left that died before its first word is nothing", async () => {
    fs.makeDirectory(RUN);
    put(file(".entlaw-7-0.tmp"), "{");
    put(file(`run.lock.${"a".repeat(16)}.tmp`), "{");
    await open();
    const reserve = `.entlaw-${process.pid}-0.tmp`; // space for the run's end
    expect(fs.list(RUN)).toEqual([reserve, "run.json", "run.lock", "steps.jsonl"]);
  });

  test("a run that is open is refused to a second one, and goes on", async () => {
    const run = await open();
    await expect(open({ resumeAfter: -1 })).rejects.toMatchObject({ code: "run-locked" });
    run.appendStep(stepRow(1));
    await run.finish("finished");
    expect(stepsIn(fs)).toEqual([1]);
  });

  test("a run whose lock cannot be had leaves a folder that was empty empty", async () => {
    const refusing = interceptedDisk(fs, (operation, path) => {
      if (operation === "open" && path.includes("run.lock")) throw diskError("EROFS", "open");
    });
    await expect(openTrainingRun(refusing, RUN, DESCRIPTION)).rejects.toMatchObject({
      code: "cannot-write",
      fix: "choose a folder that you may write to",
    });
    expect(fs.list(RUN)).toEqual([]);
  });

  test("that fails gives the lock up", async () => {
    fs.makeDirectory(RUN);
    put(file("run.json"), "{}");
    await expect(open({ resumeAfter: 4 })).rejects.toThrow(DataError);
    expect(fs.list(RUN)).toEqual(["run.json"]);
  });
});

describe("a disk that refuses", () => {
  test("a table: the error names it and what is safe, and comes again until the run ends as failed", async () => {
    const full = interceptedDisk(fs, (operation, path) => {
      if (operation === "open" && path.includes("/tokens/")) throw diskError("ENOSPC", "open");
    });
    const run = await openTrainingRun(full, RUN, DESCRIPTION);
    run.appendStep(stepRow(1));
    await run.checkpoint(1, filesOf(1), 2);
    run.appendStep(stepRow(2));
    run.writeTokens(3, tokens(3));
    const message =
      /tokens\/step-000003.parquet" must be writable, got ENOSPC.*; safe up to step 1$/;
    await expect(run.settled()).rejects.toThrow(message);
    await expect(run.checkpoint(2, filesOf(2), 2)).rejects.toThrow(RunError);
    expect(() => run.writeTokens(4, tokens(4))).toThrow(message);
    await run.finish("failed", "the disk is full");
    expect(readRunDirectory(fs, RUN)).toMatchObject({
      status: "failed",
      warnings: ["the run did not finish (failed): the disk is full"],
    });
    expect(stepsIn(fs)).toEqual([1, 2]);
    expect(fs.status(file("run.lock"))).toBeUndefined();
  });

  test("everything: ending as failed throws nothing", async () => {
    let isFull = false;
    const dying = interceptedDisk(fs, () => {
      if (isFull) throw diskError("EIO", "write");
    });
    const run = await openTrainingRun(dying, RUN, DESCRIPTION);
    run.appendStep(stepRow(1));
    isFull = true;
    expect(() => run.appendStep(stepRow(2))).toThrow(RunError);
    await run.finish("failed", "EIO");
    expect(readManifest(fs, file("run.json")).status).toBe("running");
  });
});
