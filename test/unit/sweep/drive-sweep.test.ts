/** Promises of the driver: each run once, no more at a time than asked, and no failure that stops another. */
import { describe, expect, test } from "vitest";
import type { FileSystem } from "../../../src/base/file-system.ts";
import { driveSweep, type SweepDrive, type SweepEvent } from "../../../src/sweep/drive-sweep.ts";
import type { Job, JobStatus } from "../../../src/sweep/launcher.ts";
import type { GivenUp } from "../../../src/sweep/sweep-manifest.ts";
import { memoryDisk } from "../../support/memory-disk.ts";
import { type Act, ScriptedLauncher } from "../../support/scripted-launcher.ts";
import { jobsOf } from "../../support/sweep-jobs.ts";

const WHOLE: readonly Act[] = ["checkpoint", "step", "step", "finish"];

interface Setting extends Partial<SweepDrive> {
  readonly script?: (job: Job, attempt: number) => readonly Act[];
  readonly text?: string;
  readonly room?: ScriptedLauncher["room"];
}

async function drive({ script = () => WHOLE, text = "seeds: 6", room, ...more }: Setting = {}) {
  const fs: FileSystem = memoryDisk();
  const launcher = new ScriptedLauncher(fs, script);
  if (room !== undefined) launcher.room = room;
  const jobs = jobsOf(fs, text);
  const events: SweepEvent[] = [];
  const outcomes = await driveSweep({
    fs,
    launcher,
    jobs,
    concurrency: 2,
    signal: new AbortController().signal,
    onEvent: (event) => events.push(event),
    firstRetryMs: 1,
    ...more,
  });
  const states = jobs.map(({ run }) => outcomes.get(run.id)?.state);
  return { launcher, jobs, events, outcomes, states };
}

const submitted = ({ asked }: ScriptedLauncher): string[] =>
  asked.filter((one) => one.startsWith("submit"));

const LOSER: GivenUp = {
  arm: "psr",
  ceiling: [0, 0.1],
  best: "grpo",
  best_ceiling: [0.5, 0.6],
  steps: 2,
  saved_steps: 9,
  config_hashes: [],
};

/** Gives the arm up at one look, counted from 1. */
function loserAtLook(look: number): () => readonly GivenUp[] {
  let looks = 0;
  return () => {
    looks += 1;
    return looks === look ? [LOSER] : [];
  };
}

/** A launcher whose runs share no warm start, so that nothing but room keeps one from being started. */
function apart(script: (job: Job, attempt: number) => readonly Act[]) {
  const fs = memoryDisk();
  const launcher = new ScriptedLauncher(fs, script);
  launcher.sharesDisk = false;
  return { fs, launcher };
}

