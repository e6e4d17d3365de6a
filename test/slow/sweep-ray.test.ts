/** `entlaw sweep run --on ray` on a real cluster of two workers: the runs are the local ones, whatever goes away meanwhile. */
import { type ChildProcess, spawn } from "node:child_process";
import {
  existsSync,
  globSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { entlaw, entlawJson } from "../support/command-line.ts";
import { RayCluster } from "../support/ray-cluster.ts";

const PYTHON = process.env["ENTLAW_RAY_PYTHON"];
const WORKERS = 2;
const STEPS = 60;
const WITHIN_MS = 120_000;

if (PYTHON === undefined) {
  process.stderr.write(
    "The tests on Ray are skipped: ENTLAW_RAY_PYTHON must name a Python that has Ray (pip install 'ray[default]').\n",
  );
}

const root = mkdtempSync(join(tmpdir(), "entlaw-ray-"));
const at = (name: string): string => join(root, name);

const SWEEP = `
base:
  preset: bandit
  rollout: { prompts: 16, samples: 4 }
  checkpoint: { every: 5 }
  log: { rollouts: 0 }
arms: { grpo: {}, fast: { optimizer.learningRate: 1e-3 } }
seeds: 2
steps: ${STEPS}
threads: 1
ray: { node: ${process.execPath}, results: RESULTS }
`;

const timeless = (path: string): string =>
  readFileSync(path, "utf8").replaceAll(/, "seconds_\w+": [^,}]+/g, "");

/** Steps of each run, times aside, by the name of the run. */
const runsIn = (out: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(join(out, "runs")).map((id) => [
      id,
      timeless(join(out, "runs", id, "steps.jsonl")),
    ]),
  );

const logsIn = (out: string): string[] =>
  existsSync(join(out, "runs"))
    ? readdirSync(join(out, "runs"))
        .map((id) => join(out, "runs", id, "steps.jsonl"))
        .filter((path) => existsSync(path))
    : [];

const stepsIn = (out: string): number =>
  logsIn(out).reduce((sum, path) => sum + readFileSync(path, "utf8").split("\n").length - 1, 0);

/** Processes of this machine that write below the folder of these tests. */
const runsGoingOn = (): number =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        return line.includes(root) && line.includes("bin/entlaw.js");
      } catch {
        return false; // it has just ended
      }
    }).length;

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; !(await holds()); waited += 50) {
    if (waited > WITHIN_MS) throw new Error(`not within ${WITHIN_MS} ms: ${what}`);
    await wait(50);
  }
}

interface JobDetails {
  readonly submission_id: string | null;
  readonly status: string;
  readonly error_type?: string | null;
}

