/** The commands that measure what other systems measure, as a user runs them. Slow: each starts a process. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { entlaw, entlawJson } from "../support/command-line.ts";
import { randomResponses, writeStep } from "../support/rollout-run.ts";

const LOG = "data/countdown-grpo/verl.jsonl";
const RUN = "test/golden/runs/tokens-run";
const scratch = mkdtempSync(join(tmpdir(), "entlaw-measurements-"));
afterAll(() => rmSync(scratch, { recursive: true }));
const at = (name: string): string => join(scratch, name);

/** A log of a trainer that writes CSV, with KL and compute. */
function csv(name: string, slope: number): string {
  const rows = Array.from({ length: 120 }, (_, i) => [i, 1 - i / 200, slope * i, i / 1000, 10 * i]);
  writeFileSync(
    at(name),
    ["step,entropy,reward,kl,hours", ...rows.map((row) => row.join())].join("\n"),
  );
  return at(name);
}

test.each(["budget", "scaling", "drift", "diversity", "chart"])(
  "entlaw %s has help with two examples",
  (command) => {
    const { code, stdout } = entlaw([command, "--help"]);
    expect(code).toBe(0);
    expect(stdout.match(/\$ entlaw /g)?.length ?? 0).toBeGreaterThanOrEqual(3); // usage and two examples
  },
);

describe("entlaw budget", () => {
  test("prints the shares that its JSON holds", () => {
    const { budgets } = entlawJson<{
      readonly budgets: ReadonlyArray<{
        readonly n: number;
        readonly marks: ReadonlyArray<{ readonly drop_share: { readonly value: number } }>;
      }>;
    }>(["budget", LOG]);
    expect(budgets[0]).toMatchObject({ n: 300, means_over: 11, law_holds: expect.any(String) });
    const share = Math.round(100 * budgets[0]!.marks[0]!.drop_share.value);
    expect(entlaw(["budget", LOG]).stdout).toContain(`saw ${share} [`);
  });

  test("takes a window", () => {
    const document = entlawJson(["budget", LOG, "--window", "100:"]);
    expect(document).toMatchObject({ budgets: [{ n: 200 }] });
  });
});

describe("entlaw scaling", () => {
  test("fits held-out scores, and compares an arm with itself as a tie", () => {
    const document = entlawJson(["scaling", LOG, "--against", LOG]);
    expect(document).toMatchObject({
      scaling: [{ n: 61, reward: expect.stringContaining("val") }, { n: 61 }],
      comparison: { outcome: "tie", winner: null, margin: 0.02, margin_source: "published" },
    });
  });

  test("takes compute, R0, margin and a cut-off, and draws", () => {
    const log = csv("scaling.csv", 0.001);
    const chart = at("scaling.svg");
    const choices = ["--x", "hours", "--r0", "0", "--drop-before", "100", "--chart", chart];
    const document = entlawJson(["scaling", log, ...choices]);
    expect(document).toMatchObject({
      scaling: [{ x: "hours", r0: 0, r0_from: "given", dropped: 10, n: 110 }],
    });
    expect(readFileSync(chart, "utf8")).toContain("<svg");
  });

  test.each([
    [["--r0", "zero"], 2],
    [["--x", "flops"], 2],
    [["--margin", ""], 2],
    [["--chart", "x.gif"], 2],
    [["--drop-before", "1e9"], 3],
  ])("%j ends with %i", (flags, code) => {
    expect(entlaw(["scaling", LOG, ...flags]).code).toBe(code);
  });
});

describe("entlaw drift", () => {
  test("gives pace and KL of two logs", () => {
    const [fast, slow] = [csv("fast.csv", 0.003), csv("slow.csv", 0.001)];
    const document = entlawJson(["drift", fast, slow]);
    expect(document).toMatchObject({
      drift: { kl_kind: "to-start", runs: [{ speed_up: { value: expect.closeTo(2.9, 0) } }, {}] },
    });
    expect(entlaw(["drift", fast, slow]).stdout).toContain("never reaches");
  });

  test("groups probes by what they started from", () => {
    const probe = (name: string, from: string | null): string => {
      cpSync(RUN, at(name), { recursive: true });
      const manifest = JSON.parse(readFileSync(join(RUN, "run.json"), "utf8")) as object;
      const config = { warmStart: { from } };
      writeFileSync(join(at(name), "run.json"), JSON.stringify({ ...manifest, config }));
      return at(name);
    };
    const probes = [probe("base", null), probe("later", "runs/grpo/checkpoints/step-000020")];
    expect(entlawJson(["drift", "--probe", ...probes])).toMatchObject({
      plasticity: {
        starts: [
          { label: "base", runs: 1 },
          { from_step: 20, lost: 0 },
        ],
        notes: [],
      },
    });
    expect(entlaw(["drift", "--probe", RUN]).code).toBe(3); // its manifest has no config
  });

  test("needs two logs", () => {
    expect(entlaw(["drift", LOG]).code).toBe(2);
  });
});

describe("entlaw diversity", () => {
  test("gives a row a step of a run with rollouts", () => {
    for (const step of [1, 2, 3]) writeStep(at("run"), step, randomResponses(`step ${step}`));
    const document = entlawJson(["diversity", at("run"), "--alpha", "0.5", "--correct", "0.1"]);
    expect(document).toMatchObject({
      diversity: { alpha: 0.5, correct_from: 0.1, steps: [{ step: 1 }, { step: 2 }, { step: 3 }] },
    });
  });

  test.each([
    [["diversity", LOG], 3],
    [["diversity", RUN], 3],
    [["diversity", RUN, "--alpha", "0"], 2],
  ])("%j ends with %i", (args, code) => {
    expect(entlaw(args).code).toBe(code);
  });
});

describe("entlaw chart", () => {
  test.each([
    ["budget", LOG],
    ["scaling", LOG],
    ["agreement", RUN],
    ["covariance", RUN],
    ["accuracy-groups", RUN],
    ["covariance-tail", RUN],
  ])("draws %s", (kind, log) => {
    const out = at(`${kind}.svg`);
    const { title } = entlawJson<{ readonly title: string }>(["chart", kind, log, "--out", out]);
    expect(title).toMatch(/\d/);
    expect(readFileSync(out, "utf8")).toContain("<svg");
  });
});

test("a report of a run with tokens says what drives its entropy; a damaged token table costs that part alone", () => {
  const out = at("report.html");
  const document = entlawJson<{ readonly report: string }>(["report", RUN, "--out", out]);
  expect(document.report).toBe(out);
  expect(readFileSync(out, "utf8")).toContain("Does covariance drive entropy here?");
  cpSync(RUN, at("damaged"), { recursive: true });
  writeFileSync(join(at("damaged"), "tokens", "step-000003.parquet"), "not Parquet");
  entlawJson(["report", at("damaged"), "--out", out]);
  const page = readFileSync(out, "utf8");
  expect(page).not.toContain("Does covariance drive entropy here?");
  expect(page).toContain("tokens were left out");
});
