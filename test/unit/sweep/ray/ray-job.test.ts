/** The line that a cluster's shell runs, run here by a shell; and runs that come back in a job's output. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { DataError } from "../../../../src/base/errors.ts";
import type { Job } from "../../../../src/sweep/launcher.ts";
import { entrypoint, type RayUse, statusOfRay } from "../../../../src/sweep/ray/ray-job.ts";
import {
  keepPrintedRun,
  printRunCommand,
  withoutRun,
} from "../../../../src/sweep/ray/run-in-log.ts";
import { packageFiles } from "../../../../src/sweep/ray/package-files.ts";
import { zip } from "../../../../src/sweep/ray/zip.ts";
import { disk } from "../../../../src/base/file-system.ts";
import { memoryDisk } from "../../../support/memory-disk.ts";
import { jobsOf } from "../../../support/sweep-jobs.ts";

const newFolder = (): string => mkdtempSync(join(tmpdir(), "entlaw-ray-job-"));
const sh = (line: string, cwd: string, env: Record<string, string> = {}) =>
  spawnSync("sh", ["-c", line], { cwd, encoding: "utf8", env: { ...process.env, ...env } });

/** A folder with the package in it, as a cluster unpacks it. */
function newPackage(): string {
  const folder = newFolder();
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin", "entlaw.js"), "");
  return folder;
}

const HOSTILE = "a b'; touch owned; echo $(touch owned) `touch owned` \"";

const use = (more: Partial<RayUse> = {}): RayUse => ({
  name: "test",
  out: "/sweep",
  node: "echo",
  modules: "/no such modules",
  results: "shared",
  ...more,
});

const aJob = (directory = "/sweep/runs/x"): Job => {
  const [job] = jobsOf(memoryDisk(), "seeds: 1") as [Job];
  return { ...job, directory };
};

describe("the line for the shell", () => {
  test("gives the program its arguments and its configuration, whatever is in them", () => {
    const folder = newPackage();
    const job = aJob(`/sweep/${HOSTILE}`);
    const line = entrypoint(use({ modules: HOSTILE }), job);
    const { status, stdout } = sh(line, folder, { ENTLAW_CONFIG: HOSTILE });
    expect(status).toBe(0);
    expect(stdout).toContain(`--out /sweep/${HOSTILE}`);
    expect(readFileSync(join(folder, "configs", `${job.run.id}.json`), "utf8")).toBe(HOSTILE);
    expect(existsSync(join(folder, "owned"))).toBe(false);
  });

  test("ends as the program does, in both ways of bringing results back", () => {
    for (const results of ["shared", "log"] as const) {
      const { status } = sh(entrypoint(use({ node: "false", results }), aJob()), newPackage());
      expect(status).toBe(1);
    }
  });

  describe("that brings a run back in its output", () => {
    const job = aJob();
    const run = `runs/${basename(job.directory)}`;

    /** Starts a program of a shell's line; `at` is called when it says that it is ready. */
    async function start(program: string, at: (shell: number) => void) {
      const folder = newPackage();
      const node = join(folder, "node");
      writeFileSync(node, `#!/bin/sh\n${program}\n`, { mode: 0o755 });
      const line = entrypoint(use({ node, results: "log" }), job);
      // Of a group of its own, so that all of it can be asked to end, as Ray asks the shell and what it finds below.
      const shell = spawn("sh", ["-c", line], { cwd: folder, detached: true });
      let said = "";
      shell.stdout.on("data", (text: Buffer) => {
        said += text.toString();
        if (said === "ready\n") at(shell.pid ?? 0);
      });
      const end = await new Promise((resolve) =>
        shell.on("close", (code, signal) => resolve(code ?? signal)),
      );
      return { end, said };
    }

    test("prints it also when both were asked to end", async () => {
      const atEnd = `trap 'sleep 0.2; echo "{}" > ${run}/run.json; exit 4' TERM`;
      const program = `${atEnd}; mkdir -p ${run}; sleep 1.5; echo ready; while :; do sleep 0.01; done`;
      const { end, said } = await start(program, (shell) => process.kill(-shell, "SIGTERM"));
      expect(end).toBe(4);
      expect(keepPrintedRun(memoryDisk(), "/run", said)).toBe(true);
    });

    test("ends where it was asked alone, since its program was too young to be seen", async () => {
      const { end, said } = await start("echo ready; sleep 2; echo over", (shell) =>
        process.kill(shell, "SIGTERM"),
      );
      expect(end).toBe("SIGTERM");
      expect(said).not.toContain("entlaw-file");
    });
  });

  test("starts no program after it was asked to end", () => {
    for (const results of ["shared", "log"] as const) {
      const folder = newPackage();
      // The shell is asked while it makes the folder ready.
      const mkdir = `#!/bin/sh\nkill -TERM $PPID\nPATH='${process.env["PATH"]}' mkdir "$@"\n`;
      writeFileSync(join(folder, "mkdir"), mkdir, { mode: 0o755 });
      const path = { PATH: `${folder}:${process.env["PATH"]}` };
      const { stdout } = sh(entrypoint(use({ node: "echo", results }), aJob()), folder, path);
      expect(stdout).toBe("");
    }
  });

  test("tells by its exit code that its folder was taken away, which is no fault of the run", () => {
    const { status } = sh(entrypoint(use(), aJob()), newFolder());
    const failed = { status: "FAILED", error_type: "JOB_ENTRYPOINT_COMMAND_ERROR" } as const;
    expect(statusOfRay({ ...failed, driver_exit_code: status ?? 0 }).state).toBe("lost");
  });

  test("that nothing was free for in Ray's time was not tried", () => {
    const waited = { status: "FAILED", error_type: "JOB_SUPERVISOR_ACTOR_START_TIMEOUT" } as const;
    expect(statusOfRay(waited)).toMatchObject({ state: "lost", neverStarted: true });
    const died = { status: "FAILED", error_type: "JOB_SUPERVISOR_ACTOR_DIED" } as const;
    expect(statusOfRay(died)).not.toHaveProperty("neverStarted");
  });
});

