/** Promises towards a cluster: each run once whatever gets lost on the way, and what the cluster says is a hint only. */
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RunError } from "../../../../src/base/errors.ts";
import type { FileSystem } from "../../../../src/base/file-system.ts";
import type { Job } from "../../../../src/sweep/launcher.ts";
import { RayClient } from "../../../../src/sweep/ray/ray-client.ts";
import type { RayUse } from "../../../../src/sweep/ray/ray-job.ts";
import { logPauseMs, rayLauncher } from "../../../../src/sweep/ray/ray-launcher.ts";
import { stopSweep } from "../../../../src/sweep/stop-sweep.ts";
import { sweepStatus, withJobs } from "../../../../src/sweep/sweep-status.ts";
import { type Fault, JobsServer } from "../../../support/jobs-server.ts";
import { memoryDisk } from "../../../support/memory-disk.ts";
import { writeRun } from "../../../support/scripted-launcher.ts";
import { jobsOf, sweepOf } from "../../../support/sweep-jobs.ts";

const RETRIES_MS = [1, 1, 1];

let server: JobsServer;
let url: URL;
let fs: FileSystem;
let job: Job;

beforeEach(async () => {
  server = new JobsServer();
  url = await server.listen();
  fs = memoryDisk();
  [job] = jobsOf(fs, "{ arms: [clip-cov], seeds: [3] }") as [Job];
  fs.makeDirectory("/sweep/logs");
});
afterEach(() => server.close());

const launcher = (results: RayUse["results"] = "shared", token?: string, name = "test") =>
  rayLauncher(fs, new RayClient({ url, token }, RETRIES_MS), {
    name,
    out: "/sweep",
    node: "node",
    modules: "/modules",
    results,
  });

const posts = (): string[] => server.seen.filter((one) => one === "POST /api/jobs/");
const ids = (): string[] => [...server.jobs.keys()];

