import { describe, expect, test } from "vitest";
import {
  armDifference,
  meanDifference,
  type RunValue,
} from "../../../../src/analyze/compare/arm-difference.ts";
import { sumOfMeans } from "../../../../src/analyze/compare/group-means.ts";
import { makeRng } from "../../../../src/base/random.ts";

const arm = (values: readonly number[], { from = 0, stratum = "" } = {}): RunValue[] =>
  values.map((value, i) => ({ seed: from + i, stratum, value }));

const X = [1.1, 5.2, 9.0];
const Y = [1, 5, 9.1];

describe("a difference of arms", () => {
  test("is by pairs of one seed, in any order, where there are two: what seeds share cancels", () => {
    const found = meanDifference(arm(X), arm(Y).toReversed());
    const gaps = Float64Array.from(X, (value, i) => value - Y[i]!);
    expect(found).toEqual({
      ...sumOfMeans([{ weight: 1, values: gaps }]),
      paired: true,
      n: 3,
    });
    const apart = meanDifference(arm(X), arm(Y, { from: 10 }))!;
    expect(apart).toMatchObject({ paired: false, n: 3 });
    expect(apart.value).toBeCloseTo(found!.value, 12);
    expect(apart.ci95![1] - apart.ci95![0]).toBeGreaterThan(10);
  });

  test("one run against several is paired with the one of its seed; without it the means are told", () => {
    expect(meanDifference(arm([3], { from: 1 }), arm(Y))).toMatchObject({
      paired: true,
      n: 1,
      value: -2,
      ci95: undefined,
    });
    expect(meanDifference(arm([3], { from: 7 }), arm([1, 3]))).toMatchObject({
      paired: false,
      value: 1,
      ci95: undefined,
    });
  });

  test("a few pairs do not silence the other runs, and pairs of one stratum not the other", () => {
    const ten = arm([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const later = arm([3, 2, 5, 4, 7, 6, 9, 8, 11, 10], { from: 8 });
    expect(meanDifference(ten, later)).toMatchObject({ paired: false, n: 10, value: -1 });
    const both = [...arm([5, 6, 8]), ...arm([1, 2, 4], { stratum: "B" })];
    const apart = [...arm([4, 5, 6]), ...arm([2, 2, 3], { stratum: "B", from: 9 })];
    const found = meanDifference(both, apart)!;
    expect(found.paired).toBe(false);
    expect(found.value).toBeCloseTo((4 / 3 + 0) / 2, 12);
  });

  test("runs without a seed are never paired", () => {
    const unknown = arm(X).map((run) => ({ ...run, seed: undefined }));
    expect(meanDifference(unknown, unknown)).toMatchObject({ paired: false });
  });

  test("strata count alike, whatever their number of runs, and only those that both have", () => {
    const x = [...arm([2, 2, 2, 2]), ...arm([10], { stratum: "B", from: 20 })];
    const y = [...arm([1, 1], { from: 30 }), ...arm([4], { stratum: "B", from: 40 })];
    expect(meanDifference(x, [...y, ...arm([99], { stratum: "C" })])?.value).toBe((1 + 6) / 2);
    expect(meanDifference(x, arm([99], { stratum: "C" }))).toBeUndefined();
  });

  test("bootstraps: all above is a probability of 1; the paired one is narrower than that of runs apart", () => {
    const rng = makeRng(0, "test");
    const above = armDifference(arm([5, 6, 7]), arm([1, 2, 3]), rng)!;
    expect(above).toMatchObject({ probabilityAbove: 1, probability95: [1, 1] });
    const width = ([low, high]: readonly [number, number] = [0, 0]): number => high - low;
    const paired = armDifference(arm(X), arm(Y), rng)!;
    const apart = armDifference(arm(X), arm(Y, { from: 9 }), rng)!;
    expect(width(paired.bootstrap95)).toBeLessThan(0.5);
    expect(width(apart.bootstrap95)).toBeGreaterThan(5);
  });
});
