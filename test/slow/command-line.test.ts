/** The promises of the command line: streams, exit codes, JSON shapes, and that bad input writes nothing. */
import { spawnSync } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { entlaw, entlawJson } from "../support/command-line.ts";

const SAMPLE = "data/countdown-grpo/verl.jsonl";
const ANNOUNCE_MODULES = new URL("../support/announce-modules.ts", import.meta.url).href;
const GOLDEN = "test/golden/logs";

const folder = mkdtempSync(join(tmpdir(), "entlaw-cli-"));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

interface FitJson {
  readonly log: string;
  readonly law: string;
  readonly method: string;
  readonly n: number;
  readonly status: string;
  readonly parameters: Record<string, { value: number; se: number; ci95: [number, number] }>;
  readonly ceiling: { value: number; se: number; ci95: [number, number] } | null;
  readonly verdict: { holds: string; reasons: string[] } | null;
  readonly warnings: string[];
  readonly [key: string]: unknown;
}

describe("entlaw fit", () => {
  test("prints the contract's fields and nothing else on stdout", () => {
    const { fits } = entlawJson<{ fits: FitJson[] }>(["fit", SAMPLE]);
    expect(fits).toHaveLength(1);
    const [fit] = fits;
    expect(fit).toMatchObject({
      log: SAMPLE,
      law: "entropy",
      method: "iv",
      n: 300,
      status: "converged",
    });
    for (const key of ["r2", "rmse", "aic", "aicc", "bic", "durbin_watson"]) {
      expect(fit?.[key]).toEqual(expect.any(Number));
    }
    expect(["yes", "weak", "no"]).toContain(fit?.verdict?.holds);
    expect(fit?.verdict?.reasons.length).toBeGreaterThan(0);
    expect(fit?.ceiling?.value).toBeCloseTo(
      (fit?.parameters["b"]?.value ?? 0) - (fit?.parameters["a"]?.value ?? 0),
      12,
    );
  });

  test("repeats window, smoothing and columns in what it prints", () => {
    const { fits } = entlawJson<{ fits: FitJson[] }>([
      "fit",
      SAMPLE,
      "--smooth",
      "11",
      "--window",
      "20:250",
    ]);
    expect(fits[0]).toMatchObject({
      method: "ols",
      n: 221,
      options: {
        entropy: "actor/entropy",
        reward: "critic/score/mean",
        smooth: 11,
        window: [20, 250],
      },
    });
  });

  test("fits all laws on all logs, one element a log and law", () => {
    const { fits } = entlawJson<{ fits: FitJson[] }>([
      "fit",
      SAMPLE,
      `${GOLDEN}/golden/run.csv`,
      "--law",
      "all",
    ]);
    expect(fits.map(({ law }) => law).toSorted()).toEqual(
      ["constant", "entropy", "linear", "power", "sigmoid"].flatMap((law) => [law, law]),
    );
  });

  test("a known change in mid-run bars yes", () => {
    const { stdout } = entlaw(["fit", SAMPLE, "--intervention-at", "100"]);
    expect(stdout).not.toContain("law holds: YES");
  });

  test("--fail-on turns a verdict into exit code 4, and only that verdict or a worse one", () => {
    const [fit] = entlawJson<{ fits: FitJson[] }>(["fit", SAMPLE]).fits;
    expect(fit?.verdict?.holds).toBe("weak");
    expect(entlaw(["fit", SAMPLE, "--fail-on", "weak"]).code).toBe(4);
    expect(entlaw(["fit", SAMPLE, "--fail-on", "no"]).code).toBe(0);
  });
});

