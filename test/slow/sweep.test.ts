/** Promises of `entlaw sweep` with real processes: whatever ends it, running it again gives the runs that nothing ended. */
import { type ChildProcess, spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { disk } from "../../src/base/file-system.ts";
import { makeRng } from "../../src/base/random.ts";
import { acquireRunLock } from "../../src/log/run-lock.ts";
import { entlaw, entlawJson } from "../support/command-line.ts";

/** Kills of the process that runs a sweep; 50 as in the promise: ENTLAW_KILLS=50. */
const KILLS = Number(process.env["ENTLAW_KILLS"] ?? 4);
/** Time that a kill and what follows it may take on a busy machine. */
const MS_A_KILL = 60_000;
const STEPS = 40;
const WITHIN_MS = 60_000;

const root = mkdtempSync(join(tmpdir(), "entlaw-sweep-"));
afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));

const SWEEP = `
base:
  preset: bandit
  rollout: { prompts: 16, samples: 4 }
  checkpoint: { every: 5 }
  log: { rollouts: 0 }
arms:
  grpo: {}
  fast: { optimizer.learningRate: 1e-3 }
seeds: 2
steps: ${STEPS}
concurrency: 2
threads: 1
`;

interface Status {
  readonly runs: ReadonlyArray<{
    readonly id: string;
    readonly state: string;
    readonly steps: number;
  }>;
}

/** A sweep file in a folder of its own. */
function newSweep(name: string, text = SWEEP): { readonly file: string; readonly out: string } {
  const folder = join(root, name);
  mkdirSync(folder);
  const file = join(folder, "sweep.yaml");
  writeFileSync(file, text);
  return { file, out: join(folder, "out") };
}

const argumentsOf = ({ file, out }: { file: string; out: string }): string[] => [
  file,
  "--out",
  out,
];

const statusOf = (sweep: ReturnType<typeof newSweep>): Status =>
  entlawJson<Status>(["sweep", "status", ...argumentsOf(sweep)]);

const BIN = resolve("bin/entlaw.js");

interface Started {
  readonly child: ChildProcess;
  /** Its exit code, null if it was killed, and what it said. */
  readonly ended: Promise<{ readonly code: number | null; readonly said: string }>;
}

function start(
  sweep: ReturnType<typeof newSweep>,
  { cwd = process.cwd(), verb = "run", more = [] as readonly string[] } = {},
): Started {
  const args = [BIN, "sweep", verb, ...argumentsOf(sweep), ...more];
  const child = spawn(process.execPath, args, {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // a process group of its own, as a terminal gives it
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (text: Buffer) => (said += text.toString()));
  }
  const ended = new Promise<Awaited<Started["ended"]>>((resolve) =>
    child.on("close", (code) => resolve({ code, said })),
  );
  return { child, ended };
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds(); waited += 50) {
    if (waited > WITHIN_MS) throw new Error(`not within ${WITHIN_MS} ms: ${what}`);
    await wait(50);
  }
}

const logsIn = (out: string): string[] =>
  existsSync(join(out, "runs"))
    ? readdirSync(join(out, "runs")).map((name) => join(out, "runs", name, "steps.jsonl"))
    : [];

/** What runs say of themselves: `running` is one that had no time to write down its end. */
const manifestsIn = (out: string): Array<{ readonly status: string }> =>
  logsIn(out).map((path) => JSON.parse(readFileSync(join(path, "..", "run.json"), "utf8")));

const stepsIn = (out: string): number =>
  logsIn(out)
    .filter((path) => existsSync(path))
    .reduce((sum, path) => sum + readFileSync(path, "utf8").split("\n").length - 1, 0);

const timeless = (path: string): string =>
  readFileSync(path, "utf8").replaceAll(/, "seconds_\w+": [^,}]+/g, "");

/** The runs of two sweeps, times aside. */
function expectSame(out: string, other: string): void {
  expect(readdirSync(join(out, "runs"))).toEqual(readdirSync(join(other, "runs")));
  for (const [k, path] of logsIn(out).entries()) {
    expect(timeless(path), path).toBe(timeless(logsIn(other)[k] ?? ""));
  }
}

