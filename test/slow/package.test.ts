/** The package as a stranger gets it: packed, installed into an empty project, used there. */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const project = mkdtempSync(join(tmpdir(), "entlaw-consumer-"));
const npm = (args: readonly string[], cwd: string): string =>
  execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const run = (args: readonly string[]) =>
  spawnSync(
    process.execPath,
    [join(project, "node_modules", "entlaw", "bin", "entlaw.js"), ...args],
    {
      cwd: project,
      encoding: "utf8",
    },
  );

describe("the packed package", () => {
  beforeAll(() => {
    const [packed] = JSON.parse(
      npm(["pack", "--json", "--pack-destination", project], process.cwd()),
    );
    writeFileSync(join(project, "package.json"), '{ "name": "consumer", "private": true }');
    // As npm 12 does by default: no install scripts, nothing from URLs or git.
    npm(
      [
        "install",
        "--ignore-scripts",
        "--allow-remote=none",
        "--allow-git=none",
        "--no-audit",
        "--no-fund",
        packed.filename,
      ],
      project,
    );
    cpSync("data/countdown-grpo/verl.jsonl", join(project, "run.jsonl"));
  });
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  test("installs without danfojs and without what danfojs would fetch", () => {
    expect(existsSync(join(project, "node_modules", "danfojs-node"))).toBe(false);
    expect(existsSync(join(project, "node_modules", "xlsx"))).toBe(false);
  });

  test("holds no tests, sources or golden files", () => {
    const installed = join(project, "node_modules", "entlaw");
    for (const name of ["src", "test", "bench", "notebooks"]) {
      expect(existsSync(join(installed, name))).toBe(false);
    }
  });

  test("its command fits a log", () => {
    const { status, stdout } = run(["fit", "run.jsonl", "--json"]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout).fits[0].status).toBe("converged");
  });

  test("its command writes a report", () => {
    const { status } = run(["report", "run.jsonl", "--out", "report.html"]);
    expect(status).toBe(0);
    expect(readFileSync(join(project, "report.html"), "utf8")).toContain("Content-Security-Policy");
  });

  test("its command writes a run directory and a picture", () => {
    expect(run(["ingest", "run.jsonl", "--out", "run"]).status).toBe(0);
    expect(existsSync(join(project, "run", "steps.parquet"))).toBe(true);
    expect(run(["chart", "law", "run", "--out", "law.png"]).status).toBe(0);
    expect(existsSync(join(project, "law.png"))).toBe(true);
  });

  test("a training run has its tables written by a thread of the package's own", () => {
    const from = (name: string): string => `./node_modules/entlaw/dist/${name}.js`;
    const code = `
      import { disk } from "${from("base/file-system")}";
      import { makeTable } from "${from("log/table")}";
      import { openTrainingRun } from "${from("log/training-run")}";
      const entropy = { kind: "exact", when: "before-update", aggregation: "token-mean", temperature: 1 };
      const description = { id: "t", config: {}, config_hash: "h", seed: 1, versions: {}, entropy };
      const run = await openTrainingRun(disk, "trained", description);
      run.writeTokens(1, makeTable([["token_id", Float64Array.of(1, 2)]]));
      run.appendStep(new Map([["step", 1], ["entropy", 1.5], ["reward", 0]]));
      await run.finish("finished");`;
    writeFileSync(join(project, "train.mjs"), code);
    const { stderr } = spawnSync(process.execPath, ["train.mjs"], {
      cwd: project,
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    const file = readFileSync(join(project, "trained", "tokens", "step-000001.parquet"));
    expect([file.subarray(0, 4), file.subarray(-4)].map(String)).toEqual(["PAR1", "PAR1"]);
    expect(run(["inspect", "trained"]).status).toBe(0);
  });

  test("its types serve a strict program that has neither danfojs nor the types of Node", () => {
    const program = `
      import { type ColumnChoice, type FitRequest, drawLog, fitEntropyLaw, fitLogs, readLog, writeChart } from "entlaw";
      const log = await readLog("run.jsonl");
      const options: ColumnChoice & FitRequest = { entropy: "actor/entropy", reward: "critic/score/mean" };
      const { fit, verdict } = fitEntropyLaw(log.table, options);
      export const ceiling: number | undefined = fit.status === "degenerate" ? undefined : fit.ceiling?.value;
      export const holds: "yes" | "weak" | "no" = verdict.holds;
      // @ts-expect-error -- a law that does not exist
      fitLogs([log], { law: "quadratic" });
      await writeChart(drawLog("law", log, { fitOn: 0.36 }), "law.svg");`;
    writeFileSync(join(project, "use.mts"), program);
    const tsc = join(process.cwd(), "node_modules", "typescript", "bin", "tsc");
    const options = ["--strict", "--noEmit", "--skipLibCheck", "--types", ""];
    const args = [tsc, ...options, "--module", "nodenext", "--target", "es2024", "use.mts"];
    const { status, stdout } = spawnSync(process.execPath, args, {
      cwd: project,
      encoding: "utf8",
    });
    expect(stdout).toBe("");
    expect(status).toBe(0);
  });

  test("its library fits a plain table and says what a data frame would need", () => {
    const code = `
      import { fitEntropyLaw, readLog, toDataFrame } from "entlaw";
      const { table } = await readLog("run.jsonl");
      const finding = fitEntropyLaw(table, { entropy: "actor/entropy", reward: "critic/score/mean" });
      console.log(finding.fit.status);
      await toDataFrame(table).catch((error) => console.log(error.code));`;
    writeFileSync(join(project, "use.mjs"), code);
    const { stdout } = spawnSync(process.execPath, ["use.mjs"], { cwd: project, encoding: "utf8" });
    expect(stdout.trim().split("\n")).toEqual(["converged", "danfojs-missing"]);
  });
});
