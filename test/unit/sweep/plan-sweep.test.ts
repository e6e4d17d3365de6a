/** Where the runs of a sweep are, what is left of them, and what they will cost. */
import { describe, expect, test } from "vitest";
import { DataError } from "../../../src/base/errors.ts";
import { estimateCosts, totalSeconds } from "../../../src/sweep/estimate-cost.ts";
import type { Job, JobStatus } from "../../../src/sweep/launcher.ts";
import { planSweep } from "../../../src/sweep/plan-sweep.ts";
import { runPaces } from "../../../src/sweep/run-paces.ts";
import { sweepStatus, withJobs } from "../../../src/sweep/sweep-status.ts";
import { memoryDisk } from "../../support/memory-disk.ts";
import { writeRun, writeStep } from "../../support/scripted-launcher.ts";
import { jobsOf, sweepOf } from "../../support/sweep-jobs.ts";

const plan = (text: string, cores = 8, more: { out?: string; concurrency?: number } = {}) =>
  planSweep(memoryDisk(), { text, from: "some/where/mine.yaml", cores, ...more });

describe("the plan of a sweep", () => {
  test("has the name of the file and a folder of that name, unless it says otherwise", () => {
    expect(plan("")).toMatchObject({ name: "mine", out: "runs/sweeps/mine" });
    expect(plan("name: other")).toMatchObject({ name: "other", out: "runs/sweeps/other" });
    expect(plan("{ name: other, out: /x }")).toMatchObject({ name: "other", out: "/x" });
    expect(plan("out: /x", 8, { out: "/y" })).toMatchObject({ name: "mine", out: "/y" });
  });

  test.each(["my sweep (1).yaml", "...yaml", "-.yaml"])(
    "takes no folder's name from a file called %s",
    (file) => {
      const from = `some/where/${file}`;
      const named = (text: string, out?: string) =>
        planSweep(memoryDisk(), { text, from, cores: 8, out }).out;
      expect(() => named("")).toThrow(`${from}: the name of a sweep must be letters`);
      expect(named("name: other")).toBe("runs/sweeps/other");
      expect(named("out: /x")).toBe("/x");
      expect(named("", "/y")).toBe("/y");
    },
  );

  test.each([
    ["", { concurrency: 8, threads: 1 }],
    ["threads: 3", { concurrency: 2, threads: 3 }],
    ["threads: 16", { concurrency: 1, threads: 16 }],
    ["concurrency: 3", { concurrency: 3, threads: 2 }],
    ["concurrency: 20", { concurrency: 20, threads: 1 }],
    ["{ concurrency: 3, threads: 1 }", { concurrency: 3, threads: 1 }],
  ])("divides the cores: %s", (text, expected) => {
    expect(plan(text)).toMatchObject(expected);
  });

  test("leaves what goes at once to a cluster, and gives a run one thread there", () => {
    const at = (text: string) =>
      planSweep(memoryDisk(), { text, from: "mine.yaml", cores: undefined });
    expect(at("")).toMatchObject({ concurrency: 64, threads: 1 });
    expect(at("{ concurrency: 3 }")).toMatchObject({ concurrency: 3, threads: 1 });
    expect(at("{ threads: 4 }")).toMatchObject({ concurrency: 64, threads: 4 });
  });

  test("lets the command line change how many go at once, but not how a run rounds", () => {
    expect(plan("", 8, { concurrency: 2 })).toMatchObject({ concurrency: 2, threads: 1 });
  });

  test("refuses claims on arms that it does not have, and takes arms that are another one by their own names", () => {
    const claims = (arms: string): string =>
      `{ arms: { grpo: {}, same: {}, slow: { steps: 9 } }, claims: [{ title: t, source: s, claim: c, shows: arms, arms: ${arms} }] }`;
    expect(plan(claims("[slow, same]")).claims).toMatchObject([{ arms: ["slow", "same"] }]);
    expect(() => plan(claims("[grpo, slo]"))).toThrow(
      'claims.0.arms must name arms of the sweep, got "slo"',
    );
  });

  test("keeps the number of threads that the sweep was begun with", () => {
    const manifest = { schema: 1, name: "test", threads: 3, runs: [], given_up: [] };
    const fs = memoryDisk(new Map([["/sweep/sweep.json", Buffer.from(JSON.stringify(manifest))]]));
    expect(sweepOf(fs, "").threads).toBe(3);
    expect(sweepOf(fs, "threads: 2").threads).toBe(2);
  });

  test.each(["{", "{}", '{"schema": 2, "name": "x"}'])(
    "is refused beside a foreign file: %s",
    (text) => {
      const fs = memoryDisk(new Map([["/sweep/sweep.json", Buffer.from(text)]]));
      expect(() => sweepOf(fs, "")).toThrow(DataError);
    },
  );

  test("finds a run again whose arm is called otherwise now", () => {
    const fs = memoryDisk();
    const [old] = jobsOf(fs, "arms: { one: {} }") as [Job];
    writeRun(fs, old, "finished");
    const [renamed, other] = jobsOf(fs, "{ arms: { two: {} }, seeds: 2 }") as [Job, Job];
    expect(renamed.directory).toBe(old.directory);
    expect(other.directory).toBe(`/sweep/runs/${other.run.id}`);
  });
});

