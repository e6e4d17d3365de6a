import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { disk } from "../../../src/base/file-system.ts";
import {
  TERM_FAMILIES,
  TERM_LEVELS,
  type TokenTerm,
  aggregateTokens,
} from "../../../src/log/aggregate-tokens.ts";
import { inSandbox } from "../../../src/log/duckdb-sandbox.ts";
import type { Table } from "../../../src/log/table.ts";
import { type TokenFiles, withTokens } from "../../../src/log/token-files.ts";
import { expectSame } from "../../support/same-table.ts";
import { naiveClass, naiveTerm } from "../../support/naive-terms.ts";
import { type TokenRow, randomTokenRows, writeTokenRun } from "../../support/token-run.ts";

const scratch = mkdtempSync(join(tmpdir(), "entlaw-aggregate-"));
afterAll(() => rmSync(scratch, { recursive: true }));
let runs = 0;

function newRun(rows: readonly TokenRow[], leaveOut: ReadonlyArray<keyof TokenRow> = []): string {
  const folder = join(scratch, String((runs += 1)));
  writeTokenRun(folder, rows, leaveOut);
  return folder;
}

/** A run of one step by a writer that knows no null: tokens of one response as SQL tuples of l, A, H and D. */
async function foreignRun(tuples: string): Promise<string> {
  const folder = newRun(rows.slice(0, 3));
  const file = join(folder, "tokens", "step-000000.parquet");
  await inSandbox([file], (connection) =>
    connection.run(`COPY (SELECT 0 AS step, 0 AS group_id, 0 AS sequence_id, l::FLOAT AS old_log_prob,
      a::FLOAT AS advantage, h::FLOAT AS entropy, d::FLOAT AS polarity
      FROM (VALUES ${tuples}) AS v(l, a, h, d)) TO '${file}' (FORMAT parquet, USE_TMP_FILE false)`),
  );
  return folder;
}

const TERMS: readonly TokenTerm[] = TERM_FAMILIES.flatMap((family) =>
  TERM_LEVELS.map((level) => `${family}_${level}` as const),
);
const rows = randomTokenRows(1);
const aggregate = (
  folder: string,
  request: Partial<Parameters<typeof aggregateTokens>[1]> = {},
  batchRows?: number,
): Promise<Table> => {
  const work = (tokens: TokenFiles): Promise<Table> =>
    aggregateTokens(tokens, { of: "step", terms: TERMS, ...request });
  return withTokens(disk, folder, work, batchRows);
};
const column = (table: Table, name: string): number[] => [...table.columns.get(name)!];

/** Compares every term of every row with loops over the tokens that the row is about. */
function expectNaive(table: Table, tokensOf: (row: number) => readonly TokenRow[]): void {
  expect(table.length).toBeGreaterThan(2);
  for (let row = 0; row < table.length; row += 1) {
    for (const term of TERMS) {
      const expected = naiveTerm(term, tokensOf(row));
      const got = table.columns.get(term)![row]!;
      expect(
        Math.abs(got - expected),
        `${term} of row ${row}: ${got}, not ${expected}`,
      ).toBeLessThan(1e-12);
    }
  }
}

