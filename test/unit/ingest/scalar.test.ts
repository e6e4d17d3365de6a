import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { plainDecimal } from "../../../src/ingest/plain-decimal.ts";
import { parseScalar, parseScalarText } from "../../../src/ingest/scalar.ts";

describe("one value", () => {
  test.each([
    ["0.5", 0.5],
    [" -3 ", -3],
    ["+.5", 0.5],
    ["5.", 5],
    ["1e-05", 1e-5],
    ["np.float64(0.125)", 0.125],
    ["np.float32(1e-3)", 1e-3],
    ["np.int64(-7)", -7],
    ["tensor(0.25)", 0.25],
    ["np.float64(nan)", Number.NaN],
    ["nan", Number.NaN],
    ["NaN", Number.NaN],
    ["-inf", Number.NEGATIVE_INFINITY],
    ["Infinity", Number.POSITIVE_INFINITY],
    ["1e400", Number.POSITIVE_INFINITY],
  ])("%j is the number it says", (text, expected) => {
    expect(parseScalarText(text)).toBe(expected);
  });

  test.each([
    "",
    "None",
    "null",
    "abc",
    "0x10",
    "1_000",
    "1,5",
    "--1",
    "1e",
    ".",
    "True",
    "f(",
    "3 4",
    "step:5",
  ])("%j is no number", (text) => {
    expect(parseScalarText(text)).toBeUndefined();
  });

  test("every finite number survives the way Python and JavaScript print it", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(parseScalarText(String(value))).toBe(value === 0 ? 0 : value);
        expect(parseScalarText(`np.float64(${value})`)).toBe(value === 0 ? 0 : value);
      }),
    );
  });

  test("the fast path gives Number's result to the last bit, or none", () => {
    const decimal = fc
      .tuple(fc.boolean(), fc.stringMatching(/^\d{0,10}$/), fc.stringMatching(/^\d{0,10}$/))
      .map(([negative, whole, part]) => `${negative ? "-" : ""}${whole}.${part}`);
    fc.assert(
      fc.property(decimal, (text) => {
        const fast = plainDecimal(`x${text}y`, 1, text.length + 1);
        if (fast !== undefined) expect(fast).toBe(Number(text));
      }),
    );
    expect(plainDecimal("0.1234567890123", 0, 15)).toBe(0.1234567890123);
    expect(plainDecimal("1.2.3", 0, 5)).toBeUndefined();
    expect(plainDecimal("-", 0, 1)).toBeUndefined();
    expect(plainDecimal("1234567890123456", 0, 16)).toBeUndefined();
  });

  test("of decoded values, numbers, 64-bit integers and text count; the rest is no measurement", () => {
    expect([1.5, 2n ** 60n, "NaN", "0.5"].map(parseScalar)).toEqual([
      1.5,
      2 ** 60,
      Number.NaN,
      0.5,
    ]);
    expect([null, true, [1], { a: 1 }, undefined].map(parseScalar)).toEqual(
      Array(5).fill(undefined),
    );
  });

  test("a million digits before a letter cost no more than reading them", () => {
    const start = performance.now();
    expect(parseScalarText(`${"1".repeat(1e6)}x`)).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
