import { describe, expect, test } from "vitest";
import { agreementToJson } from "../../../../src/analyze/agreement/agreement-to-json.ts";
import { ESTIMATOR_NAMES } from "../../../../src/analyze/agreement/estimators.ts";
import { findAgreement } from "../../../../src/analyze/agreement/find-agreement.ts";
import { readLog } from "../../../../src/ingest/read-log.ts";
import { agreementText } from "../../../../src/report/text/agreement-text.ts";

const log = await readLog("test/golden/runs/tokens-run");
const finding = await findAgreement(log, {
  estimators: ESTIMATOR_NAMES,
  by: ["accuracy", "quadrant", "clip"],
  replicates: 100,
});

describe("agreement for people", () => {
  const text = agreementText(finding);

  test("begins with the run and the verdict, and ends with what is missing", () => {
    const lines = text.split("\n");
    expect(lines[0]).toBe("test/golden/runs/tokens-run");
    expect(lines[1]).toMatch(/^ {2}Of 15 estimators/);
    expect(lines.at(-1)).toBe("  missing: lemma needs the column `predicted_entropy_change`");
  });

  test("has every estimator, part and share, and no NaN", () => {
    for (const { estimator } of finding.estimators) expect(text).toContain(`\n  ${estimator} `);
    for (const { parts } of finding.splits) {
      for (const { part } of parts) expect(text).toContain(part);
    }
    expect(text).toContain("top 0.02 %");
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });

  test("fits a wide terminal", () => {
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(120);
  });

  test("makes a hostile name visible", () => {
    expect(agreementText({ ...finding, run: "a\u001b[2Jb\nc" })).toContain("a\\u001b[2Jb\\u000ac");
  });
});

test("agreement for scripts has the contract's fields, then intervals, level and split", () => {
  const json = agreementToJson([finding]) as { agreement: Array<Record<string, unknown>> };
  const keys = "run estimator n pearson spearman sign slope r2 ci95 level of split".split(" ");
  const whole = json.agreement.filter(({ split }) => split === null);
  expect(whole.map(({ estimator }) => estimator)).toEqual(
    finding.estimators.map(({ estimator }) => estimator),
  );
  for (const row of json.agreement) expect(Object.keys(row)).toEqual(expect.arrayContaining(keys));
  const equal = json.agreement.find(
    ({ split }) => (split as { part?: string } | null)?.part === "all equal",
  );
  expect(equal).toMatchObject({ pearson: null, pearson_reason: "not finite: NaN" });
  expect(JSON.stringify(json)).not.toMatch(/NaN[^"]/);
});