describe("tokens, aggregated", () => {
  test("by step are what loops over the tokens make of them, with gaps in every column", async () => {
    const table = await aggregate(newRun(rows));
    expect(column(table, "step")).toEqual([0, 1, 2]);
    expect(column(table, "part")).toEqual([-1, -1, -1]);
    expectNaive(table, (row) => rows.filter(({ step }) => step === row));
  });

  test("by update are what loops over the tokens make of them", async () => {
    const table = await aggregate(newRun(rows), { of: "update" });
    expect(column(table, "update")).toEqual([1, 2, 1, 2, 1, 2]);
    expectNaive(table, (row) =>
      rows.filter(({ step, update }) => step === Math.floor(row / 2) && update === 1 + (row % 2)),
    );
  });

  test("by accuracy class are what loops over the tokens of its groups make of them", async () => {
    const table = await aggregate(newRun(rows), { byAccuracy: true });
    const classes = new Set(column(table, "part"));
    expect(classes.size).toBeGreaterThan(4);
    expectNaive(table, (row) => {
      const own = rows.filter(({ step }) => step === table.columns.get("step")![row]);
      const part = table.columns.get("part")![row]!;
      const groups = Map.groupBy(own, ({ group_id }) => group_id);
      return part < 0 ? own : [...groups.values()].filter((g) => naiveClass(g) === part).flat();
    });
  });

  test("count the tokens that have both log-probability and advantage", async () => {
    const table = await aggregate(newRun(rows));
    const counts = [0, 1, 2].map(
      (step) =>
        rows.filter(
          (row) =>
            row.step === step &&
            Number.isFinite(row.old_log_prob) &&
            Number.isFinite(row.advantage),
        ).length,
    );
    expect(column(table, "tokens")).toEqual(counts);
    expect(counts[0]).toBeLessThan(rows.filter(({ step }) => step === 0).length);
  });

  test("have covariance 0, not the rest of a rounding, where all advantages are equal", async () => {
    const made = randomTokenRows(5).map((row) => ({ ...row, advantage: Math.fround(0.1) }));
    const table = await aggregate(newRun(made));
    for (const term of TERMS.filter((name) => /^(plain|centred)/.test(name))) {
      expect(column(table, term), term).toEqual([0, 0, 0]);
    }
  });

  test("fall into classes whose upper ends belong to them", async () => {
    const groups = [
      [-1, -2, -3, -4],
      [1, -1, -1, -1],
      [1, 1, -1, -1],
      [1, 1, 1, -1],
      [1, 1, 2, 1],
      [2, 2, 2, 2],
    ];
    const made = groups.flatMap((advantages, group) =>
      advantages.map((advantage, i) => ({
        ...rows[0]!,
        step: 0,
        group_id: group,
        sequence_id: 10 * group + i,
        old_log_prob: -1 - i,
        advantage,
      })),
    );
    const table = await aggregate(newRun(made), { byAccuracy: true, terms: ["plain_token"] });
    expect(column(table, "part")).toEqual([-1, 0, 1, 2, 3, 4, 5]);
    expect(column(table, "tokens")).toEqual([24, 4, 4, 4, 4, 4, 4]);
  });

  test("leave out NaN and infinity as they leave out null", async () => {
    const table = await aggregate(
      await foreignRun(
        "('nan', '0', '0', '0'), ('-1', 'inf', '0', '0'), ('-1', '2', '2', 'nan'), ('-3', '1', 'nan', '0.5')",
      ),
    );
    expect(column(table, "tokens")).toEqual([2]);
    expect(table.columns.get("plain_token")![0]).toBeCloseTo(0.5, 12);
    expect(table.columns.get("discriminator_token")![0]).toBeCloseTo(2 * Math.exp(-1), 12);
    expect(table.columns.get("polarity_token")![0]).toBeCloseTo(0.5, 12);
  });

  test("leave out a NaN log-probability from terms that do not need it", async () => {
    const folder = await foreignRun("('nan', '3', '0', '1'), ('-1', '2', '0', '0.5')");
    const table = await aggregate(folder, { terms: ["polarity_token"] });
    expect([column(table, "tokens"), column(table, "polarity_token")]).toEqual([[1], [1]]);
  });

  test("give NaN where a column is missing, and the other terms as before", async () => {
    const whole = await aggregate(newRun(rows));
    const without = await aggregate(newRun(rows, ["polarity", "entropy"]));
    for (const term of TERMS) {
      const lacks = /^(polarity|discriminator)/.test(term);
      const expected = column(whole, term).map((value) => (lacks ? Number.NaN : value));
      expect(column(without, term)).toEqual(expected);
    }
  });

  test("are the same however many files a query reads", async () => {
    const folder = newRun(rows);
    expectSame(await aggregate(folder, {}, 1), await aggregate(folder));
  });

  test("are found in a folder whose name looks like a pattern", async () => {
    const folder = join(scratch, "a[1]*?{b}'c");
    writeTokenRun(folder, rows);
    expectSame(await aggregate(folder), await aggregate(newRun(rows)));
  });

  test("may come from files that do not have the same columns", async () => {
    const folder = newRun(rows);
    const other = newRun(rows, ["polarity"]);
    const file = join("tokens", "step-000001.parquet");
    disk.rename(join(other, file), join(folder, file));
    const table = await aggregate(folder);
    expectSame(await aggregate(folder, {}, 1), table);
    const expected = await aggregate(newRun(rows));
    expect(column(table, "plain_token")).toEqual(column(expected, "plain_token"));
    const polarity = column(expected, "polarity_token");
    expect(column(table, "polarity_token")).toEqual([polarity[0], Number.NaN, polarity[2]]);
  });

  test("refuse a step in two files that are not read together", async () => {
    const folder = newRun(rows);
    const other = newRun(rows.filter(({ step }) => step === 2).map((row) => ({ ...row, step: 1 })));
    const from = join(other, "tokens", "step-000001.parquet");
    disk.rename(from, join(folder, "tokens", "step-000002.parquet"));
    await expect(aggregate(folder, {}, 1)).rejects.toThrow(/step 1 in two/);
  });

  test("refuse a table without advantages, naming the column", async () => {
    await expect(aggregate(newRun(rows, ["advantage"]))).rejects.toThrow(/"advantage"/);
  });

  test("refuse a file that is no Parquet", async () => {
    const folder = newRun(rows);
    disk.rename(join(folder, "run.json"), join(folder, "tokens", "step-000009.parquet"));
    await expect(aggregate(folder)).rejects.toThrow(/must hold Parquet files/);
  });
});
