import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  ESTIMATOR_NAMES,
  type Estimator,
  type EstimatorName,
  columnsOf,
  estimators,
} from "../../../../src/analyze/agreement/estimators.ts";
import { findAgreement } from "../../../../src/analyze/agreement/find-agreement.ts";
import { makeRng } from "../../../../src/base/random.ts";
import { readLog } from "../../../../src/ingest/read-log.ts";
import { type TokenRow, randomTokenRows, writeTokenRun } from "../../../support/token-run.ts";

const scratch = mkdtempSync(join(tmpdir(), "entlaw-estimators-"));
afterAll(() => rmSync(scratch, { recursive: true }));
let runs = 0;

interface Predicted {
  readonly x: ReadonlyMap<EstimatorName, readonly number[]>;
  readonly needs: ReadonlyMap<string, string>;
}

async function predict(
  rows: readonly TokenRow[],
  leaveOut: ReadonlyArray<keyof TokenRow> = [],
): Promise<Predicted> {
  const folder = join(scratch, String((runs += 1)));
  writeTokenRun(folder, rows, leaveOut);
  const finding = await findAgreement(await readLog(folder), {
    estimators: ESTIMATOR_NAMES,
    replicates: 0,
  });
  return {
    x: new Map(finding.estimators.map(({ estimator, x }) => [estimator, [...x]])),
    needs: new Map(finding.missing.map(({ what, needs }) => [what, needs])),
  };
}

function expectClose(found: readonly number[] | undefined, expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) {
    expect(Math.abs(found![i]! - value), `${found![i]}, not ${value}`).toBeLessThan(1e-12);
  }
}

// Numbers with few binary digits, so that scaling and shifting them is exact in float32.
const coarse = (value: number): number => Math.round(value * 256) / 256;
const rows = randomTokenRows(7, 3, 0.03).map((row) => ({
  ...row,
  old_log_prob: coarse(row.old_log_prob),
  advantage: coarse(row.advantage),
}));
const fromTokens = ESTIMATOR_NAMES.filter((name) => estimators[name].from === "tokens");
const tokenFamily = (name: EstimatorName): string => {
  const estimator: Estimator = estimators[name];
  return estimator.from === "tokens" ? estimator.term.split("_")[0]! : "logged";
};

describe("every estimator", async () => {
  const base = await predict(rows);

  test("is there, with a value other than 0 for every step", () => {
    expect([...base.x.keys()]).toEqual(fromTokens);
    expect(fromTokens).toHaveLength(15);
    for (const x of base.x.values()) {
      expect(x).toHaveLength(3);
      expect(x.every((value) => Number.isFinite(value) && value !== 0)).toBe(true);
    }
  });

  test("does not depend on the order of rows", async () => {
    const rng = makeRng(1, "shuffle");
    const shuffled = rows
      .map((row) => ({ row, key: rng.uniform() }))
      .toSorted((a, b) => a.key - b.key)
      .map(({ row }) => row)
      .toSorted((a, b) => a.step - b.step);
    const { x } = await predict(shuffled);
    for (const name of fromTokens) expectClose(x.get(name), base.x.get(name)!);
  });

  test("does not depend on the numbers of groups and responses", async () => {
    const renamed = rows.map((row) => ({
      ...row,
      group_id: 100 - 3 * row.group_id,
      sequence_id: 1000 - row.sequence_id,
    }));
    const { x } = await predict(renamed);
    for (const name of fromTokens) expectClose(x.get(name), base.x.get(name)!);
  });

  test("scales with the advantages", async () => {
    const { x } = await predict(rows.map((row) => ({ ...row, advantage: -4 * row.advantage })));
    for (const name of fromTokens) {
      expectClose(
        x.get(name),
        base.x.get(name)!.map((value) => -4 * value),
      );
    }
  });

  test("in natural-gradient form does not feel a shift of the log-probabilities, others do", async () => {
    const { x } = await predict(
      rows.map((row) => ({ ...row, old_log_prob: row.old_log_prob - 2 })),
    );
    const unmoved = fromTokens.filter((name) =>
      x.get(name)!.every((value, i) => Math.abs(value - base.x.get(name)![i]!) < 1e-12),
    );
    expect(unmoved).toEqual(
      fromTokens.filter((name) => ["plain", "polarity"].includes(tokenFamily(name))),
    );
  });

  test("centred under the policy or on its mean does not feel a shift of the advantages, others do", async () => {
    const { x } = await predict(rows.map((row) => ({ ...row, advantage: row.advantage + 2 })));
    const unmoved = fromTokens.filter((name) =>
      x.get(name)!.every((value, i) => Math.abs(value - base.x.get(name)![i]!) < 1e-12),
    );
    expect(unmoved).toEqual(
      fromTokens.filter((name) => ["plain", "centred"].includes(tokenFamily(name))),
    );
  });

  test.each(["polarity", "entropy", "group_id", "sequence_id"] as const)(
    "that needs %s says so where it is missing, and the others are as before",
    async (column) => {
      const { x, needs } = await predict(rows, [column]);
      const concerned = fromTokens.filter((name) => columnsOf(name).includes(column));
      expect(concerned.length).toBeGreaterThan(2);
      for (const name of fromTokens) {
        if (concerned.includes(name)) {
          expect(x.has(name)).toBe(false);
          expect(needs.get(name)).toContain(`\`${column}\``);
        } else {
          expectClose(x.get(name), base.x.get(name)!);
        }
      }
    },
  );

  test("is missing, not 0, where its column has no value", async () => {
    const { x, needs } = await predict(rows.map((row) => ({ ...row, polarity: Number.NaN })));
    expect([...x.keys()]).toEqual(fromTokens.filter((name) => tokenFamily(name) !== "polarity"));
    expect(needs.get("polarity")).toContain("values in");
  });
});
