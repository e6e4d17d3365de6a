import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { disk } from "../../../src/base/file-system.ts";
import { QUADRANTS, type TokenCell, tokenCells } from "../../../src/log/token-cells.ts";
import { withTokens } from "../../../src/log/token-files.ts";
import { type TokenRow, randomTokenRows, writeTokenRun } from "../../support/token-run.ts";

const scratch = mkdtempSync(join(tmpdir(), "entlaw-cells-"));
afterAll(() => rmSync(scratch, { recursive: true }));
let runs = 0;

function cellsOf(
  list: readonly TokenRow[],
  of: "step" | "update",
  threshold?: number,
  leaveOut: ReadonlyArray<keyof TokenRow> = [],
): Promise<TokenCell[]> {
  const folder = join(scratch, String((runs += 1)));
  writeTokenRun(folder, list, leaveOut);
  return withTokens(disk, folder, (tokens) => tokenCells(tokens, of, threshold), 1);
}

const rows = randomTokenRows(4).map((row, i) => (i % 9 === 0 ? { ...row, advantage: 0 } : row));
const valid = rows.filter(
  (row) => Number.isFinite(row.old_log_prob) && Number.isFinite(row.advantage),
);
const THRESHOLD = 0.3;

/** Counts one cell by loops over the tokens of its point. */
function naiveCell(cell: TokenCell, point: readonly TokenRow[]): TokenCell {
  const mean = (read: (row: TokenRow) => number): number =>
    point.reduce((sum, row) => sum + read(row), 0) / point.length;
  const [meanL, meanA] = [mean((row) => row.old_log_prob), mean((row) => row.advantage)];
  const own = point.filter((row) => {
    const side = row.old_log_prob > meanL ? "high" : "low";
    const sign = row.advantage > 0 ? "positive" : "negative";
    const quadrant = row.advantage === 0 ? "zero" : `${sign}-${side}`;
    return (
      quadrant === cell.quadrant &&
      row.clipped === cell.clipped &&
      (row.selected === 1) === cell.selected &&
      row.covariance >= THRESHOLD === cell.top
    );
  });
  const sum = (read: (row: TokenRow) => number): number =>
    own.reduce((total, row) => total + read(row), 0);
  return {
    ...cell,
    tokens: own.length,
    covariance: sum((row) => (row.old_log_prob - meanL) * (row.advantage - meanA)),
    probability: sum((row) => Math.exp(row.old_log_prob)),
    advantage: sum((row) => row.advantage),
    entropy: sum((row) => (Number.isFinite(row.entropy) ? row.entropy : 0)),
    entropies: sum((row) => Number(Number.isFinite(row.entropy))),
  };
}

describe("token cells", () => {
  test.each(["step", "update"] as const)(
    "by %s are what loops over the tokens count",
    async (of) => {
      const cells = await cellsOf(rows, of, THRESHOLD);
      expect(new Set(cells.map(({ quadrant }) => quadrant))).toEqual(new Set(QUADRANTS));
      expect(cells.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(valid.length);
      for (const cell of cells) {
        const point = valid.filter(
          (row) => row.step === cell.step && (of === "step" || row.update === cell.update),
        );
        const expected = naiveCell(cell, point);
        for (const [name, value] of Object.entries(expected)) {
          const found = cell[name as keyof TokenCell];
          if (typeof value === "number" && name !== "update")
            expect(found, name).toBeCloseTo(value, 12);
          else expect(found, name).toEqual(value);
        }
      }
    },
  );

  test("do not know what no column says", async () => {
    const cells = await cellsOf(rows, "step", undefined, ["clipped", "selected", "entropy"]);
    for (const cell of cells) {
      expect(cell).toMatchObject({
        clipped: undefined,
        selected: undefined,
        top: false,
        entropies: 0,
      });
    }
  });
});