describe("a sweep that is driven", () => {
  test("runs every job once, in order, and never more at a time than asked", async () => {
    const { launcher, jobs, states } = await drive();
    expect(states).toEqual(jobs.map(() => "finished"));
    expect(submitted(launcher)).toEqual(jobs.map(({ run }) => `submit ${run.id}`));
    expect(launcher.most).toBe(2);
    expect((await drive({ concurrency: 1 })).launcher.most).toBe(1);
    expect((await drive({ concurrency: 9 })).launcher.most).toBe(6);
  });

  test("ends at once if there is nothing to do", async () => {
    expect((await drive({ jobs: [] })).outcomes.size).toBe(0);
  });

  test.each<[Act, string]>([
    ["fail", "the loss is not finite"],
    ["crash", "SIGKILL"],
    ["refused", "no such machine"],
    ["no answer", "no answer"],
  ])("goes on with the others after one that ends by %s, and says why", async (act, why) => {
    const script = ({ run }: Job): readonly Act[] => (run.seed === 1 ? [act] : WHOLE);
    const { jobs, outcomes, states } = await drive({ script });
    expect(states).toEqual(jobs.map(({ run }) => (run.seed === 1 ? "failed" : "finished")));
    expect(outcomes.get(jobs[1]?.run.id ?? "")?.message).toContain(why);
  });

  test("does not believe an exit code: a job is finished when its run directory says so", async () => {
    const { states } = await drive({ text: "seeds: 1", script: () => ["crash"] });
    expect(states).toEqual(["failed"]);
  });

  test("submits a lost job again, later each time, and gives it up after four times", async () => {
    const script = ({ run }: Job, attempt: number): readonly Act[] =>
      run.seed === 0 && attempt < 3 ? ["step", "lost"] : run.seed === 1 ? ["lost"] : WHOLE;
    const { events, launcher, states } = await drive({ text: "seeds: 3", script });
    expect(states).toEqual(["finished", "failed", "finished"]);
    expect(submitted(launcher)).toHaveLength(3 + 4 + 1);
    const pauses = events.flatMap((e) =>
      e.kind === "lost" && e.job.run.seed === 1 ? [e.waitMs] : [],
    );
    expect(pauses).toEqual([1, 2, 4]);
  });

  test("keeps on submitting a job that nothing was free for, and counts no attempt", async () => {
    const script = (_: Job, submission: number): readonly Act[] =>
      submission <= 9 ? ["idle", "never started"] : submission === 10 ? ["lost"] : WHOLE;
    const { events, launcher, states } = await drive({ text: "seeds: 1", script });
    expect(states).toEqual(["finished"]);
    expect(submitted(launcher)).toHaveLength(11);
    const attempts = events.flatMap((e) => (e.kind === "start" ? [e.attempt] : []));
    expect(attempts).toEqual([...Array<number>(10).fill(1), 2]);
  });

  test("leaves a job that nothing was free for when it is to end", async () => {
    const controller = new AbortController();
    const { states } = await drive({
      text: "seeds: 1",
      script: () => ["never started"],
      signal: controller.signal,
      onEvent: (event) => {
        if (event.kind === "lost") controller.abort();
      },
    });
    expect(states).toEqual(["interrupted"]);
  });

  test("submits a job again that was refused for the moment, as often as it takes", async () => {
    const script = (_: Job, attempt: number): readonly Act[] => (attempt < 9 ? ["not now"] : WHOLE);
    const { launcher, states } = await drive({ text: "seeds: 1", script });
    expect(states).toEqual(["finished"]);
    expect(submitted(launcher)).toHaveLength(9);
  });

  test("submits nothing after such a refusal before it has looked at what goes on", async () => {
    let looks = 0;
    const refusedAt: number[] = [];
    const { states } = await drive({
      concurrency: 6,
      script: (_, attempt) => {
        if (attempt > 1) return WHOLE;
        refusedAt.push(looks);
        return ["not now"];
      },
      giveUp: () => {
        looks += 1;
        return [];
      },
    });
    expect(new Set(states)).toEqual(new Set(["finished"]));
    expect(refusedAt).toHaveLength(6);
    expect(new Set(refusedAt).size).toBe(6);
  });

  test("is not begun where nothing answers, and needs no answer where nothing is left", async () => {
    const fs = memoryDisk();
    const launcher = Object.assign(new ScriptedLauncher(fs, () => WHOLE), {
      mustAnswer: () => Promise.reject(new Error("nobody there")),
    });
    await expect(drive({ fs, launcher })).rejects.toThrow("nobody there");
    expect(launcher.asked).toEqual([]);
    await expect(drive({ fs, launcher, jobs: [] })).resolves.toBeDefined();
  });

  test("ends when its budget is spent: what goes on with a checkpoint, and nothing is started", async () => {
    const { launcher, states, outcomes, jobs } = await drive({
      script: () => ["checkpoint", "step"],
      budgetHours: 1e-5, // 36 ms
    });
    expect(states).toEqual(jobs.map(() => "interrupted"));
    expect(submitted(launcher)).toHaveLength(2);
    expect(launcher.asked.filter((one) => one.startsWith("stop"))).toHaveLength(2);
    expect(outcomes.get(jobs[1]!.run.id)?.message).toContain("after 1 of");
    expect(outcomes.get(jobs[5]!.run.id)?.message).toBe(
      "not started: the budget of 0.00001 h is spent",
    );
    const { states: whole } = await drive({ budgetHours: 1 });
    expect(whole).toEqual(jobs.map(() => "finished"));
  });

  test("starts nothing after the signal and asks what goes on to end", async () => {
    const controller = new AbortController();
    const { launcher, states, outcomes, jobs } = await drive({
      script: () => ["checkpoint"],
      signal: controller.signal,
      onEvent: (event) => {
        if (event.kind === "start" && event.job.run.seed === 1) controller.abort();
      },
    });
    expect(states).toEqual(jobs.map(() => "interrupted"));
    expect(submitted(launcher)).toHaveLength(2);
    const stops = launcher.asked.filter((one) => one.startsWith("stop"));
    expect(stops).toEqual(jobs.slice(0, 2).map(({ run }) => `stop ${run.id}`));
    expect(outcomes.get(jobs[5]?.run.id ?? "")?.message).toBe("not started");
  });

  test("starts no other once the signal has come", async () => {
    const controller = new AbortController();
    const { fs, launcher } = apart(() => ["checkpoint"]);
    await drive({
      fs,
      launcher,
      concurrency: 6,
      signal: controller.signal,
      onEvent: (event) => {
        if (event.kind === "start" && event.job.run.seed === 1) controller.abort();
      },
    });
    expect(submitted(launcher)).toHaveLength(2);
  });

  test("looks at no other once the signal has come, but asks all to end", async () => {
    const controller = new AbortController();
    const { fs, launcher } = apart(() => ["checkpoint"]);
    const status = launcher.status.bind(launcher);
    launcher.status = (job) => {
      launcher.asked.push("look");
      controller.abort();
      return status(job);
    };
    await drive({ fs, launcher, concurrency: 6, signal: controller.signal });
    const after = launcher.asked.slice(6, 6 + 7).map((one) => one.split(" ")[0]);
    expect(after).toEqual(["look", ...Array<string>(6).fill("stop")]);
  });

  test("starts no more than there is room for, but one always", async () => {
    const asked: number[] = [];
    const room = (_: Job, active: readonly Job[]): boolean => {
      asked.push(active.length);
      return active.length === 0;
    };
    const { launcher, states } = await drive({ room });
    expect(new Set(states)).toEqual(new Set(["finished"]));
    expect(launcher.most).toBe(1);
    expect(asked).toContain(1);
  });

  test("gives up an arm: what goes on is stopped, what waits is not started", async () => {
    const { launcher, states, jobs } = await drive({
      text: "{ arms: [psr, grpo], seeds: 3 }",
      script: ({ run }) => (run.arm === "psr" ? ["checkpoint"] : WHOLE),
      giveUp: loserAtLook(5),
    });
    expect(states).toEqual([...Array(3).fill("given-up"), ...Array(3).fill("finished")]);
    expect(launcher.asked).not.toContain(`submit ${jobs[2]?.run.id}`);
  });

  test.each<[string, JobStatus]>([
    ["is lost", { state: "lost", detail: "its machine is gone" }],
    ["did not start", { state: "lost", neverStarted: true }],
  ])("submits no job of an arm that it gave up again: one that %s", async (_, end) => {
    const { fs, launcher } = apart(() => ["step"]);
    launcher.stop = async (job) => {
      launcher.asked.push(`stop ${job.run.id}`);
      launcher.status = async () => end;
    };
    const { states } = await drive({
      fs,
      launcher,
      text: "{ arms: [psr], seeds: 1 }",
      giveUp: loserAtLook(3),
    });
    expect(states).toEqual(["given-up"]);
    expect(launcher.asked.map((one) => one.split(" ")[0])).toEqual(["submit", "stop"]);
  });

  test.each(["not now", "not this one"])(
    "asks a job again to end that could not be asked: %s",
    async (refusal) => {
      const controller = new AbortController();
      const { fs, launcher } = apart(() => ["step"]);
      const stop = launcher.stop.bind(launcher);
      let refusals = 0;
      launcher.stop = async (job) => {
        const isRefused = job.run.seed === 0 && refusals < 3;
        if (!isRefused) return stop(job);
        refusals += 1;
        throw new Error(refusal);
      };
      const { jobs, states } = await drive({
        fs,
        launcher,
        signal: controller.signal,
        onEvent: (event) => {
          if (event.kind === "start" && event.job.run.seed === 1) controller.abort();
        },
      });
      expect(states).toEqual(jobs.map(() => "interrupted"));
      expect(refusals).toBe(3);
      const stops = launcher.asked.filter((one) => one.startsWith("stop"));
      expect(stops.toSorted()).toEqual(jobs.slice(0, 2).map(({ run }) => `stop ${run.id}`));
    },
  );
});