describe("entlaw predict", () => {
  test("prints the error beside that of the baseline", () => {
    const { predictions } = entlawJson<{ predictions: Array<Record<string, unknown>> }>([
      "predict",
      SAMPLE,
      "--fit-on",
      "0.36",
    ]);
    expect(predictions[0]).toMatchObject({
      log: SAMPLE,
      fitted: 108,
      predicted: 192,
      rmse: expect.any(Number),
      baseline_rmse: expect.any(Number),
      final_error: expect.any(Number),
      beats_baseline: expect.any(Boolean),
      ceiling: {
        value: expect.any(Number),
        se: expect.any(Number),
        ci95: [expect.any(Number), expect.any(Number)],
      },
    });
  });

  test.each(["0", "1.5", "-3", "x"])("refuses --fit-on %s with exit code 2", (fitOn) => {
    const { code, stderr } = entlaw(["predict", SAMPLE, "--fit-on", fitOn]);
    expect(code).toBe(2);
    expect(stderr).toContain("--fit-on must be");
  });
});

describe("entlaw inspect and ingest", () => {
  test("inspect says which columns were chosen and what the entropy is", () => {
    const { logs } = entlawJson<{ logs: Array<Record<string, unknown>> }>(["inspect", SAMPLE]);
    expect(logs[0]).toMatchObject({
      log: SAMPLE,
      format: "verl-jsonl",
      steps: 300,
      first_step: 0,
      last_step: 299,
      entropy: { column: "actor/entropy", definition: { kind: "exact", when: "before-update" } },
      reward: { column: "critic/score/mean" },
      validation: ["val-core/countdown/reward/mean@1"],
      warnings: [],
    });
  });

  test("a run directory that ingest wrote fits like the log it came from, and is never overwritten", () => {
    const out = at("ingested");
    expect(entlaw(["ingest", `${GOLDEN}/golden/verl-console.log`, "--out", out]).code).toBe(0);
    expect(readdirSync(out).toSorted()).toEqual(["run.json", "steps.jsonl", "steps.parquet"]);
    const [ours] = entlawJson<{ fits: FitJson[] }>(["fit", out]).fits;
    const [theirs] = entlawJson<{ fits: FitJson[] }>(["fit", SAMPLE]).fits;
    expect(ours?.parameters).toEqual(theirs?.parameters);
    const before = readFileSync(join(out, "run.json"));
    expect(entlaw(["ingest", SAMPLE, "--out", out]).code).toBe(2);
    expect(readFileSync(join(out, "run.json"))).toEqual(before);
  });
});

test("ingest tells on stderr what was doubtful, and keeps it in the manifest", () => {
  writeFileSync(
    at("epochs.csv"),
    "epoch,entropy,reward\n0.25,0.5,0.1\n0.5,0.4,0.2\n0.75,0.3,0.3\n",
  );
  const out = at("epochs");
  const { code, stderr, stdout } = entlaw(["ingest", at("epochs.csv"), "--out", out, "--json"]);
  expect(code).toBe(0);
  expect(stderr).toMatch(/^warning: .*epochs\.csv: .*source\/step/);
  const { warnings } = JSON.parse(stdout).runs[0];
  expect(warnings).toHaveLength(1);
  expect(JSON.parse(readFileSync(join(out, "run.json"), "utf8")).source.warnings).toEqual(warnings);
});

describe("entlaw chart and report", () => {
  test.each([
    "law.svg",
    "steps.png",
    "window.html",
    "comparison.vl.json",
    "residuals.svg",
    "prediction.svg",
  ])("writes %s", (name) => {
    const out = at(name);
    expect(entlaw(["chart", name.split(".")[0] ?? "", SAMPLE, "--out", out]).code).toBe(0);
    expect(readFileSync(out).length).toBeGreaterThan(1000);
  });

  test("refuses a form it cannot write, before it reads anything", () => {
    const { code, stderr } = entlaw(["chart", "law", "no-such.log", "--out", at("law.pdf")]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/\.svg.*\.png.*\.html.*\.vl\.json/);
  });

  test("prints the fit and writes the same report twice, byte for byte", () => {
    const [one, two] = [at("one.html"), at("two.html")];
    const first = entlaw(["report", SAMPLE, "--out", one]);
    expect(first.code).toBe(0);
    expect(first.stdout).toContain("law holds:");
    copyFileSync(one, two);
    entlaw(["report", SAMPLE, "--out", one]);
    expect(readFileSync(one)).toEqual(readFileSync(two));
  });
});

