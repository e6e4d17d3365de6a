import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseTolerantJson } from "../../../src/ingest/tolerant-json.ts";

describe("JSON as Python writes it", () => {
  test("bare tokens become their names, and the same words within strings stay", () => {
    const text = String.raw`{"a": NaN, "b": [-Infinity, Infinity], "NaN": "x \" NaN, Infinity", "c": 1}`;
    expect(parseTolerantJson(text)).toEqual({
      a: "NaN",
      b: ["-Infinity", "Infinity"],
      NaN: 'x " NaN, Infinity',
      c: 1,
    });
  });

  test("every JSON document means what JSON.parse says, also with a bare token beside it", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseTolerantJson(text)).toEqual(JSON.parse(text));
        expect(parseTolerantJson(`[${text}, NaN]`)).toEqual([JSON.parse(text), "NaN"]);
      }),
    );
  });

  test.each(["", "{", "NaN NaN", '{"a": NaN', '"NaN', "[Infinit]"])("%j is refused", (text) => {
    expect(() => parseTolerantJson(text)).toThrow(SyntaxError);
  });
});
