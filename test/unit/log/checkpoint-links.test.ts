import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { disk } from "../../../src/base/file-system.ts";
import { readNewestCheckpoint } from "../../../src/log/read-checkpoint.ts";
import { sweepHidden } from "../../../src/log/sweep-hidden.ts";
import { write } from "../../support/checkpoints.ts";

const scratch = mkdtempSync(join(tmpdir(), "entlaw-checkpoint-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const newestStep = (run: string): number | undefined =>
  readNewestCheckpoint(disk, run).checkpoint?.step;

describe("a link among the checkpoints", () => {
  const outside = join(scratch, "outside");
  const run = join(scratch, "run");
  const folder = join(run, "checkpoints");

  // A run with the checkpoint of step 25, and one of step 50 that is a link to another run's.
  beforeEach(() => {
    for (const path of [outside, run]) rmSync(path, { recursive: true, force: true });
    for (const path of [outside, run]) mkdirSync(path);
    write(disk, run, 25, 1);
    write(disk, outside, 50, 1);
    symlinkSync(join(outside, "checkpoints", "step-000050"), join(folder, "step-000050"));
  });

  test("is not followed by a reader", () => {
    const { checkpoint, warnings } = readNewestCheckpoint(disk, run);
    expect(checkpoint?.step).toBe(25);
    expect(warnings[0]).toContain("got a link");
  });

  test("is not followed where it stands for a file", () => {
    rmSync(join(folder, "step-000050"));
    write(disk, run, 50, 2);
    rmSync(join(folder, "step-000050", "state.json"));
    symlinkSync(
      join(outside, "checkpoints", "step-000050", "state.json"),
      join(folder, "step-000050", "state.json"),
    );
    expect(newestStep(run)).toBe(25);
  });

  test("is never removed, nor anything behind it", () => {
    write(disk, run, 75, 1);
    expect(disk.list(folder)).toEqual(["step-000050", "step-000075"]);
    expect(newestStep(outside)).toBe(50);
  });

  test("is put aside where a checkpoint needs its name", () => {
    write(disk, run, 50, 2);
    expect(disk.list(folder)).toEqual(["step-000025", "step-000050", "step-000050.aside-1"]);
    expect(newestStep(run)).toBe(50);
    expect(newestStep(outside)).toBe(50);
  });

  test("that has a hidden name of ours is left alone, and so is a hidden folder with a folder in it", () => {
    const hidden = [".entlaw-1-0.tmp", ".entlaw-1-1.tmp"].map((name) => join(folder, name));
    const target = join(outside, "checkpoints", "step-000050");
    symlinkSync(target, hidden[0]!);
    mkdirSync(join(hidden[1]!, "deep"), { recursive: true });
    writeFileSync(join(hidden[1]!, "file"), "mine");
    write(disk, run, 75, 1);
    sweepHidden(disk, folder);
    expect(newestStep(outside)).toBe(50);
    expect(disk.isLink(hidden[0]!)).toBe(true);
    expect(disk.list(hidden[1]!)).toEqual(["deep", "file"]);
  });
});