describe("warm starts that runs share", () => {
  const order = async (script: (job: Job, attempt: number) => readonly Act[], text: string) => {
    const timeline: string[] = [];
    const noting = (job: Job, attempt: number): readonly Act[] => {
      timeline.push(`${job.run.arm}-${job.run.seed}`);
      return script(job, attempt);
    };
    const result = await drive({ text, script: noting, concurrency: 3 });
    return { ...result, timeline };
  };

  test("are made by one run, for which the others wait", async () => {
    const SLOW: readonly Act[] = ["idle", "idle", "idle", "checkpoint", "idle", "finish"];
    const { launcher, events } = await order(() => SLOW, "seeds: 3");
    const kinds = events.map(({ kind }) => kind);
    expect(kinds.slice(0, 3)).toEqual(["start", "start", "start"]); // before the first ended
    expect(launcher.most).toBe(3);
    const never = await order(() => ["idle", "idle", "finish"], "seeds: 3");
    // Without a checkpoint there is no sign of the warm start: each waits for the end of the one before.
    expect(never.launcher.most).toBe(1);
  });

  test("of several kinds are made side by side", async () => {
    const text = "{ base: { policy: { size: xs } }, grid: { warmStart.seed: [0, 1] }, seeds: 2 }";
    const { timeline } = await order(() => ["idle", "idle", "checkpoint", "finish"], text);
    expect(timeline.slice(0, 2)).toEqual(["grpo warmStart.seed=0-0", "grpo warmStart.seed=1-0"]);
  });

  test("are waited for by no run where they cannot be shared", async () => {
    const { fs, launcher } = apart(() => ["idle", "finish"]);
    await drive({ fs, launcher, jobs: jobsOf(fs, "seeds: 3"), concurrency: 3 });
    expect(launcher.most).toBe(3);
  });

  test("are waited for by no run that needs none", async () => {
    const { launcher } = await order(
      () => ["idle", "finish"],
      "{ base: { preset: bandit }, seeds: 3 }",
    );
    expect(launcher.most).toBe(3);
  });

  test("that failed are made by the next run", async () => {
    const { states } = await order(
      ({ run }) => (run.seed === 0 ? ["idle", "crash"] : ["checkpoint", "finish"]),
      "seeds: 3",
    );
    expect(states).toEqual(["failed", "finished", "finished"]);
  });
});
