/** The promise for the death of a process: a step that was announced is in the log, and the next process goes on after it. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { disk } from "../../../src/base/file-system.ts";
import { makeRng } from "../../../src/base/random.ts";
import { readSteps } from "../../../src/log/read-steps.ts";
import { stepsOf } from "../../support/step-rows.ts";

const KILLS = 40;
const PROGRAM = fileURLToPath(new URL("../../support/announce-steps.ts", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "entlaw-kill-"));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Lets the program append for some milliseconds after its first step, then kills it. */
async function killAfter(milliseconds: number, path: string): Promise<number> {
  const child = spawn(process.execPath, [PROGRAM, path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let announced = "";
  const ended = new Promise((resolve) => child.once("close", resolve));
  const started = new Promise((resolve) => child.stdout.once("data", resolve));
  child.stdout.on("data", (text: Buffer) => (announced += text.toString()));
  await started;
  await sleep(milliseconds);
  child.kill("SIGKILL");
  await ended;
  // The last line may have been cut by the pipe.
  return Number(announced.split("\n").at(-2));
}

test(`after each of ${KILLS} kills the log holds every step announced, without a gap`, async () => {
  const path = join(scratch, "steps.jsonl");
  const rng = makeRng(1, "kill");
  let previous = -1;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const announced = await killAfter(rng.uniform() * 8, path);
    const steps = stepsOf(readSteps(disk, path).table);
    expect(announced).toBeGreaterThan(previous);
    expect(steps.length).toBeGreaterThan(announced);
    expect(steps).toEqual(Array.from(steps, (_, step) => step));
    previous = announced;
  }
});