describe("the status of a sweep", () => {
  test("is read from the run directories, and one that cannot be read is its run's failure", () => {
    const fs = memoryDisk();
    const sweep = sweepOf(fs, "{ steps: 9, seeds: 6 }");
    const [a, b, c, d, e] = sweep.jobs as [Job, Job, Job, Job, Job];
    writeRun(fs, a, "finished");
    writeStep(fs, a.directory, {
      step: 1,
      reward: 0.25,
      entropy: 2,
      seconds_rollout: 1,
      seconds_update: 2,
    });
    writeStep(fs, a.directory, {
      step: 2,
      reward: 0.5,
      entropy: 1,
      seconds_rollout: 2,
      seconds_update: 1,
    });
    writeRun(fs, b, "running"); // nobody holds its lock
    writeRun(fs, c, "failed", "the loss is not finite");
    writeRun(fs, { run: d.run, directory: e.directory }, "finished");
    fs.makeDirectory(d.directory);
    const broken = fs.open(`${d.directory}/run.json`, "write");
    fs.write(broken, Buffer.from("{"));
    const statuses = sweepStatus(fs, sweep);
    expect(statuses.map(({ state }) => state)).toEqual([
      "finished",
      "interrupted",
      "failed",
      "failed",
      "failed",
      "absent",
    ]);
    expect(statuses[0]).toMatchObject({ steps: 2, reward: 0.5, entropy: 1, secondsPerStep: 3 });
    expect(statuses[2]?.error).toBe("the loss is not finite");
    expect(statuses[3]?.error).toContain("run.json");
    expect(statuses[4]?.error).toContain(`configuration ${e.run.hash}, got ${d.run.hash}`);
  });
});

describe("the status of a sweep on a cluster", () => {
  test("is what the cluster says of runs that are not over", async () => {
    const fs = memoryDisk();
    const sweep = sweepOf(fs, "{ steps: 9, seeds: 5 }");
    const [a, b, c] = sweep.jobs as [Job, Job, Job];
    writeRun(fs, a, "finished");
    writeRun(fs, b, "running");
    const foreign = fs.open(`${b.directory}/run.lock`, "write");
    fs.write(foreign, Buffer.from('{"pid": 1, "host": "some-other-machine"}\n'));
    writeRun(fs, c, "failed");
    const before = sweepStatus(fs, sweep);
    expect(before.map(({ state }) => state)).toEqual([
      "finished",
      "running",
      "failed",
      "absent",
      "absent",
    ]);
    const states = ["running", "lost", "running", "waiting", "running"] as const;
    const status = async (job: Job): Promise<JobStatus> => ({
      state: states[sweep.jobs.indexOf(job)] ?? "absent",
    });
    const after = await withJobs(before, { status });
    expect(after.map(({ state }) => state)).toEqual([
      "finished",
      "interrupted",
      "failed",
      "waiting",
      "running",
    ]);
  });
});

describe("what a sweep will cost", () => {
  const costs = (fs: ReturnType<typeof memoryDisk>, text: string) => {
    const sweep = sweepOf(fs, text);
    return estimateCosts(sweepStatus(fs, sweep), runPaces(fs, sweep.out));
  };

  test("is unknown before a run of its size has finished", () => {
    const fs = memoryDisk();
    expect(costs(fs, "steps: 5").map(({ steps, seconds }) => [steps, seconds])).toEqual([
      [5, null],
    ]);
  });

  test("is steps left x the mean of finished runs of the same size, also of those the file no longer has", () => {
    const fs = memoryDisk();
    const [a, b] = jobsOf(fs, "{ steps: 2, seeds: 2 }") as [Job, Job];
    for (const [job, seconds] of [
      [a, 1],
      [b, 3],
    ] as const) {
      writeRun(fs, job, "finished");
      writeStep(fs, job.directory, { step: 1, seconds_update: seconds });
    }
    const text = "{ arms: [kl-cov], steps: 10, seeds: 2, grid: { policy.size: [s, m] } }";
    const [started] = jobsOf(fs, text) as [Job];
    writeRun(fs, started, "interrupted");
    writeStep(fs, started.directory, { step: 1, seconds_update: 100 });
    const found = costs(fs, text);
    expect(found.map(({ steps, seconds }) => [steps, seconds])).toEqual([
      [9, 18],
      [10, 20],
      [10, null],
      [10, null],
    ]);
    expect(totalSeconds(found, 2)).toBeNull();
    expect(totalSeconds(found.slice(0, 2), 2)).toBe(19);
    expect(totalSeconds(found.slice(0, 2), 1)).toBe(38);
    expect(totalSeconds(found.slice(0, 1), 2)).toBe(18);
  });

  test("is nothing for what is finished", () => {
    const fs = memoryDisk();
    const [job] = jobsOf(fs, "steps: 2") as [Job];
    writeRun(fs, job, "finished");
    expect(costs(fs, "steps: 2")).toEqual([{ id: job.run.id, steps: 0, seconds: 0 }]);
  });
});