describe.skipIf(PYTHON === undefined)("a sweep on Ray", () => {
  const cluster = new RayCluster(PYTHON ?? "", { ownFolders: true });
  const shared = at("shared.yaml");
  const inLog = at("in-log.yaml");
  const local = at("local");

  const ray = (file: string, out: string, { address } = cluster): string[] => [
    ..."sweep run --on ray --address".split(" "),
    address,
    file,
    "--out",
    out,
  ];

  const start = (out: string, { on = cluster, file = shared } = {}) => {
    const args = ["bin/entlaw.js", ...ray(file, out, on)];
    const child: ChildProcess = spawn(process.execPath, args, {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (text: Buffer) => (said += text.toString()));
    }
    const ended = new Promise<{ code: number | null; said: string }>((resolve) =>
      child.on("close", (code) => resolve({ code, said })),
    );
    return { child, ended, said: () => said };
  };

  const jobs = async ({ address } = cluster): Promise<JobDetails[]> =>
    (await (await fetch(`${address}/api/jobs/`)).json()) as JobDetails[];

  const logOf = async ({ submission_id: id }: JobDetails, { address } = cluster): Promise<string> =>
    (await fetch(`${address}/api/jobs/${id}/logs`)).text();

  beforeAll(async () => {
    writeFileSync(shared, SWEEP.replace("RESULTS", "shared"));
    writeFileSync(inLog, SWEEP.replace("RESULTS", "log"));
    const { code, stderr } = entlaw(["sweep", "run", shared, "--out", local]);
    expect(code, stderr).toBe(0);
    await cluster.start(WORKERS);
  });

  afterAll(async () => {
    await cluster.stop();
    // A run may go on for a moment after its cluster was killed.
    await until("no run goes on", () => runsGoingOn() === 0);
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  });

  test("gives the runs that a local one gives, and has nothing left to do the second time", async () => {
    const { code, stderr } = entlaw(ray(shared, at("same")));
    expect(code, stderr).toBe(0);
    expect(runsIn(at("same"))).toEqual(runsIn(local));
    const before = await jobs();
    expect(entlaw(ray(shared, at("same"))).stdout).toContain("nothing was left to do: 4 runs");
    expect(await jobs()).toHaveLength(before.length);
  });

  test("brings runs back in the output of their jobs where no disk is shared, with a token", async () => {
    const token = "0123456789abcdef0123456789abcdef";
    const other = new RayCluster(PYTHON ?? "", { ownFolders: false, token });
    const out = at("in-log");
    try {
      await other.start(1);
      const stranger = entlaw(ray(inLog, out, other));
      expect(stranger.code).toBe(4);
      expect(stranger.stderr).toContain("must accept the token");
      process.env["RAY_AUTH_TOKEN"] = token;
      const { code, stderr } = entlaw(ray(inLog, out, other));
      expect(code, stderr).toBe(0);
      expect(runsIn(out)).toEqual(runsIn(local));
      rmSync(out, { recursive: true });
      const again = entlaw(ray(inLog, out, other)); // no job is run again: the output of each is still there
      expect(again.code, again.stderr).toBe(0);
      expect(runsIn(out)).toEqual(runsIn(local));
      const written = globSync(`${out}/**/*`, { withFileTypes: true }).filter((one) =>
        one.isFile(),
      );
      const texts = written.map((one) => readFileSync(join(one.parentPath, one.name), "latin1"));
      expect(texts.some((text) => text.includes(token))).toBe(false);
    } finally {
      delete process.env["RAY_AUTH_TOKEN"];
      await other.stop();
    }
  });

  test("waits for a busy cluster longer than the cluster lets a job wait", async () => {
    const crowded = new RayCluster(PYTHON ?? "", { ownFolders: false, startSeconds: 3 });
    const out = at("crowded");
    try {
      await crowded.start(0);
      const sweep = start(out, { on: crowded });
      await until("every run was refused more often than a lost one is tried", () => {
        const lost = sweep.said().match(/^lost .*no machine was free/gm) ?? [];
        return lost.length > 4 * 4;
      });
      await crowded.addWorker();
      const { code, said } = await sweep.ended;
      expect(code, said).toBe(0);
      expect(runsIn(out)).toEqual(runsIn(local));
      const waited = (await jobs(crowded)).filter(
        ({ error_type: type }) => type === "JOB_SUPERVISOR_ACTOR_START_TIMEOUT",
      );
      expect(waited.length).toBeGreaterThan(4 * 4);
    } finally {
      await crowded.stop();
    }
  });

  test("is adopted by a second driver when the first was killed: no run is submitted twice", async () => {
    const out = at("adopted");
    const before = (await jobs()).length;
    const first = start(out);
    await until("some steps", () => stepsIn(out) > 4);
    first.child.kill("SIGKILL");
    await first.ended;
    const { code, stderr } = entlaw(ray(shared, out));
    expect(code, stderr).toBe(0);
    expect(runsIn(out)).toEqual(runsIn(local));
    expect(await jobs()).toHaveLength(before + 4);
  });

  test("loses nothing when a worker goes away in mid-run", async () => {
    const out = at("worker");
    const sweep = start(out);
    await until("some steps", () => stepsIn(out) > 8);
    await cluster.killWorker();
    await cluster.addWorker();
    const { code, said } = await sweep.ended;
    expect(code, said).toBe(0);
    expect(said).toMatch(/^lost /m);
    expect(runsIn(out)).toEqual(runsIn(local));
  });

  test("loses nothing when the head starts anew and has forgotten every job", async () => {
    const out = at("head");
    const sweep = start(out);
    await until("some steps", () => stepsIn(out) > 8);
    await cluster.stop();
    await cluster.start(WORKERS);
    const { code, said } = await sweep.ended;
    expect(code, said).toBe(0);
    expect(runsIn(out)).toEqual(runsIn(local));
  });

  test("that is stopped where no disk is shared comes back interrupted, with its steps", async () => {
    const other = new RayCluster(PYTHON ?? "", { ownFolders: false });
    const out = at("stopped-in-log");
    const file = at("long.yaml");
    // Steps of several seconds: longer than Ray waits for a job that does not ask for more.
    writeFileSync(file, readFileSync(inLog, "utf8").replace("prompts: 16,", "prompts: 16384,"));
    try {
      await other.start(1);
      const sweep = start(out, { on: other, file });
      await until("two runs have a step", async () => {
        const said = await Promise.all((await jobs(other)).map((job) => logOf(job, other)));
        return said.filter((text) => text.includes(`/${STEPS}  reward`)).length === 2;
      });
      expect(entlaw(["sweep", "stop", ...ray(file, out, other).slice(2)]).code).toBe(0);
      const { code, said } = await sweep.ended;
      expect(code, said).toBe(4);
      const { runs } = entlawJson<{
        readonly runs: ReadonlyArray<{ state: string; steps: number }>;
      }>(["sweep", "status", file, "--out", out]);
      const begun = runs.filter(({ state }) => state === "interrupted");
      expect(begun).toHaveLength(2);
      expect(Math.min(...begun.map(({ steps }) => steps))).toBeGreaterThan(0);
    } finally {
      await other.stop();
    }
  });

  test("is ended by `sweep stop`", async () => {
    const out = at("stopped");
    const sweep = start(out);
    await until("some steps", () => stepsIn(out) > 4);
    const [, , ...rest] = ray(shared, out);
    const stopped = entlawJson<{ driver: number | null }>(["sweep", "stop", ...rest]);
    expect(stopped.driver).toBe(sweep.child.pid);
    const { code, said } = await sweep.ended;
    expect(code, said).toBe(4);
    const live = (await jobs()).filter(
      ({ status }) => status === "RUNNING" || status === "PENDING",
    );
    expect(live).toEqual([]);
  });
});