describe("a job of a cluster", () => {
  test("is submitted once, with its whole configuration and what it is", async () => {
    await launcher().submit(job);
    await launcher().submit(job);
    expect(posts()).toHaveLength(1);
    const [id = ""] = ids();
    expect(id).toMatch(/^entlaw-[0-9a-f]{8}-clip-cov-3-[0-9a-f]{8}-1$/);
    const submission = server.jobs.get(id)?.submission ?? {};
    expect(submission).toMatchObject({
      entrypoint_num_cpus: 1,
      metadata: { sweep: "test", arm: "clip-cov", seed: "3", config_hash: job.run.hash },
    });
    const { env_vars: env } = submission["runtime_env"] as { env_vars: Record<string, string> };
    expect(JSON.parse(env["ENTLAW_CONFIG"] ?? "")).toEqual(job.run.config);
    expect(Number(env["RAY_JOB_STOP_WAIT_TIME_S"])).toBeGreaterThan(60); // a step and a checkpoint take that long
  });

  test("has another name in another folder: that is another sweep", async () => {
    await launcher().submit(job);
    const other = { name: "test", out: "/other", node: "node", modules: "/m" } as const;
    const elsewhere = rayLauncher(fs, new RayClient({ url, token: undefined }, RETRIES_MS), {
      ...other,
      results: "shared",
    });
    await elsewhere.submit(job);
    expect(server.jobs.size).toBe(2);
  });

  test.each(["shared", "log"] as const)(
    "is found again when its sweep and its arm are called otherwise: %s",
    async (results) => {
      const [before] = jobsOf(fs, "arms: { old: {} }") as [Job];
      await launcher(results).submit(before);
      fs.makeDirectory(before.directory);
      const [after] = jobsOf(fs, "arms: { new: {} }") as [Job];
      const renamed = launcher(results, undefined, "renamed");
      expect((await renamed.status(after)).state).toBe("running");
      await renamed.submit(after);
      expect(ids()).toHaveLength(1);
      // The next attempt goes on where this one was.
      server.set(ids()[0] ?? "", { status: "FAILED" });
      await renamed.submit(after);
      const entrypoints = [...server.jobs.values()].map(({ submission }) =>
        /--out (\S+)/.exec(String(submission["entrypoint"])),
      );
      expect(entrypoints[1]?.[1]).toBe(entrypoints[0]?.[1]);
    },
  );

  test("is uploaded with one package for all, which is not sent again while it is there", async () => {
    const one = launcher();
    await one.submit(job);
    for (const other of jobsOf(fs, "seeds: 3")) await one.submit(other);
    expect(server.packages.size).toBe(1);
    expect(server.seen.filter((request) => request.startsWith("PUT"))).toHaveLength(1);
    server.packages.clear(); // the cluster drops packages that no job uses
    const [more] = jobsOf(fs, "seeds: [9]") as [Job];
    await one.submit(more);
    expect(server.packages.size).toBe(1);
  });

  test.each<readonly [readonly (Fault | "")[], string]>([
    [["drop"], "the first question was not answered"],
    [["500", "500"], "the server failed twice"],
    [["", "", "", "take and drop"], "the submission was taken and the answer was lost"],
  ])("is there once when %j: %s", async (faults) => {
    server.faults = faults.map((fault) => (fault === "" ? undefined : fault)) as Fault[];
    await launcher().submit(job);
    expect(ids()).toHaveLength(1);
    expect((await launcher().status(job)).state).toBe("running");
  });

  test("that is over and not finished is made again under the next name", async () => {
    const first = launcher();
    await first.submit(job);
    server.set(ids()[0] ?? "", { status: "FAILED" });
    await launcher().submit(job);
    expect(ids().map((id) => id.at(-1))).toEqual(["1", "2"]);
    await launcher().submit(job);
    expect(ids()).toHaveLength(2);
  });

  test("that succeeded is not made again where its output is the result", async () => {
    await launcher("log").submit(job);
    const logs = `entlaw-file run.json ${"0".repeat(64)} AAAA\n`;
    server.set(ids()[0] ?? "", { status: "SUCCEEDED", logs });
    await launcher("log").submit(job);
    expect(ids()).toHaveLength(1);
    expect((await launcher("log").status(job)).state).toBe("ended");
  });

  test("whose output is gone with its machine is made again where it was the result", async () => {
    const one = launcher("log");
    await one.submit(job);
    const [id = ""] = ids();
    server.hasLogs = false;
    expect((await one.status(job)).state).toBe("running");
    server.set(id, { status: "SUCCEEDED" });
    const gone: unknown = await one.collect(job).catch((error: unknown) => error);
    expect(one.mayPass(gone)).toBe(true);
    await one.submit(job);
    expect(ids()).toHaveLength(2);
    await expect(launcher("shared").collect(job)).resolves.toBeUndefined();
  });

  test.each([
    [{ status: "PENDING" }, "waiting"],
    [{ status: "RUNNING" }, "running"],
    [{ status: "SUCCEEDED" }, "ended"],
    [{ status: "STOPPED" }, "ended"],
    [
      { status: "FAILED", error_type: "JOB_ENTRYPOINT_COMMAND_ERROR", driver_exit_code: 3 },
      "ended",
    ],
    [
      { status: "FAILED", error_type: "JOB_ENTRYPOINT_COMMAND_ERROR", driver_exit_code: -9 },
      "lost",
    ],
    [
      { status: "FAILED", error_type: "JOB_ENTRYPOINT_COMMAND_ERROR", driver_exit_code: 137 },
      "lost",
    ],
    [{ status: "FAILED", error_type: "JOB_SUPERVISOR_ACTOR_DIED" }, "lost"],
  ])("of status %j is %s", async (change, state) => {
    const one = launcher();
    await one.submit(job);
    server.set(ids()[0] ?? "", { ...change, message: "last\nerror: why\n  fix: how" });
    expect((await one.status(job)).state).toBe(state);
    const isFailure = state === "ended" && change.status !== "SUCCEEDED";
    if (isFailure) expect((await one.status(job)).detail).toBe("error: why");
  });

  test("that the cluster has forgotten is lost; one that was never there is absent", async () => {
    const one = launcher();
    expect((await one.status(job)).state).toBe("absent");
    await one.submit(job);
    server.jobs.clear();
    expect((await one.status(job)).state).toBe("lost");
    await one.submit(job);
    expect((await one.status(job)).state).toBe("running");
  });

  test("is not submitted while eight others wait for a machine, and is once one of them runs", async () => {
    const jobs = jobsOf(fs, "{ seeds: 9 }");
    const one = launcher();
    for (const each of jobs.slice(0, 8)) {
      expect(one.hasRoom(jobs[8]!, jobs)).toBe(true);
      await one.submit(each);
    }
    for (const found of server.jobs.values()) found.status = "PENDING";
    for (const each of jobs.slice(0, 8)) await one.status(each);
    expect(one.hasRoom(jobs[8]!, jobs)).toBe(false);
    server.jobs.get(ids()[3]!)!.status = "RUNNING";
    for (const each of jobs.slice(0, 8)) await one.status(each);
    expect(one.hasRoom(jobs[8]!, jobs)).toBe(true);
  });

  test.each<Fault>(["drop", "500", "503"])(
    "waits while the cluster answers with %s, and the refusal of another may pass",
    async (fault) => {
      const one = launcher();
      await one.submit(job);
      server.faults = Array<Fault>(4).fill(fault);
      expect(await one.status(job)).toEqual({
        state: "waiting",
        detail: "the cluster does not answer",
      });
      server.faults = Array<Fault>(4).fill(fault);
      const [other] = jobsOf(fs, "seeds: [8]") as [Job];
      const refusal: unknown = await one.submit(other).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(RunError);
      expect(one.mayPass(refusal)).toBe(true);
    },
  );

  test("whose submission a gateway refuses may be submitted later; the cluster's own refusal stays", async () => {
    const one = launcher();
    const refusedBy = async (fault: Fault): Promise<unknown> => {
      server.faults = [undefined, undefined, fault] as Fault[];
      return one.submit(job).catch((error: unknown) => error);
    };
    await one.submit(job);
    server.jobs.clear();
    expect(one.mayPass(await refusedBy("503"))).toBe(true);
    expect(one.mayPass(await refusedBy("500"))).toBe(false);
    expect(ids()).toHaveLength(0);
  });

  test("is stopped, and one that is over is left alone", async () => {
    const one = launcher();
    await one.submit(job);
    await launcher().stop(job);
    expect(server.jobs.get(ids()[0] ?? "")?.status).toBe("STOPPED");
    const before = server.seen.filter((request) => request.endsWith("/stop")).length;
    await launcher().stop(job);
    expect(server.seen.filter((request) => request.endsWith("/stop"))).toHaveLength(before);
  });

  test("takes over the lock that another machine left behind, and no lock of this one", async () => {
    fs.makeDirectory(job.directory);
    const lock = join(job.directory, "run.lock");
    const write = (holder: object): void => {
      const descriptor = fs.open(lock, "write");
      fs.write(descriptor, Buffer.from(`${JSON.stringify(holder)}\n`));
      fs.close(descriptor);
    };
    write({ pid: 1, host: "some-other-machine" });
    await launcher().submit(job);
    expect(fs.status(lock)).toBeUndefined();
    const { hostname } = await import("node:os");
    write({ pid: process.pid, host: hostname() });
    server.jobs.clear();
    await launcher().submit(job);
    expect(fs.status(lock)).toBeDefined();
  });

  test("is followed: what it says is given as it comes, and kept", async () => {
    const one = launcher();
    await one.submit(job);
    const [id = ""] = ids();
    server.set(id, { logs: "step 1\n" });
    const said: string[] = [];
    for await (const text of one.logs(job, new AbortController().signal)) {
      said.push(text);
      if (said.length === 1) server.set(id, { logs: "step 1\nstep 2\n", status: "SUCCEEDED" });
    }
    expect(said).toEqual(["step 1\n", "step 2\n"]);
    await one.collect(job);
    expect(fs.readFile(job.logFile).toString()).toBe("step 1\nstep 2\n");
  });
});

