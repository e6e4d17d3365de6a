/** One writer a run: real processes race for its lock, most of the time for one that a dead process left. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const RACERS = 4;
const ROUNDS = 150;
const PROGRAM = fileURLToPath(new URL("../../support/race-for-lock.ts", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "entlaw-race-"));
afterAll(() => rmSync(scratch, { recursive: true }));

test(`${RACERS} processes that race ${ROUNDS} times each never have the lock at the same moment`, async () => {
  const folder = join(scratch, "run");
  const diary = join(scratch, "diary");
  mkdirSync(folder);
  const racers = Array.from({ length: RACERS }, () =>
    spawn(process.execPath, [PROGRAM, folder, diary, String(ROUNDS)], { stdio: "inherit" }),
  );
  const codes = await Promise.all(
    racers.map((racer) => new Promise((resolve) => racer.once("close", resolve))),
  );
  expect(codes).toEqual(Array.from(racers, () => 0));

  const events = readFileSync(diary, "utf8").trimEnd().split("\n");
  expect(events).toHaveLength(2 * RACERS * ROUNDS);
  let changes = 0;
  for (let i = 0; i < events.length; i += 2) {
    const [enter, leave] = [events[i]!, events[i + 1]!];
    expect(leave).toBe(enter.replace("enter", "leave"));
    if (i > 0 && enter !== events[i - 2]) changes += 1;
  }
  // They did race: the lock went from one to another often.
  expect(changes).toBeGreaterThan(RACERS);
});
