/** The table of the first-order formulas against an independent simulation; `scripts/first-order.ts` prints it. */
import { describe, expect, test } from "vitest";
import { CELLS } from "../../scripts/first-order/cells.ts";
import { COMPARED, measureCell } from "../../scripts/first-order/measure-cell.ts";

/** Other seeds than those that the script prints. */
const EFFORT = { states: 400, seeds: 30, firstSeed: 1000 };

describe("the first-order table", () => {
  test.each(CELLS)("$form at $length is the reference's, within its noise", (cell) => {
    const { distances } = measureCell(cell, EFFORT);
    COMPARED.forEach((name, k) => {
      expect(distances[k], name).toBeLessThan(3);
    });
  });

  test("ranks the formulas: the wrong one correlates well and has a negative R2", () => {
    const wrong = measureCell({ form: "npg-as-pg", length: 1e-3, reference: [1, 1, 1] }, EFFORT);
    expect(wrong.spreads.pearson.centre).toBeGreaterThan(0.85);
    expect(wrong.spreads.sign.centre).toBeGreaterThan(0.85);
    expect(wrong.spreads.r2.centre).toBeLessThan(-5);
    for (const distance of wrong.distances) expect(distance).toBeGreaterThan(3); // a miss is seen
  });
});