describe("entlaw sweep", () => {
  const whole = newSweep("whole");
  let wholeMs = 0;

  beforeAll(() => {
    const started = performance.now();
    const { code, stderr } = entlaw(["sweep", "run", ...argumentsOf(whole)]);
    wholeMs = performance.now() - started;
    expect(code, stderr).toBe(0);
  });

  test("finishes every run, each the run that `entlaw train` gives", () => {
    const { runs } = statusOf(whole);
    expect(runs.map(({ state, steps }) => [state, steps])).toEqual(
      Array(4).fill(["finished", STEPS]),
    );
    const { id = "" } = runs.find((run) => run.id.startsWith("fast-1-")) ?? {};
    const alone = join(root, "alone");
    const settings = "--set rollout.prompts=16 --set rollout.samples=4 --set checkpoint.every=5";
    const { code, stderr } = entlaw([
      "train",
      ..."--preset bandit --seed 1 --threads 1 --no-report".split(" "),
      ...`${settings} --set log.rollouts=0 --set optimizer.learningRate=1e-3`.split(" "),
      ...`--steps ${STEPS} --out ${alone}`.split(" "),
    ]);
    expect(code, stderr).toBe(0);
    expect(timeless(join(alone, "steps.jsonl"))).toBe(
      timeless(join(whole.out, "runs", id, "steps.jsonl")),
    );
  });

  test("holds its runs against claims, from its folder and from compact logs alike", () => {
    const claims = join(root, "whole", "claims.yaml");
    const claim = `{ title: t, source: s, claim: c, shows: arms, arms: [grpo, fast], expects: [{ rises: [grpo, fast], in: reward }] }`;
    writeFileSync(claims, `${SWEEP}claims: [${claim}]\n`);
    const report = (...more: string[]) =>
      entlawJson<{ runs: { finished: number; all: number }; claims: unknown[] }>([
        ..."sweep report --out".split(" "),
        join(root, "claims.html"),
        claims,
        ...more,
      ]);
    const found = report("--from", whole.out);
    expect(found.runs).toEqual({ finished: 4, all: 4 });
    expect(found.claims).toMatchObject([
      { arms: [{ arm: "grpo", numbers: { reward: { n: 2 } } }, { arm: "fast" }] },
    ]);
    const logs = join(root, "logs");
    mkdirSync(logs);
    for (const id of readdirSync(join(whole.out, "runs"))) {
      cpSync(join(whole.out, "runs", id, "steps.jsonl"), join(logs, `${id}.jsonl`));
    }
    expect(report("--logs", `${logs}/*.jsonl`).claims).toEqual(found.claims);
    cpSync(join(logs, readdirSync(logs)[0] ?? ""), join(logs, "other-0.jsonl"));
    const refused = entlaw([..."sweep report --out x.html --logs".split(" "), `${logs}/*`, claims]);
    expect(refused.code).toBe(3);
    expect(refused.stderr).toContain("a log must be named by a run of the sweep");
    const none = entlaw(["sweep", "report", whole.file, "--out", join(root, "none.html")]);
    expect(none.code).toBe(2);
    expect(none.stderr).toContain("must have claims, got none");
  });

  test("prints what the process of a run said, whole, by the name of the run", () => {
    const [id = ""] = readdirSync(join(whole.out, "runs"));
    const said = readFileSync(join(whole.out, "logs", `${id}.log`), "utf8");
    const logs = (run: string) => ["sweep", "logs", whole.file, run, "--out", whole.out];
    expect(said).toContain(`step ${STEPS}`);
    expect(entlaw(logs(id))).toEqual({ code: 0, stdout: said, stderr: "" });
    expect(entlawJson(logs(id))).toEqual({ run: id, log: said });
    const near = entlaw(logs(id.replace(/.$/, "x")));
    expect(near.code).toBe(2);
    expect(near.stderr).toContain(`did you mean ${id}?`);
  });

  test("follows what a run says until it ends", async () => {
    const sweep = newSweep("followed", SWEEP.replace("seeds: 2", "seeds: 1"));
    const { ended } = start(sweep);
    await until("some steps", () => stepsIn(sweep.out) > 4);
    const [id = ""] = readdirSync(join(sweep.out, "runs"));
    const { code, stdout } = entlaw(["sweep", "logs", ...argumentsOf(sweep), id]);
    expect(code).toBe(0);
    expect(stdout).toBe(readFileSync(join(sweep.out, "logs", `${id}.log`), "utf8"));
    expect(await ended).toMatchObject({ code: 0 });
  });

  test("has nothing left to do the second time, and a cost for what is new", () => {
    const { code, stdout } = entlaw(["sweep", "run", ...argumentsOf(whole)]);
    expect(code).toBe(0);
    expect(stdout).toContain("nothing was left to do: 4 runs are finished");
    const more = join(root, "whole", "more.yaml");
    writeFileSync(more, SWEEP.replace("seeds: 2", "seeds: 3"));
    const plan = entlawJson<{ estimated_seconds: number; runs: Array<{ steps_left: number }> }>([
      ..."sweep run --dry-run --out".split(" "),
      whole.out,
      more,
    ]);
    expect(plan.runs.map((run) => run.steps_left)).toEqual([0, 0, STEPS, 0, 0, STEPS]);
    expect(plan.estimated_seconds).toBeGreaterThan(0);
    expect(readdirSync(join(whole.out, "runs"))).toHaveLength(4);
  });

  test("goes on after a run that fails, ends with 4 and names it", () => {
    const failing = SWEEP.replace("  fast:", "  lost: { warmStart.from: no-such-file }\n  fast:");
    const sweep = newSweep("failing", failing.replace("seeds: 2", "seeds: 1"));
    const { code, stdout } = entlaw(["sweep", "run", ...argumentsOf(sweep)]);
    expect(code).toBe(4);
    expect(stdout).toMatch(/2 runs finished now, 0 before, 1 not/);
    expect(stdout).toMatch(/failed lost-0-[0-9a-f]{8} .*no-such-file/);
  });

  test.each(["SIGINT", "SIGTERM"] as const)(
    "ends gracefully by %s, and goes on later",
    async (signal) => {
      const sweep = newSweep(signal);
      const { child, ended } = start(sweep);
      await until("some steps", () => stepsIn(sweep.out) > 4);
      // Ctrl-C reaches the whole group, `kill` one process.
      if (signal === "SIGINT") process.kill(-(child.pid ?? Number.NaN), signal);
      else child.kill(signal);
      expect(await ended).toMatchObject({ code: 4 });
      expect(manifestsIn(sweep.out).filter(({ status }) => status === "running")).toEqual([]);
      const { runs } = statusOf(sweep);
      expect(runs.filter(({ state }) => state === "interrupted").length).toBeGreaterThan(0);
      expect(runs.filter(({ state }) => state === "running")).toEqual([]);
      expect(entlaw(["sweep", "run", ...argumentsOf(sweep)]).code).toBe(0);
      expectSame(sweep.out, whole.out);
    },
  );

  test("is ended from outside by `sweep stop`, and has one driver at a time", async () => {
    const sweep = newSweep("stop");
    const { child, ended } = start(sweep);
    await until("some steps", () => stepsIn(sweep.out) > 4);
    const second = entlaw(["sweep", "run", ...argumentsOf(sweep)]);
    expect(second.code).toBe(2);
    expect(second.stderr).toContain("one process alone may run a sweep");
    const stopped = entlawJson<{ driver: number | null }>(["sweep", "stop", ...argumentsOf(sweep)]);
    expect(stopped.driver).toBe(child.pid);
    expect(await ended).toMatchObject({ code: 4 });
    expect(entlaw(["sweep", "stop", ...argumentsOf(sweep)]).stdout).toContain("nothing of");
  });

  test("is another one in another folder, also where its file and paths are the same", async () => {
    const [here, there] = [newSweep("here"), newSweep("there")];
    const relative = { file: "sweep.yaml", out: "out" };
    const first = start(relative, { cwd: dirname(here.file) });
    await until("some steps", () => stepsIn(here.out) > 4);
    const second = await start(relative, { cwd: dirname(there.file) }).ended;
    expect(second.code, second.said).toBe(0);
    expect(await first.ended).toMatchObject({ code: 0 });
    for (const { out } of [here, there]) expectSame(out, whole.out);
  });

  test("is watched for as long as its driver is there, also between two runs", async () => {
    const sweep = newSweep("watched");
    mkdirSync(sweep.out);
    const lock = acquireRunLock(disk, sweep.out);
    const { child, ended } = start(sweep, { verb: "status", more: ["--watch"] });
    let tables = 0;
    child.stdout?.on(
      "data",
      (text: Buffer) => (tables += text.toString().split(" runs, ").length - 1),
    );
    await until("a second table", () => tables > 1);
    lock.release();
    expect(await ended).toMatchObject({ code: 0 });
  });

  test("whose driver was killed leaves runs that `sweep stop` ends one by one", async () => {
    const sweep = newSweep("orphans");
    const { child, ended } = start(sweep);
    await until("some steps", () => stepsIn(sweep.out) > 4);
    child.kill("SIGKILL");
    await ended;
    const stopped = entlawJson<{ driver: number | null; runs: string[] }>([
      ..."sweep stop".split(" "),
      ...argumentsOf(sweep),
    ]);
    expect(stopped.driver).toBeNull();
    expect(stopped.runs.length).toBeGreaterThan(0);
    await until("all have ended", () =>
      statusOf(sweep).runs.every((run) => run.state !== "running"),
    );
  });

  test(
    `is the same after ${KILLS} kills of its driver, each cell and each step once`,
    async () => {
      const rng = makeRng(Number(process.env["ENTLAW_KILL_SEED"] ?? 1), "sweep kills");
      let kills = 0;
      for (let round = 1; kills < KILLS; round += 1) {
        const sweep = newSweep(`killed-${round}`);
        for (let code: number | null = null; code === null;) {
          const { child, ended } = start(sweep);
          if (kills < KILLS) {
            await Promise.race([ended, wait(rng.uniform() * wholeMs)]);
            child.kill("SIGKILL");
          }
          const outcome = await ended;
          code = outcome.code;
          if (code === null) kills += 1;
          else expect(code, outcome.said).toBe(0);
        }
        expectSame(sweep.out, whole.out);
      }
    },
    KILLS * MS_A_KILL,
  );
});