const steps = (count: number): string =>
  Array.from({ length: count }, (_, k) => `{"step": ${k + 1}, "reward": 0.5}\n`).join("");

/** What a shell prints of a run of so many steps. */
function printed(count: number): string {
  const folder = newFolder();
  const run = join(folder, "a run");
  mkdirSync(run);
  writeFileSync(join(run, "run.json"), `{"steps": ${count}}`);
  writeFileSync(join(run, "steps.jsonl"), steps(count));
  return `before\n${sh(printRunCommand("'a run'"), folder).stdout}after\n`;
}

describe("a run in the output of its job", () => {
  test("comes back byte for byte, and leaves the rest of the output", () => {
    const fs = memoryDisk();
    const output = printed(50);
    expect(keepPrintedRun(fs, "/run", output)).toBe(true);
    expect(fs.readFile("/run/steps.jsonl").toString()).toBe(steps(50));
    expect(fs.readFile("/run/run.json").toString()).toBe('{"steps": 50}');
    expect(withoutRun(output)).not.toContain("entlaw-file");
    expect(withoutRun(output)).toContain("before");
  });

  test("is not taken for one where there is none", () => {
    const fs = memoryDisk();
    expect(keepPrintedRun(fs, "/run", "no run here\n")).toBe(false);
    expect(fs.status("/run")).toBeUndefined();
  });

  test("never replaces a longer one", () => {
    const fs = memoryDisk();
    keepPrintedRun(fs, "/run", printed(50));
    keepPrintedRun(fs, "/run", printed(20));
    expect(fs.readFile("/run/steps.jsonl").toString()).toBe(steps(50));
    keepPrintedRun(fs, "/run", printed(60));
    expect(fs.readFile("/run/steps.jsonl").toString()).toBe(steps(60));
  });

  test("is refused if it is not what was printed", () => {
    const output = printed(5);
    const other = output.replace(/(entlaw-file steps\.jsonl )[0-9a-f]{4}/, "$10000");
    expect(() => keepPrintedRun(memoryDisk(), "/run", other)).toThrow(DataError);
    const cut = output.replace(/(entlaw-file steps\.jsonl \S+ \S{20})\S+/, "$1");
    expect(() => keepPrintedRun(memoryDisk(), "/run", cut)).toThrow(DataError);
  });
});

const python = spawnSync("python3", ["--version"]).status === 0;

describe("the package", () => {
  test("holds what the command needs, and no tests", () => {
    const names = [...packageFiles(disk).keys()];
    expect(names).toContain("package.json");
    expect(names).toContain("bin/entlaw.js");
    expect(names.some((name) => name.startsWith("data/warm-start/"))).toBe(true);
    expect(names.some((name) => /^(test|node_modules)\//.test(name))).toBe(false);
  });

  test("is the same bytes for the same files, in whatever order", () => {
    const files = new Map([
      ["b", Buffer.from("2")],
      ["a/ä", Buffer.from("1")],
    ]);
    expect(zip(files)).toEqual(zip(new Map([...files].toReversed())));
    expect(zip(files)).not.toEqual(zip(new Map([["b", Buffer.from("3")]])));
  });

  test.runIf(python)("is a ZIP archive to Python's zipfile, byte for byte", () => {
    const folder = newFolder();
    const files = new Map<string, Uint8Array>([
      ["empty", Buffer.alloc(0)],
      ["deep/er/größe.txt", Buffer.from("text ".repeat(1000))],
      ["bytes", Uint8Array.from({ length: 1000 }, (_, k) => (k * 7919) % 256)],
    ]);
    writeFileSync(join(folder, "x.zip"), zip(files));
    const program =
      "import zipfile, sys; z = zipfile.ZipFile('x.zip'); assert z.testzip() is None; z.extractall('out')";
    execFileSync("python3", ["-c", program], { cwd: folder });
    for (const [name, bytes] of files) {
      expect(readFileSync(join(folder, "out", name)).equals(bytes), name).toBe(true);
    }
  });
});
