import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConfigError } from "../../../src/base/errors.ts";
import {
  parseFitOn,
  parseFixed,
  parseNumber,
  parseWindow,
  parsePositive,
  parseStartReward,
} from "../../../src/cli/parse-choices.ts";

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

describe("--window", () => {
  test("either end may be left out, and then nothing is cut off there", () => {
    expect(parseWindow("20:300")).toEqual([20, 300]);
    expect(parseWindow("20:")).toEqual([20, Number.POSITIVE_INFINITY]);
    expect(parseWindow(":300")).toEqual([Number.NEGATIVE_INFINITY, 300]);
    expect(parseWindow("-1.5:7")).toEqual([-1.5, 7]);
    expect(parseWindow(undefined)).toBeUndefined();
  });

  test("any two integers in order are a window, and out of order a mistake", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (a, b) => {
        const [from, to] = a < b ? [a, b] : [b, a];
        expect(parseWindow(`${from}:${to}`)).toEqual([from, to]);
        if (from < to) expect(() => parseWindow(`${to}:${from}`)).toThrow(ConfigError);
      }),
    );
  });

  test.each(["", "20", "20-300", "a:b", "1:2:3", "1e2:1e3", "NaN:", " 1:2"])(
    'refuses "%s" and shows how to write one',
    (text) => {
      expect(() => parseWindow(text)).toThrow(
        expect.objectContaining({
          code: "window",
          fix: expect.stringContaining("--window 20:300"),
        }),
      );
    },
  );
});

describe("--fit-on", () => {
  test.each([
    ["1", 1],
    ["100", 100],
    ["0.36", 0.36],
    ["1e2", 100],
  ])("%s is %d", (text, value) => {
    expect(parseFitOn(text)).toBe(value);
  });

  test.each(["", "0", "-1", "1.5", "1.0001", "NaN", "Infinity", "36%", "half"])(
    'refuses "%s"',
    (text) => {
      expect(() => parseFitOn(text)).toThrow(ConfigError);
    },
  );
});

describe("flags with numbers", () => {
  test("every finite number comes through to the last bit", () => {
    fc.assert(
      fc.property(finite, (value) => {
        expect(parseNumber("x", String(value))).toBe(value === 0 ? 0 : value);
        expect(parseFixed([`R0=${value}`])).toEqual({ R0: value === 0 ? 0 : value });
      }),
    );
    expect(parseNumber("x", undefined)).toBeUndefined();
    expect(parseFixed(undefined)).toBeUndefined();
  });

  test.each(["", " ", "a", "1,5", "NaN", "-Infinity"])('"%s" is no number', (text) => {
    expect(() => parseNumber("noise-ratio", text)).toThrow("--noise-ratio must be a number");
    expect(() => parseFixed([`R0=${text}`])).toThrow(ConfigError);
  });

  test.each(["R0", "=1", ""])('--fix refuses "%s"', (pair) => {
    expect(() => parseFixed([pair])).toThrow(ConfigError);
  });
});

describe("the reward at zero compute", () => {
  test.each([
    ["first", "first"],
    ["free", "free"],
    ["0", 0],
    ["-0.5", -0.5],
  ])("%s is %s", (text, expected) => {
    expect(parseStartReward(text)).toBe(expected);
  });

  test.each(["", " ", "last", "NaN", "1/2"])("%j is refused as usage", (text) => {
    expect(() => parseStartReward(text)).toThrow(/--r0 must be first, free or a number/);
  });
});

describe("a number above 0", () => {
  test("is taken as it is, and none is none", () => {
    expect([parsePositive("alpha", "0.2"), parsePositive("alpha", undefined)]).toEqual([
      0.2,
      undefined,
    ]);
  });

  test.each(["0", "-1"])("%s is refused with the flag's name", (text) => {
    expect(() => parsePositive("alpha", text)).toThrow(/--alpha must be above 0/);
  });
});
