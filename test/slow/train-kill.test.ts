/** `entlaw train` killed at any moment and resumed is the run that was not killed; no half-written file is ever seen. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { makeRng } from "../../src/base/random.ts";

/** Kills of one run; 20 as in the promise: ENTLAW_KILLS=20. */
const KILLS = Number(process.env["ENTLAW_KILLS"] ?? 5);
/** Steps of the run. */
const STEPS = 80;
/** Latest kill, as a share of what the whole run took. */
const LATEST_SHARE = 0.6;
const PARQUET_MAGIC = "PAR1";

const root = mkdtempSync(join(tmpdir(), "entlaw-kill-"));
const whole = join(root, "whole");

const SETTINGS = `--preset smoke --steps ${STEPS} --no-report --threads 1 --set checkpoint.every=3`;

const command = (out: string, resume: boolean): string[] => [
  "bin/entlaw.js",
  "train",
  ...SETTINGS.split(" "),
  "--out",
  out,
  ...(resume ? ["--resume"] : []),
];

/** Runs the command; null as its code if it was killed. */
async function entlaw(
  out: string,
  resume: boolean,
  killAfterMs?: number,
): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(process.execPath, command(out, resume), {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  if (killAfterMs !== undefined) {
    await wait(killAfterMs);
    child.kill("SIGKILL");
  }
  return { code: await ended, stderr };
}

const timeless = (line: string): string => line.replaceAll(/, "seconds_\w+": [^,}]+/g, "");

const linesOf = (out: string, file: string): string[] =>
  readFileSync(join(out, file), "utf8").trimEnd().split("\n").map(timeless);

/** Every Parquet file under its final name is whole. */
function checkTables(out: string): void {
  const there = new Set(readdirSync(out));
  for (const folder of ["tokens", "rollouts"].filter((one) => there.has(one)))
    for (const name of readdirSync(join(out, folder)).filter((one) => !one.startsWith("."))) {
      const bytes = readFileSync(join(out, folder, name));
      expect(bytes.subarray(-PARQUET_MAGIC.length).toString(), name).toBe(PARQUET_MAGIC);
    }
}

/** The log, times aside, and the last weights are those of the run that was not killed. */
function expectSame(out: string): void {
  for (const file of ["steps.jsonl", "updates.jsonl"])
    expect(linesOf(out, file)).toEqual(linesOf(whole, file));
  for (const file of ["policy.safetensors", "optimizer.safetensors"]) {
    const path = join("checkpoints", `step-${String(STEPS).padStart(6, "0")}`, file);
    expect(readFileSync(join(out, path)).equals(readFileSync(join(whole, path)))).toBe(true);
  }
  expect(readdirSync(join(out, "tokens"))).toEqual(readdirSync(join(whole, "tokens")));
}

const exists = (out: string): boolean =>
  readdirSync(root).includes(out.slice(root.length + 1)) && readdirSync(out).includes("run.json");

describe("a run that is killed", () => {
  let wholeMs = 0;

  beforeAll(async () => {
    await entlaw(join(root, "first"), false); // may have to make the warm start
    const started = performance.now();
    const { code, stderr } = await entlaw(whole, false);
    wholeMs = performance.now() - started;
    expect(code, stderr).toBe(0);
  });

  test(`${KILLS} times and resumed has the log and the weights of one that was not`, async () => {
    const rng = makeRng(Number(process.env["ENTLAW_KILL_SEED"] ?? 1), "kills");
    let kills = 0;
    for (let round = 1; kills < KILLS; round += 1) {
      const out = join(root, `killed-${round}`);
      for (let code: number | null = null; code === null;) {
        const latest = kills < KILLS ? rng.uniform() * LATEST_SHARE * wholeMs : undefined;
        const outcome = await entlaw(out, exists(out), latest);
        code = outcome.code;
        if (code === null) kills += 1;
        else expect(code, outcome.stderr).toBe(0);
        if (exists(out)) checkTables(out); // otherwise it was killed before it began
      }
      expectSame(out);
    }
  });

  test("is refused to a second process while the first goes on", async () => {
    const out = join(root, "two");
    const first = entlaw(out, false);
    while (!exists(out)) await wait(20);
    const second = await entlaw(out, true);
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(/must|process/);
    expect((await first).code).toBe(0);
  });
});
