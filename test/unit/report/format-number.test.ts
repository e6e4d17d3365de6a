import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  formatEstimate,
  formatInterval,
  formatNumber,
  formatWithError,
  notAvailable,
} from "../../../src/report/format-number.ts";

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

describe("formatNumber", () => {
  test.each([
    [0.86214, 0.0123, "0.862"],
    [0.86214, 0.0046, "0.8621"],
    [1234.567, 25, "1235"],
    [-0.00001, 0.01, "0.000"],
    [0.5, 0, "0.5"],
    [3.14159265, undefined, "3.142"],
    [435, undefined, "435"],
    [123456, undefined, "123456"],
    [0.00001234, undefined, "1.234e-5"],
    [-1.5e9, undefined, "-1.500e+9"],
    [Number.NaN, undefined, "not available"],
    [undefined, undefined, "not available"],
    [Number.POSITIVE_INFINITY, 0.1, "∞"],
    [Number.NEGATIVE_INFINITY, undefined, "-∞"],
  ] as const)("writes %s with error %s as %s", (value, se, text) => {
    expect(formatNumber(value, se)).toBe(text);
  });

  test("is off by at most half of the standard error's second digit", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e5, max: 1e5, noNaN: true }),
        fc.double({ min: 1e-4, max: 1e3, noNaN: true }),
        (value, se) => {
          expect(Math.abs(Number(formatNumber(value, se)) - value)).toBeLessThanOrEqual(
            Math.max(0.5, 0.0501 * se),
          );
          if (se < 10)
            expect(Math.abs(Number(formatNumber(value, se)) - value)).toBeLessThanOrEqual(
              0.0501 * se + 1e-9,
            );
        },
      ),
    );
  });

  test("never writes NaN, undefined or a negative zero", () => {
    fc.assert(
      fc.property(fc.option(fc.double()), fc.option(fc.double()), (value, se) => {
        expect(formatNumber(value ?? undefined, se ?? undefined)).not.toMatch(
          /NaN|undefined|^-0(\.0*)?$/,
        );
      }),
    );
  });

  test("keeps four significant digits where there is no error", () => {
    fc.assert(
      fc.property(finite, (value) => {
        fc.pre(value !== 0 && Math.abs(value) > 1e-300 && Math.abs(value) < 1e300);
        expect(Math.abs(Number(formatNumber(value)) / value - 1)).toBeLessThan(0.00051);
      }),
    );
  });
});

describe("estimates", () => {
  const estimate = { value: 0.8621, se: 0.0123, ci95: [0.8379, 0.8863] } as const;

  test("stand with their error or their interval, to the same digit", () => {
    expect(formatWithError(estimate)).toBe("0.862 ± 0.012");
    expect(formatEstimate(estimate)).toBe("0.862 [0.838, 0.886]");
  });

  test("that do not exist say so", () => {
    expect(formatWithError(undefined)).toBe("not available");
    expect(formatEstimate(undefined)).toBe("not available");
    expect(formatInterval([Number.NaN, 1])).toBe("not available");
    expect(notAvailable("entropy is constant")).toBe("not available: entropy is constant");
  });

  test("an open end is written as one", () => {
    expect(formatInterval([0.84, Number.POSITIVE_INFINITY], 0.01)).toBe("[0.840, ∞)");
    expect(formatInterval([Number.NEGATIVE_INFINITY, 2])).toBe("(-∞, 2]");
  });
});