describe("bad input", () => {
  const sample = readFileSync(SAMPLE);
  const bad: ReadonlyArray<readonly [string, Buffer | undefined]> = [
    ["empty.log", Buffer.alloc(0)],
    ["binary.log", Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) % 256))],
    ["cut.jsonl.gz", gzipSync(sample).subarray(0, 900)],
    ["one-step.jsonl", sample.subarray(0, sample.indexOf("\n") + 1)],
    ["no-reward.csv", Buffer.from("step,entropy,loss\n0,0.5,1\n1,0.4,2\n2,0.3,3\n")],
    ["header-only.csv", Buffer.from("step,entropy,reward\n")],
    ["no-such-file.log", undefined],
    ["folder-without-logs", undefined],
  ];
  beforeAll(() => {
    for (const [name, bytes] of bad) if (bytes !== undefined) writeFileSync(at(name), bytes);
    mkdirSync(at("folder-without-logs"));
    writeFileSync(join(at("folder-without-logs"), "notes.txt"), "nothing to see");
  });

  test.each(bad.map(([name]) => name))(
    "%s ends with exit code 3, says what to do and writes nothing",
    (name) => {
      const fits = [
        ["fit", at(name)],
        ["report", at(name), "--out", at("bad.html")],
        ["chart", "law", at(name), "--out", at("bad.svg")],
      ];
      // A log without reward or with one step is no good for a law, and a log all the same.
      const isLog = name === "one-step.jsonl" || name === "no-reward.csv";
      for (const args of isLog ? fits : [...fits, ["ingest", at(name), "--out", at("bad-run")]]) {
        const { code, stdout, stderr } = entlaw(args);
        expect({ args, code, stderr }).toMatchObject({ code: 3 });
        expect(stdout).toBe("");
        expect(stderr).toMatch(/^error: .+\n {2}fix: .+\n$/);
      }
      expect(existsSync(at("bad.html"))).toBe(false);
      expect(existsSync(at("bad.svg"))).toBe(false);
      expect(existsSync(at("bad-run"))).toBe(false);
      expect(readdirSync(folder).filter((entry) => entry.startsWith("."))).toEqual([]);
    },
  );

  test("a wrong column name is answered with the closest one", () => {
    const { code, stderr } = entlaw(["fit", SAMPLE, "--entropy", "actor/entrpy"]);
    expect(code).toBe(3);
    expect(stderr).toContain("actor/entropy");
  });

  test("with --json the failure is one JSON document on stdout, and still readable on stderr", () => {
    const { code, stdout, stderr } = entlaw(["fit", at("empty.log"), "--json"]);
    expect(code).toBe(3);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: expect.any(String),
      message: expect.any(String),
      fix: expect.any(String),
    });
    expect(stderr).toMatch(/^error: .+\n {2}fix: .+\n$/);
  });

  test.each([
    [["--json"]],
    [["nope", "--json"]],
    [["fit", "--json"]],
    [["fit", SAMPLE, "--nope", "--json"]],
    [["fit", SAMPLE, "--law", "nope", "--json"]],
    [["report", SAMPLE, "--out", "no-folder/report.html", "--json"]],
  ] as const)("entlaw %j is one JSON document too", (args) => {
    expect(JSON.parse(entlaw(args).stdout)).toEqual({
      error: expect.objectContaining({ code: expect.any(String), message: expect.any(String) }),
    });
  });

  test("behind -- even --json is the name of a log", () => {
    const { code, stdout } = entlaw(["fit", "--", "--json"]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  });
});

