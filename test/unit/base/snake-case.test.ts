import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toSnakeCase } from "../../../src/base/snake-case.ts";

const anyNumber = fc.oneof(fc.double(), fc.constantFrom(NaN, Infinity, -Infinity));

describe("toSnakeCase", () => {
  test("turns field names to snake_case, digits staying with their word", () => {
    expect(toSnakeCase({ durbinWatson: 2, ci95: [0, 1], neweyWestSe: 1 })).toEqual({
      durbin_watson: 2,
      ci95: [0, 1],
      newey_west_se: 1,
    });
  });

  test("keeps the keys of a map, which are data", () => {
    expect(toSnakeCase(new Map([["C_mid", { ci95: [0, 1] }]]))).toEqual({
      C_mid: { ci95: [0, 1] },
    });
  });

  test("leaves out undefined and keeps null", () => {
    expect(toSnakeCase({ a: undefined, b: null })).toEqual({ b: null });
  });

  test.each([
    ["a number", { rSquared: NaN }, { r_squared: null, r_squared_reason: "not finite: NaN" }],
    [
      "a list",
      { profile95: [-Infinity, 1] },
      { profile95: [null, 1], profile95_reason: "not finite: -Infinity" },
    ],
    [
      "a typed array",
      { covariance: Float64Array.of(1, NaN) },
      { covariance: [1, null], covariance_reason: "not finite: NaN" },
    ],
  ])("%s that is not finite becomes null with a reason beside it", (_, value, expected) => {
    expect(toSnakeCase(value)).toEqual(expected);
  });

  test("says so wherever a number is lost, and nowhere else", () => {
    fc.assert(
      fc.property(fc.array(anyNumber, { maxLength: 5 }), anyNumber, (list, number) => {
        const made = toSnakeCase({ list, typed: Float64Array.from(list), inner: { number } });
        const numbers = list.map((value) => (Number.isFinite(value) ? value : null));
        expect(made).toMatchObject({ list: numbers, typed: numbers });
        const lost = [...list, number].filter((value) => !Number.isFinite(value)).length;
        expect(JSON.stringify(made).includes("_reason")).toBe(lost > 0);
      }),
    );
  });
});
