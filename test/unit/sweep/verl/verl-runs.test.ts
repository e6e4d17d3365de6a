/** Runs of verl in a sweep: what ended well is finished, what did not goes on, and no attempt's log is lost. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { armsOfRuns } from "../../../../src/analyze/compare/arms-of-runs.ts";
import { identifyRun } from "../../../../src/analyze/compare/run-identity.ts";
import { disk } from "../../../../src/base/file-system.ts";
import { readLog } from "../../../../src/ingest/read-log.ts";
import { readRunDirectory } from "../../../../src/log/run-directory.ts";
import { localLauncher } from "../../../../src/sweep/local-launcher.ts";
import { planSweep, type Sweep } from "../../../../src/sweep/plan-sweep.ts";
import { RayClient } from "../../../../src/sweep/ray/ray-client.ts";
import { rayLauncher } from "../../../../src/sweep/ray/ray-launcher.ts";
import { runSweep, type SweepResult } from "../../../../src/sweep/run-sweep.ts";
import { stopSweep } from "../../../../src/sweep/stop-sweep.ts";
import { sweepStatus, withJobs } from "../../../../src/sweep/sweep-status.ts";
import { verlCommand } from "../../../../src/sweep/verl/verl-command.ts";
import { verlJobs } from "../../../../src/sweep/verl/verl-jobs.ts";
import { verlPlan, verlPlanText } from "../../../../src/sweep/verl/verl-plan.ts";
import { verlProgram } from "../../../../src/sweep/verl/verl-process.ts";
import { type Fault, JobsServer } from "../../../support/jobs-server.ts";
import { writeVerlStandIn } from "../../../support/verl-stand-in.ts";

const VERSION = "1.2.3";

let root: string;
let python: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "entlaw-verl-"));
  python = join(root, "python");
});

const plan = (steps = 4, more: Readonly<Record<string, unknown>> = {}): Sweep =>
  planSweep(disk, {
    text: JSON.stringify({
      runner: "verl",
      arms: ["paper-7b-kl-cov"],
      steps,
      ...more,
      verl: { train: "/t.parquet", validation: "/v.parquet", python },
    }),
    from: "mine.yaml",
    out: join(root, "sweep"),
    cores: 2,
  });

const jobOf = ({ jobs: [job] }: Sweep) => {
  if (job === undefined) throw new Error("a sweep must have a job");
  return job;
};

const launcherHere = ({ name }: Sweep) =>
  localLauncher(disk, verlProgram(disk, { name, version: VERSION }));

const run = (sweep: Sweep): Promise<SweepResult> =>
  runSweep(disk, {
    sweep,
    launcher: launcherHere(sweep),
    signal: new AbortController().signal,
    onEvent: () => {},
  });

const outcomeOf = ({ outcomes }: SweepResult) => [...outcomes.values()][0];

describe("a process of verl", () => {
  test("leaves a finished run directory, and the same file then has nothing to do", async () => {
    writeVerlStandIn(python);
    const sweep = plan();
    expect(outcomeOf(await run(sweep))).toEqual({ state: "finished" });
    const { manifest, table } = readRunDirectory(disk, jobOf(sweep).directory);
    expect(manifest).toMatchObject({
      id: jobOf(sweep).run.id,
      status: "finished",
      config_hash: jobOf(sweep).run.hash,
      versions: { entlaw: VERSION },
      source: { format: "verl-jsonl" },
    });
    expect([...(table.columns.get("entropy") ?? [])]).toEqual([0.8, 0.7, 0.6, 0.5]);
    expect((await run(sweep)).outcomes.size).toBe(0);
  });

  test("that ends by an error has failed, with the steps it has; the next one goes on after them", async () => {
    const sweep = plan(6);
    writeVerlStandIn(python, { last: 3, ends: "echo 'error: no GPU'; exit 3" });
    expect(outcomeOf(await run(sweep))).toEqual({
      state: "failed",
      message: "after 3 of 6 steps: exit code 3: no GPU",
    });
    expect(sweepStatus(disk, sweep)[0]).toMatchObject({ state: "interrupted", steps: 3 });
    // From verl's checkpoint of step 2.
    writeVerlStandIn(python, { first: 3, last: 6 });
    expect(outcomeOf(await run(sweep))).toEqual({ state: "finished" });
    const { table } = readRunDirectory(disk, jobOf(sweep).directory);
    expect([...(table.columns.get("step") ?? [])]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...(table.columns.get("run/first") ?? [])]).toEqual([1, 1, 3, 3, 3, 3]);
  });

  test("that ends without a word is not said to have ended by the error of an earlier attempt", async () => {
    const sweep = plan();
    writeVerlStandIn(python, { last: 0, ends: "echo 'error: no GPU'; exit 3" });
    await run(sweep);
    writeVerlStandIn(python, { last: 1, ends: "kill -9 $$" });
    expect(outcomeOf(await run(sweep))?.message).toMatch(/^after 1 of 4 steps: SIGKILL: step:1 - /);
  });

  test("that ended after whoever started it is collected, and not run again", async () => {
    const sweep = plan();
    writeVerlStandIn(python);
    const { args, env } = verlCommand(jobOf(sweep), { name: sweep.name, results: "shared" });
    disk.makeDirectory(jobOf(sweep).verlFolder);
    spawnSync(python, args, { env: { ...process.env, ...env } });
    writeVerlStandIn(python, { ends: "exit 1" });
    expect(outcomeOf(await run(sweep))).toEqual({ state: "finished" });
    expect(disk.list(jobOf(sweep).verlFolder)).toEqual(["verl.jsonl"]);
  });

  test.runIf(process.platform === "linux")(
    "that outlives whoever started it is seen by others, and ended by them",
    async () => {
      writeVerlStandIn(python, { last: 1, ends: "for k in $(seq 300); do sleep 0.1; done" });
      const sweep = plan();
      disk.makeDirectory(join(sweep.out, "logs"));
      const before = await withJobs(sweepStatus(disk, sweep), launcherHere(sweep));
      expect(before.map(({ state }) => state)).toEqual(["absent"]);
      const starter = launcherHere(sweep);
      await starter.submit(jobOf(sweep));
      const seen = await withJobs(sweepStatus(disk, sweep), launcherHere(sweep));
      expect(seen.map(({ state }) => state)).toEqual(["running"]);
      expect(await stopSweep(disk, sweep, launcherHere(sweep))).toEqual({
        driver: null,
        runs: [jobOf(sweep).run.id],
      });
      await expect
        .poll(async () => (await starter.status(jobOf(sweep))).detail)
        .toContain("SIGTERM");
    },
  );

  test("that logged nothing leaves no run directory", async () => {
    const sweep = plan();
    writeVerlStandIn(python, { last: 0, ends: "echo 'error: no data'; exit 1" });
    expect(outcomeOf(await run(sweep))).toMatchObject({ state: "failed" });
    expect(existsSync(jobOf(sweep).directory)).toBe(false);
  });

  test("is not started by a Python that has no verl", async () => {
    python = join(root, "no such python");
    expect(outcomeOf(await run(plan()))).toMatchObject({
      state: "failed",
      message: expect.stringContaining("must be a Python that has verl"),
    });
  });

  test("is what the plan prints, line for line", async () => {
    writeVerlStandIn(python, { ends: `printf '%s\\n' "$@" > '${root}/args'` });
    const sweep = plan();
    const [planned] = verlPlan(sweep, sweepStatus(disk, sweep), "shared");
    await run(sweep);
    const args = readFileSync(join(root, "args"), "utf8").trimEnd().split("\n");
    expect(args.slice(0, 2)).toEqual(["-m", "verl.trainer.main_ppo"]);
    expect(args.slice(2)).toEqual(planned?.overrides);
    expect(planned?.env).toEqual({
      VERL_FILE_LOGGER_PATH: join(jobOf(sweep).verlFolder, "verl.jsonl"),
    });
    expect(planned && verlPlanText([planned])).toContain(`${python} -m verl.trainer.main_ppo `);
  });

  test("goes alone unless the file says otherwise", () => {
    expect(plan().concurrency).toBe(1);
  });

  test("is told from others by its settings, those of verl included", async () => {
    writeVerlStandIn(python);
    const arms = { "paper-7b": {}, wide: { "verl.maxTokensPerGpu": 40960 } };
    const sweep = plan(4, { arms, seeds: 2 });
    await run(sweep);
    const logs = await Promise.all(sweep.jobs.map(({ directory }) => readLog(directory)));
    const found = armsOfRuns(
      logs.map((log) => identifyRun(disk, log)),
      {},
    );
    expect(found.arms.map(({ runs }) => runs.map(({ seed }) => seed))).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  test("waits for nobody's warm start", async () => {
    const here = `"$(ls '${root}' | grep -c here-)"`;
    const meet = [
      `touch '${root}'/here-$$`,
      "n=0",
      `while [ ${here} -lt 2 ] && [ $n -lt 100 ]; do sleep 0.1; n=$((n + 1)); done`,
      `[ ${here} -ge 2 ]`,
    ];
    writeVerlStandIn(python, { last: 3, ends: meet.join("\n") });
    const { outcomes } = await run(plan(4, { seeds: 2, concurrency: 2 }));
    expect([...outcomes.values()].map(({ state }) => state)).toEqual(["finished", "finished"]);
  });
});

describe("a job of verl on a cluster", () => {
  let server: JobsServer;
  let url: URL;

  beforeEach(async () => {
    server = new JobsServer();
    url = await server.listen();
  });
  afterEach(() => server.close());

  const launcherOf = ({ name, out }: Sweep, results: "shared" | "log") => {
    const use = { name, out, node: "node", modules: "/modules", results };
    const client = new RayClient({ url, token: undefined }, [1]);
    return rayLauncher(disk, client, use, verlJobs(disk, use, { version: VERSION }));
  };
  const submitted = () => {
    const [[id, { submission }] = ["", { submission: {} as Readonly<Record<string, unknown>> }]] =
      server.jobs;
    return { id, submission };
  };

  test("is verl's command with the file logger, and uploads nothing", async () => {
    const sweep = plan();
    disk.makeDirectory(join(sweep.out, "logs"));
    await launcherOf(sweep, "shared").submit(jobOf(sweep));
    const [planned] = verlPlan(sweep, sweepStatus(disk, sweep), "shared");
    expect(submitted().submission).toMatchObject({
      entrypoint: planned?.command,
      runtime_env: { env_vars: planned?.env },
    });
    expect(planned?.overrides).toContain("trainer.logger=[console,file]");
    expect(server.packages.size).toBe(0);
    expect(existsSync(jobOf(sweep).verlFolder)).toBe(true); // verl makes no folder for its log
  });

  test("that succeeded after whoever submitted it has gone is collected, and not submitted again", async () => {
    const sweep = plan();
    const job = jobOf(sweep);
    disk.makeDirectory(join(sweep.out, "logs"));
    await launcherOf(sweep, "shared").submit(job);
    writeFileSync(
      join(job.verlFolder, "verl.jsonl"),
      '{"step": 2, "data": {"actor/entropy": 0.5}}\n', // the data were at an end before the steps
    );
    server.set(submitted().id, { status: "SUCCEEDED" });
    const later = launcherOf(sweep, "shared");
    await later.submit(job);
    await later.collect(job);
    expect(server.jobs.size).toBe(1);
    expect(sweepStatus(disk, sweep)[0]).toMatchObject({ state: "finished", steps: 1 });
  });

  test("without a disk in common comes back from what it printed", async () => {
    const sweep = plan();
    const job = jobOf(sweep);
    disk.makeDirectory(join(sweep.out, "logs"));
    const launcher = launcherOf(sweep, "log");
    await launcher.submit(job);
    const { id, submission } = submitted();
    expect(submission["runtime_env"]).toEqual({ env_vars: {} });
    expect(submission["entrypoint"]).toContain("'trainer.logger=[console]'");
    const line = (k: number) =>
      `\u001b[36m(TaskRunner pid=12)\u001b[0m step:${k} - actor/entropy:0.${9 - k} - critic/score/mean:0.${k}\n`;
    server.set(id, {
      status: "SUCCEEDED",
      logs: `starting\n${[1, 2, 3, 4].map(line).join("")}`,
    });
    expect(await launcher.status(job)).toMatchObject({ state: "ended" });
    await launcher.collect(job);
    const { manifest, table } = readRunDirectory(disk, job.directory);
    expect(manifest).toMatchObject({ status: "finished", source: { format: "verl-console" } });
    expect([...(table.columns.get("entropy") ?? [])]).toEqual([0.8, 0.7, 0.6, 0.5]);
  });

  test("that was stopped is interrupted, with the steps that it printed", async () => {
    const sweep = plan();
    const job = jobOf(sweep);
    disk.makeDirectory(join(sweep.out, "logs"));
    const launcher = launcherOf(sweep, "log");
    await launcher.submit(job);
    server.set(submitted().id, {
      status: "STOPPED",
      logs: "step:1 - actor/entropy:0.8 - critic/score/mean:0.1\n",
    });
    await launcher.collect(job);
    expect(sweepStatus(disk, sweep)[0]).toMatchObject({ state: "interrupted", steps: 1 });
  });

  test("that goes on after others has the steps of all, whoever submitted them and whatever the cluster forgot", async () => {
    const sweep = plan(10);
    const job = jobOf(sweep);
    const logs = join(sweep.out, "logs");
    disk.makeDirectory(logs);
    const attempt = async (status: string, steps: readonly number[]): Promise<string> => {
      const launcher = launcherOf(sweep, "log");
      await launcher.submit(job);
      const said = steps
        .map((k) => `step:${k} - actor/entropy:0.${9 - k} - run/steps:${steps.length}\n`)
        .join("");
      server.set([...server.jobs.keys()].at(-1) ?? "", { status, logs: said });
      if (status !== "FAILED") await launcher.collect(job); // else its driver was killed
      return said;
    };
    const said = [await attempt("STOPPED", [1, 2, 3, 4, 5, 6]), await attempt("FAILED", [6, 7])];
    said.push(await attempt("STOPPED", [8]));
    expect(sweepStatus(disk, sweep)[0]).toMatchObject({ state: "interrupted", steps: 8 });
    server.jobs.clear();
    said.push(await attempt("SUCCEEDED", [9, 10]));
    const { table } = readRunDirectory(disk, job.directory);
    expect([...(table.columns.get("step") ?? [])]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect([...(table.columns.get("run/steps") ?? [])]).toEqual([6, 6, 6, 6, 6, 2, 2, 1, 2, 2]);
    const kept = disk.list(logs).map((name) => readFileSync(join(logs, name), "utf8"));
    expect(kept).toEqual(expect.arrayContaining(said));
    expect(sweepStatus(disk, sweep)[0]).toMatchObject({ state: "finished" });
  });

  test("that is refused leaves the log of the one before it as it is, and once", async () => {
    const sweep = plan();
    const job = jobOf(sweep);
    const logs = join(sweep.out, "logs");
    disk.makeDirectory(logs);
    const launcher = launcherOf(sweep, "log");
    await launcher.submit(job);
    server.set(submitted().id, { status: "FAILED", logs: "no GPU\n" });
    for (const questions of [3, 2]) {
      server.faults = [...Array<undefined>(questions), "503"] as Fault[];
      await expect(launcher.submit(job)).rejects.toThrow(/503/);
      expect(disk.list(logs)).toEqual([`${job.run.id}-1.log`]);
    }
    await launcher.submit(job);
    expect(server.jobs.size).toBe(2);
    expect(disk.list(logs)).toEqual([`${job.run.id}-1.log`]);
  });
});