describe("what a job says", () => {
  const MOST_BYTES = 4096;
  const longLog = "x".repeat(MOST_BYTES + 1);
  const careful = (results: RayUse["results"]) => {
    const client = new RayClient({ url, token: undefined }, RETRIES_MS, MOST_BYTES);
    const use = { name: "test", out: "/sweep", node: "node", modules: "/m", results };
    return rayLauncher(fs, client, use);
  };
  const log = (): string => fs.readFile(job.logFile).toString();

  test("is not kept where it is too much, which is said once and is no fault of the job", async () => {
    const one = careful("shared");
    await one.submit(job);
    server.set(ids()[0] ?? "", { logs: longLog });
    expect(await one.status(job)).toEqual({ state: "running" });
    server.set(ids()[0] ?? "", { status: "SUCCEEDED" });
    await one.collect(job);
    expect(log()).toMatch(/^entlaw: .+ has said too much, .+\n$/);
    expect(server.seen.filter((request) => request.endsWith("/logs"))).toHaveLength(1);
  });

  test("cannot bring a run back where it is too much, and trying again would not help", async () => {
    const one = careful("log");
    await one.submit(job);
    server.set(ids()[0] ?? "", { logs: longLog });
    expect(await one.status(job)).toEqual({ state: "running" });
    server.set(ids()[0] ?? "", { status: "SUCCEEDED" });
    const refusal: unknown = await one.collect(job).catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: "ray-too-large" });
    expect(one.mayPass(refusal)).toBe(false);
  });

  test("is too much of one attempt and not of the next, nor of one by the same name", async () => {
    const one = careful("log");
    await one.submit(job);
    server.set(ids()[0] ?? "", { logs: longLog, status: "FAILED" });
    await one.submit(job);
    server.set(ids()[1] ?? "", { logs: "well\n" });
    await one.status(job);
    expect(log()).toBe("well\n");
    server.jobs.clear(); // a head that starts anew
    await one.submit(job);
    server.set(ids()[0] ?? "", { logs: "well again\n", status: "SUCCEEDED" });
    await one.collect(job);
    expect(log()).toBe("well again\n");
  });

  test("may be not there for the moment: the job runs on", async () => {
    const one = launcher();
    await one.submit(job);
    server.faults = [undefined, ...Array<Fault>(4).fill("drop")] as Fault[];
    expect(await one.status(job)).toEqual({ state: "running" });
  });

  test("is asked for less often the longer it is: never more than 128 kB a second of one job", () => {
    for (const bytes of [0, 1, 1e4, 1e6, 1e7, 2 ** 28]) {
      const pause = logPauseMs(bytes);
      expect(pause).toBeGreaterThanOrEqual(10_000);
      expect(bytes / pause).toBeLessThanOrEqual(128);
    }
  });
});

