import { describe, expect, test } from "vitest";
import { type GroupEstimate, sumOfMeans } from "../../../../src/analyze/compare/group-means.ts";
import { tailProbability } from "../../../../src/analyze/compare/tail-probability.ts";
import { compareGolden } from "../../../support/compare-golden.ts";

const group = (values: readonly number[], weight = 1) => ({
  weight,
  values: Float64Array.from(values),
});

function expectTest(
  { p, ci95 }: GroupEstimate,
  expected: { readonly p: number; readonly ci95: readonly [number, number] },
): void {
  expect(p).toBeCloseTo(expected.p, 9);
  expect(ci95).toEqual(expected.ci95.map((end) => expect.closeTo(end, 8)));
}

describe("Student's t as scipy has it", () => {
  test.each(compareGolden.cases)("Welch's comparison has weights 1 and -1: $name", (golden) => {
    const found = sumOfMeans([group(golden.x[0]!), group(golden.y[0]!, -1)]);
    expectTest(found, golden.welch);
  });

  const paired = compareGolden.cases.filter((golden) => golden.paired !== null);
  test.each(paired)("the paired test is the mean of differences: $name", (golden) => {
    const [one, other] = [golden.x[0]!, golden.y[0]!];
    expectTest(sumOfMeans([group(one.map((value, i) => value - other[i]!))]), golden.paired!);
  });
});

describe("sums of means", () => {
  test("the value is the weighted sum, also where a group of one leaves no interval", () => {
    const found = sumOfMeans([group([1, 3], 0.5), group([10], 0.5)]);
    expect(found).toEqual({ value: 6, ci95: undefined, p: undefined, degreesOfFreedom: undefined });
  });

  test("the unit of the values does not matter, however small", () => {
    const values = [1, 2, 4];
    const { ci95, degreesOfFreedom, p } = sumOfMeans([group(values), group([0, 3], -1)]);
    const tiny = 1e-120;
    const small = sumOfMeans([group(values.map((one) => one * tiny)), group([0, 3 * tiny], -1)]);
    expect(small.degreesOfFreedom).toBeCloseTo(degreesOfFreedom!, 9);
    expect(small.p).toBeCloseTo(p!, 9);
    expect(small.ci95![1] / tiny).toBeCloseTo(ci95![1], 9);
  });

  test("values that are all alike say nothing of the spread", () => {
    expect(sumOfMeans([group([2, 2, 2])])).toMatchObject({
      value: 2,
      ci95: undefined,
      p: undefined,
    });
    expect(sumOfMeans([group([0, 0])])).toMatchObject({ value: 0, ci95: undefined, p: 1 });
  });
});

describe("tail probabilities", () => {
  // With one degree of freedom T is Cauchy's, with two its distribution is algebraic.
  test.each([0.1, 1, 3, 12.7, 500])(
    "are the closed forms of one and two degrees at t = %d",
    (t) => {
      expect(tailProbability(t, 1)).toBeCloseTo(1 - (2 / Math.PI) * Math.atan(t), 9);
      expect(tailProbability(-t, 2)).toBeCloseTo(1 - t / Math.sqrt(2 + t ** 2), 9);
    },
  );

  test("is 1 at 0 and not below 1e-12", () => {
    expect(tailProbability(0, 5)).toBeCloseTo(1, 6);
    expect(tailProbability(1e9, 30)).toBeCloseTo(1e-12, 13);
  });
});