describe("output", () => {
  test.each([
    ["report", "a.html"],
    ["chart", "a.svg"],
  ] as const)("entlaw %s never overwrites the log it reads", (command, name) => {
    copyFileSync(SAMPLE, at(name));
    const kind = command === "chart" ? ["law"] : [];
    const { code, stderr } = entlaw([command, ...kind, at(name), "--out", at(name)]);
    expect(code).toBe(2);
    expect(stderr).toContain("--out must not be one of the logs");
    expect(readFileSync(at(name))).toEqual(readFileSync(SAMPLE));
  });

  test("a report goes to an HTML file only, so that a log is not overwritten by a slip", () => {
    copyFileSync(SAMPLE, at("other.jsonl"));
    expect(entlaw(["report", SAMPLE, "--out", at("other.jsonl")]).code).toBe(2);
    expect(readFileSync(at("other.jsonl"))).toEqual(readFileSync(SAMPLE));
  });

  test.skipIf(!existsSync("/dev/full"))(
    "a full disk behind stdout is a failed run, not a crash (where there is /dev/full)",
    () => {
      const full = openSync("/dev/full", "w");
      try {
        const { status, stderr } = spawnSync(process.execPath, ["bin/entlaw.js", "fit", SAMPLE], {
          stdio: ["ignore", full, "pipe"],
          encoding: "utf8",
        });
        expect({ status, stderr }).toEqual({
          status: 4,
          stderr: expect.stringMatching(/^error: "stdout" must be writable, .+\n {2}fix: .+\n$/),
        });
      } finally {
        closeSync(full);
      }
    },
  );
});

describe("usage", () => {
  test.each([
    [["fit"], 2],
    [["fit", SAMPLE, "--law", "nope"], 2],
    [["fit", SAMPLE, "--window", "9:3"], 2],
    [["fit", SAMPLE, "--method", "iv", "--smooth", "11"], 2],
    [["fti", SAMPLE], 2],
    [["fit", SAMPLE, "--format", "verl"], 2],
    [["fit", "--law", "sigmoid", "--fix", "R0=0.17", SAMPLE], 0],
    [["--help"], 0],
    [["help"], 0],
    [["help", "fit"], 0],
    [["help", "fti"], 2],
    [["--version"], 0],
    [["doctor"], 0],
    [["formats"], 0],
  ] as const)("entlaw %j ends with %i", (args, expected) => {
    expect(entlaw(args).code).toBe(expected);
  });

  test("every command has help with two examples", () => {
    for (const command of [
      "agree",
      "budget",
      "chart",
      "compare",
      "diversity",
      "doctor",
      "drift",
      "engine",
      "fit",
      "formats",
      "ingest",
      "inspect",
      "predict",
      "report",
      "scaling",
      "sweep logs",
      "sweep report",
      "sweep run",
      "sweep status",
      "sweep stop",
    ]) {
      const { stdout } = entlaw([...command.split(" "), "--help"]);
      expect(stdout.match(/\$ entlaw /g)?.length ?? 0).toBeGreaterThanOrEqual(3); // usage and two examples
    }
  });

  test("help loads no package but oclif's, and nothing of ours that computes", () => {
    const { stderr } = spawnSync(
      process.execPath,
      ["--import", ANNOUNCE_MODULES, "bin/entlaw.js", "--help"],
      { encoding: "utf8" },
    );
    const loaded: string[] = JSON.parse(stderr.trim().split("\n").at(-1) ?? "");
    const heavy =
      /node_modules\/(?:vega|@duckdb|danfojs|ml-|@stdlib|zod|@resvg|@tensorflow|onnxruntime)/;
    expect(loaded.filter((url) => heavy.test(url))).toEqual([]);
    const ours = loaded.filter((url) => /\/src\/(?!cli\/|base\/|config\/)/.test(url));
    expect(ours.filter((url) => !url.includes("node_modules"))).toEqual([]);
    expect(loaded.some((url) => url.endsWith("/src/cli/main.ts"))).toBe(true);
  });

  test("control characters of a log reach the terminal as text", () => {
    const name = at("hostile.csv");
    writeFileSync(name, "step,\u001b[31mentropy\u0007,reward\n0,0.5,0.1\n1,0.4,0.2\n2,0.3,0.4\n");
    const { stdout, stderr } = entlaw(["inspect", name]);
    expect(stdout + stderr).not.toContain("\u001b");
    expect(stdout + stderr).not.toContain("\u0007");
    expect(stdout).toContain("\\u001b[31mentropy\\u0007");
  });
});
