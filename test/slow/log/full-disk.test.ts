/** A disk that is really full: the run ends as failed, says what is safe, and goes on once there is space. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { RunError } from "../../../src/base/errors.ts";
import { disk } from "../../../src/base/file-system.ts";
import { readNewestCheckpoint } from "../../../src/log/read-checkpoint.ts";
import { readRunDirectory } from "../../../src/log/run-directory.ts";
import { fakeTraining } from "../../support/fake-training.ts";
import { stepsOf } from "../../support/step-rows.ts";

const scratch = mkdtempSync(join(tmpdir(), "entlaw-full-disk-"));
const small = join(scratch, "small");
mkdirSync(small);
const mount = (...options: readonly string[]): boolean =>
  spawnSync("mount", ["-t", "tmpfs", ...options, "tmpfs", small]).status === 0;
const isMounted = mount("-o", "size=160k");
afterAll(() => {
  if (isMounted) spawnSync("umount", [small]);
  rmSync(scratch, { recursive: true });
});

describe.skipIf(!isMounted)(
  `a run on a disk of 160 kB (${isMounted ? "tmpfs" : "needs the right to mount one"})`,
  () => {
    const path = join(small, "run");

    test("ends as failed, with everything up to its last step and what to do", async () => {
      let taken = 0;
      const onStep = (step: number): void => void (taken = step);
      const training = fakeTraining(disk, path, { steps: 1000, resume: false, onStep });
      const error = await training.catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(RunError);
      expect(error).toMatchObject({
        message: expect.stringMatching(
          /got ENOSPC: no space left on device.*; safe up to step \d+$/,
        ),
        fix: expect.stringContaining("free some space there"),
      });
      const { status, manifest, table } = readRunDirectory(disk, path);
      expect(status).toBe("failed");
      expect(manifest.error).toBe((error as Error).message);
      expect(stepsOf(table)).toEqual(Array.from({ length: taken }, (_, i) => i + 1));
      expect(disk.list(path)).not.toContain("run.lock");
    });

    test("goes on when there is space again", async () => {
      expect(mount("-o", "remount,size=10m")).toBe(true);
      const { checkpoint } = readNewestCheckpoint(disk, path);
      expect(checkpoint?.step).toBeGreaterThan(0);
      const steps = checkpoint!.step + 10;
      await fakeTraining(disk, path, { steps, resume: true });
      const { status, table, warnings } = readRunDirectory(disk, path);
      expect({ status, warnings }).toEqual({ status: "finished", warnings: [] });
      expect(stepsOf(table)).toEqual(Array.from({ length: steps }, (_, i) => i + 1));
    });
  },
);
