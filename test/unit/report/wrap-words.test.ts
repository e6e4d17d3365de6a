import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wrapWords } from "../../../src/report/wrap-words.ts";
import { textWidth } from "../../../src/report/text-width.ts";

const widthOf = (text: string): number => textWidth(text, 11);

describe("wrapWords", () => {
  test("no line is wider than the limit, and no letter is lost", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme-ascii" }),
        fc.integer({ min: 20, max: 200 }),
        (text, limit) => {
          const lines = wrapWords(text, limit, widthOf);
          for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(limit);
          expect(lines.join("").replace(/\s/g, "")).toBe(text.replace(/\s/g, ""));
        },
      ),
    );
  });

  test("breaks at spaces where it can", () => {
    expect(wrapWords("one two three", 8, (text) => text.length)).toEqual(["one two", "three"]);
    expect(wrapWords("abcdefgh ij", 5, (text) => text.length)).toEqual(["abcde", "fgh", "ij"]);
  });
});

test("textWidth is that of Helvetica's published metrics", () => {
  // Adobe's AFM file: R 722, e 556, w 722, a 556, r 333, d 556.
  expect(textWidth("Reward", 10)).toBeCloseTo(34.45, 10);
});

test("an interval stays on one line", () => {
  const lines = wrapWords("ceiling 0.5929 [0.5795, 0.6063] if it holds", 24, (line) => line.length);
  expect(lines).toEqual(["ceiling 0.5929", "[0.5795, 0.6063] if it", "holds"]);
});
