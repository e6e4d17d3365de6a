import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  agreementStatistics,
  countedAgreement,
} from "../../../../src/analyze/agreement/agreement-statistics.ts";
import { midRanks } from "../../../../src/analyze/agreement/mid-ranks.ts";

interface GoldenCase extends Record<
  "n" | "pearson" | "spearman" | "sign" | "slope" | "r2",
  number
> {
  readonly name: string;
  readonly x: number[];
  readonly y: number[];
}
const golden: { cases: GoldenCase[] } = JSON.parse(
  readFileSync("test/golden/agreement-statistics.json", "utf8"),
);
const series = Float64Array.of(3, -1, 2, -2, 0.5);

describe("agreement statistics", () => {
  test.each(golden.cases)("are those of scipy for $name", (expected) => {
    const found = agreementStatistics(Float64Array.from(expected.x), Float64Array.from(expected.y));
    expect(Object.keys(found)).toHaveLength(6);
    for (const [key, value] of Object.entries(found)) {
      expect(value, key).toBeCloseTo(expected[key as keyof typeof found], 12);
    }
  });

  test("of a prediction with the wrong step size are perfect, the slope apart", () => {
    const found = agreementStatistics(
      series.map((value) => 7 * value),
      series,
    );
    for (const name of ["pearson", "spearman", "sign", "r2"] as const) {
      expect(found[name], name).toBeCloseTo(1, 12);
    }
    expect(found.slope).toBeCloseTo(1 / 7, 12);
  });

  test("do not exist where there is nothing to agree on", () => {
    const constant = agreementStatistics(new Float64Array(5).fill(0.1), series);
    expect([constant.pearson, constant.spearman]).toEqual([Number.NaN, Number.NaN]);
    const zero = agreementStatistics(new Float64Array(5), series);
    expect([zero.slope, zero.r2]).toEqual([Number.NaN, Number.NaN]);
    expect(agreementStatistics(new Float64Array(0), new Float64Array(0))).toMatchObject({
      n: 0,
      sign: Number.NaN,
    });
  });
});

describe("counted points", () => {
  test("are points that occur so often", () => {
    const point = fc.record({
      x: fc.integer({ min: -3, max: 3 }),
      y: fc.integer({ min: -3, max: 3 }),
      count: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(point, { minLength: 1 }), (points) => {
        const series = (list: typeof points, name: "x" | "y" | "count"): Float64Array =>
          Float64Array.from(list, (one) => one[name]);
        const written = points.flatMap((one) => Array.from({ length: one.count }, () => one));
        const found = countedAgreement(
          series(points, "x"),
          series(points, "y"),
        )(series(points, "count"));
        const expected = agreementStatistics(series(written, "x"), series(written, "y"));
        for (const [name, value] of Object.entries(expected)) {
          const got = found[name as keyof typeof found];
          if (Number.isNaN(value)) expect(got, name).toBeNaN();
          else expect(got, name).toBeCloseTo(value, 9);
        }
      }),
    );
  });
});

test("mid-ranks are one more than the values below plus half of the other equal ones", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1 }), (list) => {
      const ranks = new Float64Array(list.length);
      const different = midRanks(Float64Array.from(list)).fill(
        new Float64Array(list.length).fill(1),
        ranks,
      );
      expect(different).toBe(new Set(list).size);
      for (const [i, value] of list.entries()) {
        const below = list.filter((other) => other < value).length;
        const equal = list.filter((other) => other === value).length;
        expect(ranks[i]).toBe(below + (equal + 1) / 2);
      }
    }),
  );
});
