import { describe, expect, test } from "vitest";
import { agreementStatistics } from "../../../../src/analyze/agreement/agreement-statistics.ts";
import { bootstrapAgreement } from "../../../../src/analyze/agreement/bootstrap-agreement.ts";
import { makeRng } from "../../../../src/base/random.ts";

const PLAN = { replicates: 300, seed: 5 };

/** x, and y = x / 2 + noise. */
function noisyLine(n: number, seed: number): { x: Float64Array; y: Float64Array } {
  const rng = makeRng(seed, "noisy-line");
  const x = Float64Array.from({ length: n }, () => rng.normal());
  return { x, y: x.map((value) => value / 2 + 0.5 * rng.normal()) };
}

describe("agreement with intervals", () => {
  test("holds the statistics of the points that have both x and y", () => {
    const { x, y } = noisyLine(30, 1);
    const gaps = bootstrapAgreement(
      Float64Array.of(Number.NaN, ...x, 4),
      Float64Array.of(1, ...y, Number.NaN),
      PLAN,
    );
    expect(gaps).toEqual(bootstrapAgreement(x, y, PLAN));
    expect(gaps).toMatchObject(agreementStatistics(x, y));
  });

  test("covers the true correlation and slope in about 95 of 100 series", () => {
    let pearson = 0;
    let slope = 0;
    for (let seed = 0; seed < 100; seed += 1) {
      const { x, y } = noisyLine(120, seed);
      const { ci95 } = bootstrapAgreement(x, y, PLAN);
      pearson += Number(ci95.pearson![0] <= Math.SQRT1_2 && Math.SQRT1_2 <= ci95.pearson![1]);
      slope += Number(ci95.slope![0] <= 0.5 && 0.5 <= ci95.slope![1]);
    }
    for (const covered of [pearson, slope]) {
      expect(covered).toBeGreaterThan(82);
      expect(covered).toBeLessThan(100);
    }
  });

  test("is the same for the same seed, and only for it", () => {
    const { x, y } = noisyLine(40, 2);
    expect(bootstrapAgreement(x, y, PLAN)).toEqual(bootstrapAgreement(x, y, PLAN));
    expect(bootstrapAgreement(x, y, { ...PLAN, seed: 6 })).not.toEqual(
      bootstrapAgreement(x, y, PLAN),
    );
  });

  test("gives no interval for a handful of points, without replicates, or for what does not exist", () => {
    const { x, y } = noisyLine(40, 3);
    expect(bootstrapAgreement(x.subarray(0, 7), y.subarray(0, 7), PLAN).ci95).toEqual({});
    expect(bootstrapAgreement(x, y, { ...PLAN, replicates: 0 }).ci95).toEqual({});
    expect(Object.keys(bootstrapAgreement(x.fill(1), y, PLAN).ci95)).toEqual([
      "sign",
      "slope",
      "r2",
    ]);
  });
});
