import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type {
  AgreementFinding,
  AgreementSplit,
} from "../../../../src/analyze/agreement/agreement-finding.ts";
import { agreementToJson } from "../../../../src/analyze/agreement/agreement-to-json.ts";
import {
  type AgreementRequest,
  findAgreement,
} from "../../../../src/analyze/agreement/find-agreement.ts";
import { readLog } from "../../../../src/ingest/read-log.ts";
import { naiveTerm } from "../../../support/naive-terms.ts";
import { type TokenRow, randomTokenRows, writeTokenRun } from "../../../support/token-run.ts";

const GOLDEN = "test/golden/runs/tokens-run";
const scratch = mkdtempSync(join(tmpdir(), "entlaw-agreement-"));
afterAll(() => rmSync(scratch, { recursive: true }));
let runs = 0;

function newRun(rows: readonly TokenRow[], leaveOut: ReadonlyArray<keyof TokenRow> = []): string {
  const folder = join(scratch, String((runs += 1)));
  writeTokenRun(folder, rows, leaveOut);
  return folder;
}

const find = async (path: string, request: AgreementRequest = {}): Promise<AgreementFinding> =>
  findAgreement(await readLog(path), { replicates: 0, ...request });

const names = (finding: AgreementFinding): string[] =>
  finding.estimators.map(({ estimator }) => estimator);

describe("the golden run", async () => {
  const oracle = JSON.parse(readFileSync(`${GOLDEN}-agreement.json`, "utf8"));
  const finding = await find(GOLDEN);

  test("has the predictions and statistics that pandas and scipy compute", () => {
    expect(finding).toMatchObject({ of: "step", source: "tokens", measuredAs: "change" });
    expect(oracle.agreement).toHaveLength(4);
    for (const { estimator, predicted, ...statistics } of oracle.agreement) {
      const found = finding.estimators.find((one) => one.estimator === estimator)!;
      for (const [i, x] of predicted.entries()) expect(found.x[i]).toBeCloseTo(x, 12);
      for (const [name, value] of Object.entries(statistics)) {
        expect(found.agreement[name as "r2"], `${name} of ${estimator}`).toBeCloseTo(
          value as number,
          12,
        );
      }
    }
    for (const [i, y] of oracle.measured.entries()) expect(finding.y[i]).toBe(y);
  });

  test("has the covariance tail that numpy computes", () => {
    const { covariance_tail: rows } = agreementToJson([finding]) as {
      covariance_tail: Array<Record<string, unknown>>;
    };
    expect(rows.map(({ of, steps }) => [of, steps])).toEqual([
      ["all", [0, 23]],
      ["first third", [0, 7]],
      ["middle third", [8, 15]],
      ["last third", [16, 23]],
    ]);
    for (const [share, value] of Object.entries(oracle.covariance_tail)) {
      expect(rows[0]![share]).toBeCloseTo(value as number, 9);
    }
    expect(finding.tail[0]!.tokens).toBe(oracle.rows);
    const inThirds = finding.tail.slice(1).map(({ tokens }) => tokens);
    expect(inThirds.reduce((sum, tokens) => sum + tokens, 0)).toBe(oracle.rows);
  });

  test("says what it lacks", () => {
    expect(finding.missing).toEqual([
      { what: "lemma", needs: "the column `predicted_entropy_change`" },
    ]);
  });

  test("is the same through its step log alone", async () => {
    const { run: _, warnings: __, ...same } = await find(join(GOLDEN, "steps.jsonl"));
    const { run: ___, warnings: ____, ...expected } = finding;
    expect(same).toEqual(expected);
  });
});

const rows = randomTokenRows(9, 10, 0);

/** Sums over the parts of a split, of a series of each. */
function summed(
  split: AgreementSplit,
  read: (part: AgreementSplit["parts"][number]) => Float64Array,
): Float64Array {
  const parts = split.parts.map(read);
  return parts[0]!.map((_, i) => parts.reduce((sum, values) => sum + values[i]!, 0));
}

describe("splits", async () => {
  const finding = await find(newRun(rows), {
    estimators: ["batch", "npg"],
    by: ["accuracy", "quadrant", "clip"],
  });
  const [accuracy, ...cells] = finding.splits;

  test("share out all tokens of each step", () => {
    expect(finding.splits.map(({ by }) => by)).toEqual(["accuracy", "quadrant", "clip"]);
    for (const split of finding.splits) {
      for (const share of summed(split, ({ share }) => share)) expect(share).toBeCloseTo(1, 12);
    }
  });

  test("by quadrant and by clipped side add up to batch", () => {
    const batch = finding.estimators.find(({ estimator }) => estimator === "batch")!;
    for (const split of cells) {
      const x = summed(split, ({ predictions }) => predictions[0]!.x);
      for (const [i, value] of batch.x.entries()) expect(x[i]).toBeCloseTo(value, 12);
    }
  });

  test("have the covariance of a class's tokens about the means of all", () => {
    for (const split of cells) {
      for (const { share, covariance, predictions } of split.parts) {
        for (const [i, x] of predictions[0]!.x.entries()) {
          if (share[i]! > 0) expect(-share[i]! * covariance[i]!).toBeCloseTo(x, 12);
        }
      }
    }
  });

  test("by accuracy have each estimator on the class's groups, and npg as their covariance", () => {
    for (const { covariance, predictions } of accuracy!.parts) {
      expect(predictions.map(({ estimator }) => estimator)).toEqual(["batch", "npg"]);
      for (const [i, x] of predictions[1]!.x.entries()) expect(x).toBe(-covariance[i]!);
    }
  });

  test("that the tokens cannot give are missing", async () => {
    const { splits, missing } = await find(newRun(rows, ["clipped", "group_id"]), {
      by: ["accuracy", "clip"],
    });
    expect(splits).toEqual([]);
    const found = missing.map(({ what, needs }) => `${what}: ${needs}`).join("\n");
    expect(found).toMatch(/split by accuracy: .*`group_id`/);
    expect(found).toMatch(/split by clip: .*`clipped`/);
  });
});

