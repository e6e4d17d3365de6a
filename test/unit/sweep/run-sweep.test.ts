/** Promises of a whole sweep: the same file has nothing left, a changed one what is new, and nobody runs it twice. */
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../../src/base/errors.ts";
import type { FileSystem } from "../../../src/base/file-system.ts";
import { parseExperiment } from "../../../src/config/parse-experiment.ts";
import { configHash } from "../../../src/config/config-hash.ts";
import { acquireRunLock } from "../../../src/log/run-lock.ts";
import { runSweep } from "../../../src/sweep/run-sweep.ts";
import { readSweepManifest } from "../../../src/sweep/sweep-manifest.ts";
import { endText, planText, statusText } from "../../../src/sweep/sweep-text.ts";
import { sweepStatus } from "../../../src/sweep/sweep-status.ts";
import { memoryDisk } from "../../support/memory-disk.ts";
import { type Act, ScriptedLauncher } from "../../support/scripted-launcher.ts";
import { sweepOf } from "../../support/sweep-jobs.ts";

const WHOLE: readonly Act[] = ["checkpoint", "step", "finish"];

async function run(
  fs: FileSystem,
  text: string,
  script = (_seed: number): readonly Act[] => WHOLE,
) {
  const launcher = new ScriptedLauncher(fs, (job) => script(job.run.seed));
  const sweep = sweepOf(fs, text);
  const signal = new AbortController().signal;
  const result = await runSweep(fs, { sweep, launcher, signal, onEvent: () => undefined });
  return { sweep, launcher, result };
}

describe("a sweep", () => {
  test("that is run again has nothing left to do", async () => {
    const fs = memoryDisk();
    const first = await run(fs, "seeds: 3");
    expect(first.launcher.asked).toHaveLength(3);
    const second = await run(fs, "seeds: 3");
    expect(second.launcher.asked).toEqual([]);
    expect(second.result).toMatchObject({ before: 3 });
    expect(endText(second.sweep, second.result)).toContain("nothing was left to do: 3 runs");
  });

  test("that is changed runs what is new", async () => {
    const fs = memoryDisk();
    await run(fs, "seeds: 2");
    const { launcher } = await run(fs, "{ seeds: 3, arms: [grpo, psr] }");
    expect(launcher.asked.map((one) => one.replace(/-[0-9a-f]{8}$/, ""))).toEqual([
      "submit grpo-2",
      "submit psr-0",
      "submit psr-1",
      "submit psr-2",
    ]);
  });

  test("goes on with what was not finished, and with nothing else", async () => {
    const fs = memoryDisk();
    const first = await run(fs, "seeds: 3", (seed) => (seed === 1 ? ["crash"] : WHOLE));
    expect(endText(first.sweep, first.result)).toMatch(/2 runs finished now.*\n {2}failed grpo-1-/);
    const { launcher, result } = await run(fs, "seeds: 3");
    expect(launcher.asked).toEqual([`submit ${first.sweep.jobs[1]?.run.id}`]);
    expect([...result.outcomes.values()]).toEqual([{ state: "finished" }]);
  });

  test("gives each run its whole configuration in a file", async () => {
    const fs = memoryDisk();
    const { sweep } = await run(fs, "{ arms: [clip-cov], seeds: [5] }");
    for (const { run: planned, configFile } of sweep.jobs) {
      const config = parseExperiment({ text: fs.readFile(configFile).toString() });
      expect(configHash(config)).toBe(planned.hash);
    }
  });

  test("writes down which runs it has", async () => {
    const fs = memoryDisk();
    const { sweep } = await run(fs, "{ arms: { one: {}, two: {} }, seeds: [5] }");
    expect(readSweepManifest(fs, sweep.out)).toMatchObject({
      name: "test",
      threads: 1,
      runs: [{ id: sweep.jobs[0]?.run.id, arm: "one", seed: 5, also: ["two"] }],
      given_up: [],
    });
  });

  test("is run by one process alone, and is free again afterwards", async () => {
    const fs = memoryDisk();
    await run(fs, "seeds: 1");
    const lock = acquireRunLock(fs, "/sweep");
    await expect(run(fs, "seeds: 2")).rejects.toThrow(ConfigError);
    await expect(run(fs, "seeds: 2")).rejects.toThrow(/may run a sweep/);
    lock.release();
    expect((await run(fs, "seeds: 2")).launcher.asked).toHaveLength(1);
  });

  /** A sweep with one run that did not end, and whose only arm was given up; `known`: whether its file says for which runs. */
  async function givenUpSweep({ known }: { readonly known: boolean }): Promise<FileSystem> {
    const fs = memoryDisk();
    const { sweep } = await run(fs, "{ seeds: 1, arms: [psr] }", () => ["crash"]);
    const manifest = readSweepManifest(fs, sweep.out);
    const given = {
      arm: "psr",
      ceiling: [0, 0.1],
      best: "grpo",
      best_ceiling: [0.5, 0.6],
      steps: 2,
      saved_steps: 9,
      ...(known ? { config_hashes: sweep.jobs.map((job) => job.run.hash) } : {}),
    };
    const file = fs.open("/sweep/sweep.json", "write");
    fs.write(file, Buffer.from(JSON.stringify({ ...manifest, given_up: [given] })));
    return fs;
  }

  test("does not go on with an arm that was given up, unless the rule is gone", async () => {
    const fs = await givenUpSweep({ known: true });
    const ruled = await run(fs, "{ seeds: 1, arms: [psr], earlyStop: true }");
    expect(ruled.launcher.asked).toEqual([]);
    expect(endText(ruled.sweep, ruled.result)).toContain("9 steps saved");
    expect(statusText(ruled.sweep, sweepStatus(fs, ruled.sweep))).toContain("given-up");
    expect((await run(fs, "{ seeds: 1, arms: [psr] }")).launcher.asked).toHaveLength(1);
  });

  test("gives an arm up for the runs alone that it then had, and for none where its file does not say which", async () => {
    const fs = await givenUpSweep({ known: true });
    const steps = "{ seeds: 1, arms: [psr], earlyStop: true, steps: 7 }";
    expect(sweepOf(fs, steps).givenUp).toEqual([]);
    expect((await run(fs, steps)).launcher.asked).toHaveLength(1);
    const older = await givenUpSweep({ known: false });
    const { launcher } = await run(older, "{ seeds: 1, arms: [psr], earlyStop: true }");
    expect(launcher.asked).toHaveLength(1);
  });
});

describe("the text of a plan", () => {
  test("names each run, what it is also, and what is not known", () => {
    const fs = memoryDisk();
    const sweep = sweepOf(fs, "{ arms: { one: {}, two: {} }, steps: 7 }");
    const statuses = sweepStatus(fs, sweep);
    const costs = [{ id: sweep.jobs[0]?.run.id ?? "", steps: 7, seconds: null }];
    const text = planText(sweep, statuses, costs);
    expect(text).toMatch(/one-0-[0-9a-f]{8} +to do +7 +unknown +also two/);
    expect(text).toContain("1 of 1 runs to do, 2 at a time, 1 thread each; estimated unknown");
    const known = planText(sweep, statuses, [{ ...costs[0], id: "", steps: 7, seconds: 3725 }]);
    expect(known).toContain("1 h 2 min");
  });
});
