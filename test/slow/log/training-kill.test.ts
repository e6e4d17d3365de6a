/** kill -9 at any moment: no step that was announced is lost, no half-written file is seen, and a resume makes the same run. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { disk } from "../../../src/base/file-system.ts";
import { makeRng } from "../../../src/base/random.ts";
import { encodeParquet } from "../../../src/log/encode-parquet.ts";
import { readNewestCheckpoint } from "../../../src/log/read-checkpoint.ts";
import { readRunDirectory } from "../../../src/log/run-directory.ts";
import { stepOfName } from "../../../src/log/run-files.ts";
import { tokenFileColumns } from "../../../src/log/step-tables.ts";
import { isWhole } from "../../support/checkpoints.ts";
import { EVERY, fakeTraining, tokens } from "../../support/fake-training.ts";
import { stepsOf } from "../../support/step-rows.ts";

const KILLS = 20;
const STEPS = 60;
const PROGRAM = fileURLToPath(new URL("../../support/fake-training.ts", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "entlaw-training-kill-"));
afterAll(() => rmSync(scratch, { recursive: true }));

interface Started {
  readonly child: ChildProcess;
  /** Steps announced so far. */
  readonly announced: () => number[];
  readonly hasBegun: Promise<unknown>;
  readonly hasEnded: Promise<unknown>;
}

function start(path: string, mode: "new" | "resume"): Started {
  const child = spawn(process.execPath, [PROGRAM, path, String(STEPS), mode], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const hasEnded = new Promise((resolve) => child.once("close", resolve));
  const first = new Promise((resolve) => child.stdout.once("data", resolve));
  return {
    child,
    // The last line may have been cut by the pipe.
    announced: () => text.split("\n").slice(0, -1).map(Number),
    hasBegun: Promise.race([first, hasEnded]),
    hasEnded,
  };
}

const firstSteps = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);

/** What a reader finds right after the kill. */
function look(path: string, announced: readonly number[]): void {
  const { table, status } = readRunDirectory(disk, path);
  const steps = stepsOf(table);
  expect(status).toBe("interrupted");
  expect(steps).toEqual(firstSteps(steps.length));
  expect(steps.length).toBeGreaterThanOrEqual(announced.at(-1) ?? 0);
  const folder = join(path, "tokens");
  const names = disk.status(folder) === undefined ? [] : disk.list(folder);
  for (const name of names.filter((one) => !one.startsWith("."))) {
    const step = stepOfName(name)!;
    const expected = encodeParquet(tokenFileColumns(step, tokens(step)));
    expect(disk.readFile(join(folder, name)).equals(expected)).toBe(true);
  }
  const { checkpoint } = readNewestCheckpoint(disk, path);
  if (checkpoint !== undefined) expect(isWhole(checkpoint)).toBe(true);
  if (steps.length > EVERY)
    expect(checkpoint?.step).toBeGreaterThanOrEqual(steps.length - 2 * EVERY);
}

const FILES = ["steps.jsonl", "updates.jsonl", "steps.parquet"];

test(`${KILLS} kills and resumes make the run that was never killed, byte for byte`, async () => {
  const whole = join(scratch, "whole");
  await fakeTraining(disk, whole, { steps: STEPS, resume: false });

  const path = join(scratch, "killed");
  const rng = makeRng(1, "training-kill");
  for (let kill = 0; kill < KILLS; kill += 1) {
    const { child, announced, hasBegun, hasEnded } = start(path, kill === 0 ? "new" : "resume");
    await hasBegun;
    await sleep(rng.uniform() * 100);
    child.kill("SIGKILL");
    await hasEnded;
    if (announced().at(-1) !== STEPS) look(path, announced());
  }
  const last = start(path, "resume");
  expect(await last.hasEnded).toBe(0);

  const { manifest, status, warnings } = readRunDirectory(disk, path);
  expect({ status, warnings, steps: manifest.steps }).toEqual({
    status: "finished",
    warnings: [],
    steps: STEPS,
  });
  for (const name of FILES) {
    expect(disk.readFile(join(path, name)).equals(disk.readFile(join(whole, name))), name).toBe(
      true,
    );
  }
  for (const folder of ["tokens", "rollouts", "checkpoints"]) {
    expect(disk.list(join(path, folder)).filter((name) => !name.includes("aside"))).toEqual(
      disk.list(join(whole, folder)),
    );
  }
  expect(isWhole(readNewestCheckpoint(disk, path).checkpoint!)).toBe(true);
  expect(disk.list(path).filter((name) => name.startsWith("."))).toEqual([]);
});

test("a second process is refused while the first one runs, and the first one goes on", async () => {
  const path = join(scratch, "one-writer");
  const first = start(path, "new");
  await first.hasBegun;
  const second = spawnSync(process.execPath, [PROGRAM, path, String(STEPS), "resume"], {
    encoding: "utf8",
  });
  expect(second.status).not.toBe(0);
  expect(second.stderr).toContain(`process ${first.child.pid} of`);
  expect(await first.hasEnded).toBe(0);
  expect(readRunDirectory(disk, path)).toMatchObject({ status: "finished", warnings: [] });
});