describe("points that are updates", () => {
  const updates = [...new Set(rows.map(({ step }) => step))].flatMap((step) =>
    [1, 2].map((update) => ({
      step,
      update,
      measured_entropy_change: Math.sin(3 * step + update),
      predicted_entropy_change: Math.sin(3 * step + update) / 2,
    })),
  );

  test("have the tokens of their own update", async () => {
    const folder = newRun(rows);
    writeFileSync(join(folder, "updates.jsonl"), updates.map((u) => JSON.stringify(u)).join("\n"));
    const finding = await find(folder, {
      of: "update",
      estimators: ["npg", "lemma"],
      by: ["quadrant"],
    });
    expect([...finding.update!].slice(0, 3)).toEqual([1, 2, 1]);
    const [npg, lemma] = finding.estimators;
    expect(npg!.agreement.n).toBe(20);
    for (const [i, x] of npg!.x.entries()) {
      const own = rows.filter(
        ({ step, update }) => step === finding.step[i] && update === finding.update![i],
      );
      expect(x).toBeCloseTo(-naiveTerm("plain_response", own), 12);
    }
    expect(lemma!.agreement).toMatchObject({ slope: 2, r2: 1 });
    for (const share of summed(finding.splits[0]!, ({ share }) => share)) {
      expect(share).toBeCloseTo(1, 12);
    }
  });

  test("take from updates.jsonl what the tokens cannot tell apart", async () => {
    const folder = newRun(rows, ["update"]);
    writeFileSync(join(folder, "updates.jsonl"), updates.map((u) => JSON.stringify(u)).join("\n"));
    const finding = await find(folder, { of: "update" });
    expect(names(finding)).toEqual(["lemma"]);
    expect(finding.missing.map(({ what }) => what)).toEqual(["batch", "npg", "pg", "polarity"]);
    expect(finding.missing[0]!.needs).toBe("the column `update` of the token table");
  });

  test("are none without updates.jsonl, which is said", async () => {
    const finding = await find(newRun(rows), { of: "update" });
    expect(finding.y).toHaveLength(0);
    expect(finding.missing[0]).toEqual({
      what: "level update",
      needs: "`updates.jsonl` in the run directory",
    });
  });
});

describe("a log without tokens", () => {
  const log = (name: string, lines: readonly object[]): string => {
    const path = join(scratch, name);
    writeFileSync(path, lines.map((line) => JSON.stringify(line)).join("\n"));
    return path;
  };

  test("gives batch and lemma from its step columns", async () => {
    const lines = [1, 2, 3].map((step) => ({
      step,
      measured_entropy_change: -step,
      token_covariance_mean: 2 * step,
      predicted_entropy_change: -step / 4,
    }));
    const finding = await find(log("columns.jsonl", lines));
    expect(finding.source).toBe("columns");
    const [batch, lemma] = finding.estimators;
    expect([...batch!.x]).toEqual([-2, -4, -6]);
    expect([batch!.agreement.slope, lemma!.agreement.slope]).toEqual([0.5, 4]);
    expect(finding.missing.map(({ what }) => what)).toEqual(["npg", "pg", "polarity"]);
    expect([finding.tail, finding.portraits]).toEqual([[], []]);
  });

  test("is held against the difference of neighbouring entropies where no change was measured", async () => {
    const entropies = [1, 0.5, 0.25, 0.125, 0.5];
    const lines = entropies.map((entropy, i) => ({
      step: i < 3 ? i : i + 4, // a gap after the third
      entropy,
      reward: 0,
      token_covariance_mean: i,
    }));
    const finding = await find(log("difference.jsonl", lines));
    expect(finding.measuredAs).toBe("difference");
    expect([...finding.step]).toEqual([0, 1, 7]);
    expect([...finding.y]).toEqual([-0.5, -0.25, 0.375]);
    expect(finding.warnings.join()).toMatch(/change of prompts/);
  });

  test("of another trainer says what is missing", async () => {
    const finding = await find("test/golden/logs/golden/verl.jsonl");
    expect(finding.estimators).toEqual([]);
    expect(finding.missing.map(({ what }) => what)).toEqual([
      "batch",
      "npg",
      "pg",
      "polarity",
      "lemma",
    ]);
    expect(finding.verdict).toMatch(/^Nothing can be said/);
  });
});

describe("the tokens of a portrait", async () => {
  const [all, top, selected] = (await find(newRun(rows))).portraits;

  test("are the top 2 % by covariance, and those that were chosen", () => {
    expect(all!.tokens).toBe(rows.length);
    expect(top!.tokens).toBe(Math.floor(0.02 * rows.length));
    expect(selected!.tokens).toBe(rows.filter((row) => row.selected === 1).length);
    const chosen = rows.filter((row) => row.selected === 1);
    const mean = chosen.reduce((sum, row) => sum + Math.exp(row.old_log_prob), 0) / chosen.length;
    expect(selected!.probability).toBeCloseTo(mean, 12);
  });

  test("lie in quadrants whose shares add up to 1", () => {
    for (const { quadrants } of [all!, top!, selected!]) {
      const shares = Object.values(quadrants);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    }
  });
});
