import { expect, test } from "vitest";
import { holm } from "../../../../src/analyze/compare/holm.ts";
import { compareGolden } from "../../../support/compare-golden.ts";

test("Holm's correction is statsmodels'", () => {
  const { p, adjusted } = compareGolden.holm;
  expect(holm(p)).toEqual(adjusted.map((value) => expect.closeTo(value, 12)));
});

test("what was not tested does not count and stays without a value", () => {
  expect(holm([undefined, 0.03, undefined])).toEqual([undefined, 0.03, undefined]);
  expect(holm([])).toEqual([]);
});

test("no adjusted value is above 1 or below its own p", () => {
  const p = [0.9, 0.7, 0.2, 0.6];
  holm(p).forEach((value, i) => {
    expect(value).toBeLessThanOrEqual(1);
    expect(value).toBeGreaterThanOrEqual(p[i]!);
  });
});
