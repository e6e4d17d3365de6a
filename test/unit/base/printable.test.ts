import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { printable, printableName } from "../../../src/base/printable.ts";

const HARMFUL =
  // oxlint-disable-next-line no-control-regex -- what a terminal or a reader's eye could be misled by
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

/** Any UTF-16 code units, lone surrogates among them. */
const anyText = fc
  .array(fc.nat(0xffff), { maxLength: 30 })
  .map((units) => String.fromCharCode(...units));

describe("printable", () => {
  test.each([
    ["a colour (CSI)", "\u001b[31mred", "\\u001b[31mred"],
    ["a link (OSC 8)", "\u001b]8;;http://x\u0007y", "\\u001b]8;;http://x\\u0007y"],
    ["the clipboard (OSC 52)", "\u001b]52;c;eA==\u001b\\", "\\u001b]52;c;eA==\\u001b\\"],
    ["a bell", "\u0007", "\\u0007"],
    ["a backspace", "safe\b\b\b\bevil", "safe\\u0008\\u0008\\u0008\\u0008evil"],
    ["a carriage return", "real\rfake", "real\\u000dfake"],
    ["a one-byte CSI (C1)", "\u009b31m", "\\u009b31m"],
    ["delete", "\u007f", "\\u007f"],
    ["reversed text (bidi)", "\u202egnp.exe\u202c", "\\u202egnp.exe\\u202c"],
    ["a bidi isolate", "\u2066x\u2069", "\\u2066x\\u2069"],
    ["an invisible character", "a\u200bb", "a\\u200bb"],
    ["a line separator", "a\u2028b", "a\\u2028b"],
    ["a byte order mark", "\ufeffa", "\\ufeffa"],
  ])("%s becomes visible", (_, text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  test("leaves letters, line feeds, tabs and emoji alone", () => {
    const text = "entropie: größer\n\t熵 0.5 😀 −1";
    expect(printable(text)).toBe(text);
  });

  test("no text keeps anything harmful", () => {
    fc.assert(
      fc.property(anyText, (text) => !HARMFUL.test(printable(text))),
      { seed: 1 },
    );
  });

  test("JSON text stays JSON of the same value", () => {
    fc.assert(
      fc.property(fc.dictionary(anyText, anyText), (value) => {
        const text = JSON.stringify(value);
        expect(JSON.parse(printable(text))).toEqual(JSON.parse(text));
      }),
      { seed: 2 },
    );
  });
});

describe("printableName", () => {
  test("stays on one line", () => {
    expect(printableName("a\nb\tc\u001b")).toBe("a\\u000ab\\u0009c\\u001b");
  });
});
