import { describe, expect, test } from "vitest";
import { fitLine } from "../../../../src/analyze/fit/line.ts";
import {
  bootstrapLine,
  bootstrapRows,
  defaultBlockLength,
  percentileInterval95,
} from "../../../../src/analyze/fit/moving-block-bootstrap.ts";
import { makeRng } from "../../../../src/base/random.ts";
import { fallingEntropy, rewardOf, whiteNoise } from "../../../support/series.ts";

const N = 101; // no multiple of the block length
const x = fallingEntropy(N).map(Math.exp);
const noise = whiteNoise(N, 0.02, "bootstrap");
const y = rewardOf(fallingEntropy(N)).map((value, i) => value + noise[i]!);

describe("the moving-block bootstrap", () => {
  test("the line from block sums is the line through the rows drawn", () => {
    const lines = bootstrapLine(x, y, { replicates: 50, rng: makeRng(5, "bootstrap") });
    const take = (values: Float64Array, rows: Int32Array): Float64Array =>
      Float64Array.from(rows, (row) => values[row]!);
    const [intercepts, slopes] = bootstrapRows(
      N,
      { replicates: 50, rng: makeRng(5, "bootstrap") },
      (rows) => {
        const line = fitLine(take(x, rows), take(y, rows));
        return line && [line.intercept, line.slope];
      },
    );
    lines.slope.forEach((slope, k) => expect(slope).toBeCloseTo(slopes![k]!, 11));
    lines.intercept.forEach((value, k) => expect(value).toBeCloseTo(intercepts![k]!, 11));
  });

  test("rows come in whole blocks of neighbours, the last one cut", () => {
    bootstrapRows(N, { replicates: 20, rng: makeRng(1), blockLength: 8 }, (rows) => {
      expect(rows).toHaveLength(N);
      rows.forEach((row, i) => {
        expect(row).toBeGreaterThanOrEqual(0);
        expect(row).toBeLessThan(N);
        if (i % 8 !== 0) expect(row).toBe(rows[i - 1]! + 1);
      });
      return undefined;
    });
  });

  test("the same seed gives the same draws", () => {
    const draw = (): Float64Array => bootstrapLine(x, y, { replicates: 9, rng: makeRng(2) }).slope;
    expect(draw()).toEqual(draw());
  });

  test("one block as long as the series gives the series itself", () => {
    const { slope } = bootstrapLine(x, y, { replicates: 3, rng: makeRng(2), blockLength: N });
    slope.forEach((value) => expect(value).toBeCloseTo(fitLine(x, y)?.slope ?? Number.NaN, 11));
  });

  test("for white noise its spread is the standard error of least squares", () => {
    const { slope } = bootstrapLine(x, y, { replicates: 4000, rng: makeRng(3), blockLength: 1 });
    const mean = slope.reduce((sum, value) => sum + value, 0) / slope.length;
    const spread = Math.sqrt(
      slope.reduce((sum, value) => sum + (value - mean) ** 2, 0) / slope.length,
    );
    const se = Math.sqrt(fitLine(x, y)?.slopeVariance ?? Number.NaN);
    // Pairs estimate White's error, which differs from the classical one by some 1/√n of itself.
    expect(spread / se).toBeGreaterThan(0.85);
    expect(spread / se).toBeLessThan(1.15);
  });

  test("series that give no estimate are left out", () => {
    let call = 0;
    const [draws] = bootstrapRows(N, { replicates: 10, rng: makeRng(1) }, () => {
      call += 1;
      return call % 2 === 0 ? undefined : [call];
    });
    expect([...draws!]).toEqual([1, 3, 5, 7, 9]);
    const constant = bootstrapLine(new Float64Array(N).fill(1.3), y, {
      replicates: 10,
      rng: makeRng(1),
    });
    expect(constant.slope).toHaveLength(0);
  });

  test.each([
    [{ replicates: 0 }, /whole number of replicates/],
    [{ replicates: 10, blockLength: 0 }, /from 1 to n = 101 rows/],
    [{ replicates: 10, blockLength: 102 }, /from 1 to n = 101 rows/],
  ])("refuses %o", (plan, message) => {
    expect(() => bootstrapLine(x, y, { rng: makeRng(1), ...plan })).toThrow(message);
  });

  test("a block is the cube root of the series long, rounded up", () => {
    expect([27, 28, 435].map(defaultBlockLength)).toEqual([3, 4, 8]);
  });

  test("the percentile interval interpolates as numpy does", () => {
    // numpy.percentile([0, 1, 2, 3, 10], [2.5, 97.5])
    const interval = percentileInterval95(Float64Array.of(10, 3, 0, 2, 1));
    expect(interval?.[0]).toBeCloseTo(0.1, 14);
    expect(interval?.[1]).toBeCloseTo(9.3, 14);
    expect(percentileInterval95(new Float64Array())).toBeUndefined();
  });
});
