/** `entlaw agree` as a process: the golden run against its oracle, other trainers' logs, and usage. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { entlaw, entlawJson } from "../support/command-line.ts";

const GOLDEN = "test/golden/runs/tokens-run";

type Row = Readonly<Record<string, unknown>> & {
  readonly estimator: string;
  readonly split: unknown;
};
interface AgreeJson {
  readonly agreement: readonly Row[];
  readonly covariance_tail: ReadonlyArray<Readonly<Record<string, unknown>>>;
  readonly missing: ReadonlyArray<Readonly<Record<string, string>>>;
}

describe("entlaw agree", () => {
  test("prints what pandas and scipy compute of the golden run", () => {
    const oracle = JSON.parse(readFileSync(`${GOLDEN}-agreement.json`, "utf8"));
    const { agreement, covariance_tail } = entlawJson<AgreeJson>(["agree", GOLDEN]);
    for (const { predicted: _, ...expected } of oracle.agreement) {
      const found = agreement.find(({ estimator }) => estimator === expected.estimator)!;
      expect(found).toMatchObject({ run: GOLDEN, n: expected.n, of: "step", split: null });
      for (const name of ["pearson", "spearman", "sign", "r2", "slope"]) {
        expect(found[name]).toBeCloseTo(expected[name], 9);
      }
    }
    for (const [share, value] of Object.entries(oracle.covariance_tail)) {
      expect(covariance_tail[0]![share]).toBeCloseTo(value as number, 9);
    }
  });

  test("gives the estimators and splits that are asked for", () => {
    const { agreement } = entlawJson<AgreeJson>([
      "agree",
      GOLDEN,
      "--estimator",
      "pg",
      "--by",
      "group",
      "--by",
      "clip",
      "--bootstrap",
      "0",
    ]);
    expect(agreement.filter(({ split }) => split === null).map((row) => row.estimator)).toEqual([
      "pg",
    ]);
    const kinds = new Set(agreement.map(({ split }) => (split as { by?: string } | null)?.by));
    expect(kinds).toEqual(new Set([undefined, "accuracy", "clip"]));
  });

  test("says what the log of another trainer lacks", () => {
    const { agreement, missing } = entlawJson<AgreeJson>([
      "agree",
      "test/golden/logs/golden/verl.jsonl",
    ]);
    expect(agreement).toEqual([]);
    expect(missing.map(({ what }) => what)).toEqual(["batch", "npg", "pg", "polarity", "lemma"]);
  });

  test("begins with the verdict, for people", () => {
    const { code, stdout } = entlaw(["agree", GOLDEN, "--bootstrap", "0"]);
    expect(code).toBe(0);
    expect(stdout.split("\n")[1]).toMatch(/polarity predicts best/);
  });

  test("refuses an estimator that it does not know, as bad usage", () => {
    const { code, stderr } = entlaw(["agree", GOLDEN, "--estimator", "covariance"]);
    expect(code).toBe(2);
    expect(stderr).toContain("pg-centred-response");
  });
});
