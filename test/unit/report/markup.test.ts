import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeHtml, markup, trusted } from "../../../src/report/markup.ts";
import { jsonIsland } from "../../../src/report/json-island.ts";

describe("markup", () => {
  test("escapes what is inserted, also inside quotes and lists", () => {
    const evil = `"><img src=x onerror='alert(1)'>&`;
    const escaped = "&quot;&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;";
    expect(markup`<a title="${evil}">${[evil, evil]}</a>`.html).toBe(
      `<a title="${escaped}">${escaped}${escaped}</a>`,
    );
  });

  test("inserts markup of ours as it is, numbers as text and undefined as nothing", () => {
    expect(markup`<p>${markup`<b>${1}</b>`}${undefined}${trusted("<hr>")}</p>`.html).toBe(
      "<p><b>1</b><hr></p>",
    );
  });

  test("leaves no mark of markup and no invisible control in any text", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff })), (units) => {
        const text = String.fromCharCode(...units);
        // oxlint-disable-next-line no-control-regex -- looking for control characters
        expect(escapeHtml(text)).not.toMatch(/[<>"'\u0000-\u0008\u202a-\u202e\u2066-\u2069]/);
      }),
    );
  });
});

describe("jsonIsland", () => {
  test("parses back to the value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(jsonIsland(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test("cannot end its element, begin a comment or break a line", () => {
    const text = jsonIsland({ "</script><!--": "</SCRIPT>\u2028\u2029\u202e&" });
    expect(text).not.toMatch(/[<>&\u2028\u2029\u202e]/);
  });

  test("writes typed arrays as lists and numbers that are not finite as null", () => {
    expect(jsonIsland({ a: Float64Array.of(1, Number.NaN) })).toBe('{"a":[1,null]}');
    expect(jsonIsland(undefined)).toBe("null");
  });
});
