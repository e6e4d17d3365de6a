import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatStepLine, parseStepLine } from "../../../src/log/step-line.ts";

const parse = (text: string): ReturnType<typeof parseStepLine> => parseStepLine(Buffer.from(text));

describe("a step as a line", () => {
  test("every finite float64 under any name comes back bit for bit", () => {
    const name = fc.string().filter((text) => text !== "step");
    const value = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }));
    const row = fc.tuple(fc.maxSafeInteger(), fc.array(fc.tuple(name, value)));
    fc.assert(
      fc.property(row, ([step, members]) => {
        const written = new Map([["step", step], ...members]);
        const text = formatStepLine(written);
        const read = parse(text.slice(0, -1));
        if ("damage" in read) throw new Error(read.damage);
        expect(text.indexOf("\n")).toBe(text.length - 1);
        expect(read.values.size).toBe(written.size);
        for (const [key, expected] of written) {
          expect(Object.is(read.values.get(key), expected ?? Number.NaN)).toBe(true);
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test.each([
    ["negative zero", -0, "-0"],
    ["the smallest number", 5e-324, "5e-324"],
    ["the largest number", Number.MAX_VALUE, "1.7976931348623157e+308"],
    ["NaN", Number.NaN, "null"],
    ["infinity", -Infinity, "null"],
    ["no value", null, "null"],
  ])("%s is written as JSON can say it", (_, value, expected) => {
    const row = new Map([
      ["step", 1],
      ["x", value],
    ]);
    expect(formatStepLine(row)).toBe(`{"step": 1, "x": ${expected}}\n`);
  });

  test("Python's bare NaN and Infinity are values that are missing, and are counted", () => {
    const read = parse('{"step": 3, "a": NaN, "b": -Infinity, "say NaN": 1, "c": 1e400}');
    expect(read).toMatchObject({ step: 3, notFinite: ["a", "b", "c"], notNumeric: [] });
    expect("values" in read && [...read.values]).toEqual([
      ["step", 3],
      ["a", Number.NaN],
      ["b", Number.NaN],
      ["say NaN", 1],
      ["c", Number.NaN],
    ]);
  });

  test("what is neither number nor null is named and left out", () => {
    const read = parse('{"step": 3, "note": "x", "tags": [1], "deep": {"a": 1}, "done": true}');
    expect(read).toMatchObject({ notNumeric: ["note", "tags", "deep", "done"] });
    expect("values" in read && read.values.size).toBe(1);
  });

  test("the name __proto__ is a column like any other", () => {
    const read = parse('{"step": 0, "__proto__": 7}');
    expect("values" in read && read.values.get("__proto__")).toBe(7);
    expect(Object.hasOwn(Object.prototype, "7")).toBe(false);
  });

  test.each([
    ["{", "text that is not JSON"],
    ['{"step": 1', "text that is not JSON"],
    ['{"step": 1} {"step": 2}', "text that is not JSON"],
    ["\0\0\0\0", "text that is not JSON"],
    ['{"step": NaN', "text that is not JSON"],
    [`${"[".repeat(100_000)}`, "text that is not JSON"],
    ["[1, 2]", "JSON that is not an object"],
    ["7", "JSON that is not an object"],
    ["null", "JSON that is not an object"],
    ["{}", 'an object without an integer "step"'],
    ['{"step": null}', 'an object without an integer "step"'],
    ['{"step": 1.5}', 'an object without an integer "step"'],
    ['{"step": 9007199254740993}', 'an object without an integer "step"'],
    ['{"step": "1"}', 'an object without an integer "step"'],
  ])("%j is damage", (text, damage) => {
    expect(parse(text)).toEqual({ damage });
  });

  test("half a UTF-8 character is damage", () => {
    const whole = Buffer.from('{"step": 1, "é": 2}');
    const cut = Buffer.concat([whole.subarray(0, 14), whole.subarray(15)]);
    expect(parseStepLine(cut)).toEqual({ damage: "bytes that are not UTF-8" });
  });
});