describe("a place that must answer", () => {
  test("is asked once, so that a wrong address is told at once", async () => {
    await expect(launcher().mustAnswer?.()).resolves.toBeUndefined();
    server.faults = ["drop"];
    await expect(launcher().mustAnswer?.()).rejects.toMatchObject({ code: "ray-silent" });
    expect(server.seen).toEqual(["GET /api/version", "GET /api/version"]);
  });

  test("has answered before a status is told or a run is asked to end, unless neither needs it", async () => {
    const sweep = sweepOf(fs, "seeds: 1");
    await server.close();
    await expect(withJobs(sweepStatus(fs, sweep), launcher())).rejects.toThrow(RunError);
    await expect(stopSweep(fs, sweep, launcher())).rejects.toThrow(RunError);
    writeRun(fs, sweep.jobs[0]!, "finished");
    const [status] = await withJobs(sweepStatus(fs, sweep), launcher());
    expect(status?.state).toBe("finished");
  });
});

describe("an address with a path", () => {
  test.each(["/ray", "/ray/", "//other/ray"])("is that of all calls: %s", async (path) => {
    const client = new RayClient({ url: new URL(`${url.origin}${path}`), token: undefined }, []);
    await client.version().catch(() => {});
    expect(server.seen).toEqual([`GET ${path.replace(/\/$/, "")}/api/version`]);
  });
});

describe("a token", () => {
  test("is sent, and its refusal says what to do without showing it", async () => {
    server.token = "s3cret";
    await launcher("shared", "s3cret").submit(job);
    expect(ids()).toHaveLength(1);
    const refused: unknown = await launcher("shared", "wr0ng")
      .submit(job)
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "ray-token" });
    expect(String(refused)).not.toContain("wr0ng");
  });
});
