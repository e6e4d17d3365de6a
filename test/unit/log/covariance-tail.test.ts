import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { disk } from "../../../src/base/file-system.ts";
import { TAIL_SHARES, type Tail, covarianceTails } from "../../../src/log/covariance-tail.ts";
import { withTokens } from "../../../src/log/token-files.ts";
import { type TokenRow, randomTokenRows, writeTokenRun } from "../../support/token-run.ts";

const scratch = mkdtempSync(join(tmpdir(), "entlaw-tail-"));
afterAll(() => rmSync(scratch, { recursive: true }));
let runs = 0;

function tailsOf(
  rows: readonly TokenRow[],
  cuts: readonly number[] = [],
  leaveOut: ReadonlyArray<keyof TokenRow> = [],
): Promise<readonly Tail[]> {
  const folder = join(scratch, String((runs += 1)));
  writeTokenRun(folder, rows, leaveOut);
  return withTokens(disk, folder, (tokens) => covarianceTails(tokens, cuts), 50);
}

/** Sorts all of them. */
function naiveTail(values: readonly number[]): Tail {
  const sorted = values.filter(Number.isFinite).toSorted((a, b) => b - a);
  const means = TAIL_SHARES.map((share) => {
    const top = sorted.slice(0, Math.max(1, Math.floor(share * sorted.length)));
    const mean = top.reduce((sum, value) => sum + value, 0) / top.length;
    return { share, tokens: top.length, mean, threshold: top.at(-1)! };
  });
  return { tokens: sorted.length, means: sorted.length === 0 ? [] : means };
}

function expectTail(found: Tail | undefined, expected: Tail): void {
  expect(found?.tokens).toBe(expected.tokens);
  expect(found?.means.map(({ tokens }) => tokens)).toEqual(
    expected.means.map(({ tokens }) => tokens),
  );
  for (const [i, { mean, threshold }] of expected.means.entries()) {
    expect(Math.abs(found!.means[i]!.mean - mean)).toBeLessThan(1e-12 * (1 + Math.abs(mean)));
    expect(Math.abs(found!.means[i]!.threshold - threshold)).toBeLessThan(1e-12);
  }
}

const rows = randomTokenRows(2, 12);
const covariances = (list: readonly TokenRow[]): number[] =>
  list.map(({ covariance }) => covariance);

describe("the covariance tail", () => {
  test("of all tokens and of parts is that of sorted covariances, gaps left out", async () => {
    const [all, ...parts] = await tailsOf(rows, [3, 7]);
    expect(rows.length).toBeGreaterThan(1500);
    expectTail(all, naiveTail(covariances(rows)));
    for (const [i, [from, to]] of [
      [0, 3],
      [3, 7],
      [7, 12],
    ].entries()) {
      const own = rows.filter(({ step }) => step >= from! && step < to!);
      expectTail(parts[i], naiveTail(covariances(own)));
    }
    expect(parts).toHaveLength(3);
  });

  test.each([
    ["equal covariances", () => 0.25],
    ["no covariance at all", () => Number.NaN],
    ["zeros and one outlier", (i: number) => (i === 7 ? 1e6 : 0)],
    ["sizes over twelve decades", (i: number) => Math.fround((-1) ** i * 10 ** ((i % 13) - 9))],
    ["tiny covariances", (i: number) => Math.fround(1e-9 * Math.sin(i))],
    ["many ties", (i: number) => (i % 5) - 2],
  ])("holds for %s", async (_, valueOf) => {
    const made = rows.map((row, i) => ({ ...row, covariance: valueOf(i) }));
    const [all] = await tailsOf(made);
    expectTail(all, naiveTail(covariances(made)));
  });

  test("of one token is that token", async () => {
    const [all] = await tailsOf([{ ...rows[0]!, covariance: -3 }]);
    expectTail(all, naiveTail([-3]));
  });

  test("is computed about the means of each step where the column is missing", async () => {
    const full = randomTokenRows(3, 4, 0);
    const [all] = await tailsOf(full, [], ["covariance"]);
    const computed = full.map(({ step, old_log_prob, advantage }) => {
      const own = full.filter((row) => row.step === step);
      const mean = (read: (row: TokenRow) => number): number =>
        own.reduce((sum, row) => sum + read(row), 0) / own.length;
      return (old_log_prob - mean((r) => r.old_log_prob)) * (advantage - mean((r) => r.advantage));
    });
    expectTail(all, naiveTail(computed));
  });

  test("of a golden run is what numpy makes of it", async () => {
    const golden = "test/golden/runs/tokens-run";
    const expected = JSON.parse(readFileSync(`${golden}-agreement.json`, "utf8")).covariance_tail;
    const [all] = await withTokens(disk, golden, (tokens) => covarianceTails(tokens, []));
    const found = all!.means.map(({ mean }) => mean);
    expect(Object.values(expected)).toHaveLength(TAIL_SHARES.length);
    for (const [i, value] of (Object.values(expected) as number[]).entries()) {
      expect(Math.abs(found[i]! - value)).toBeLessThan(1e-9);
    }
  });
});
