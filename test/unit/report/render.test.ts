import { describe, expect, test } from "vitest";
import { standaloneSpec } from "../../../src/report/chart/chart.ts";
import { charts } from "../../../src/report/chart/charts.ts";
import { darkPalette, lightPalette } from "../../../src/report/palette.ts";
import { renderHtml } from "../../../src/report/render-html.ts";
import { renderPng } from "../../../src/report/render-png.ts";
import { drawFragment, renderSvg } from "../../../src/report/render-svg.ts";
import { compileSpec, drawSvg } from "../../../src/report/vega-view.ts";
import { hostileCharts } from "../../support/chart-cases.ts";
import { madeUpLaw, madeUpWindows } from "../../support/findings.ts";

const chart = charts.law(madeUpLaw("weak", { steps: 40 }));
const spec = standaloneSpec(chart);

describe("renderSvg", () => {
  test("gives the same bytes each time, with one accessible name and nothing to click or style inline", async () => {
    const svg = await renderSvg(spec);
    expect(await renderSvg(spec)).toBe(svg);
    expect(svg.match(/aria-label=/g)).toHaveLength(1);
    expect(svg).toMatch(/^<svg [^>]*role="img" aria-label="Scatter of reward/);
    expect(svg).not.toMatch(/ style=| id=| href=|<image|<script/);
  });

  test("keeps every point: as many circles as steps, beside the legend's", async () => {
    const svg = await renderSvg(spec);
    expect(svg.match(/<circle /g)).toHaveLength(40 + 4);
    expect(svg.replace(/aria-label="[^"]*"|<text.*?<\/text>/g, "")).not.toMatch(/\d\.\d{3,}/);
  });

  test("follows the reader's dark mode unless a ground is named", async () => {
    expect(await renderSvg(spec)).toContain("prefers-color-scheme:dark");
    const dark = await renderSvg(spec, "dark");
    for (const name of ["ground", "law", "ink"] as const) {
      expect(dark).toContain(darkPalette[name]);
      expect(dark).not.toContain(lightPalette[name]);
    }
    expect(await renderSvg(spec, "light")).not.toContain("<style>");
  });

  test("fits its words: no chart is wider than a page's column", async () => {
    for (const drawn of [
      spec,
      standaloneSpec(charts.window(madeUpWindows())),
      ...hostileCharts().map(standaloneSpec),
    ]) {
      const [width, height] =
        /width="(\d+)" height="(\d+)"/
          .exec(await renderSvg(drawn))
          ?.slice(1)
          .map(Number) ?? [];
      expect(width).toBeGreaterThan(400);
      expect(width).toBeLessThan(490);
      expect(height).toBeLessThan(620);
    }
  });

  test("shows hostile names as text", async () => {
    for (const hostile of hostileCharts()) {
      const svg = await drawFragment(standaloneSpec(hostile));
      expect(svg).not.toMatch(/<img|<script|\u2028|\u202e|\u001b/); // oxlint-disable-line no-control-regex
    }
  });
});

describe("Vega", () => {
  test("loads nothing", async () => {
    const vega = await compileSpec({
      data: { url: "https://example.invalid/rows.json" },
      mark: "point",
      encoding: { x: { field: "x", type: "quantitative" } },
    });
    await expect(drawSvg(vega)).resolves.not.toContain("<circle");
    await expect(
      drawSvg({
        marks: [{ type: "image", encode: { update: { url: { value: "file:///etc/hosts" } } } }],
      }),
    ).resolves.not.toContain("hosts");
  });

  test("a doubt of the compiler is an error, not a line on a terminal", async () => {
    await expect(
      compileSpec({
        data: { values: [] },
        mark: "bar",
        encoding: {
          x: { field: "x", type: "quantitative", stack: "zero", scale: { type: "log" } },
          shape: { field: "y" },
        },
      }),
    ).rejects.toThrow("doubt");
  });
});

test("renderPng gives a PNG at twice the size", async () => {
  const png = Buffer.from(await renderPng(spec));
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  const width = Number(/width="(\d+)"/.exec(await renderSvg(spec))?.[1]);
  expect(png.readUInt32BE(16)).toBe(2 * width);
});

test("renderPng sets words, also in bold, without a font of the machine", async () => {
  const titled = async (text: string) => Buffer.from(await renderPng({ ...spec, title: text }));
  const [one, other] = [await titled("rises"), await titled("falls")];
  expect(one.length).not.toBe(0);
  expect(one.equals(other)).toBe(false);
});

test("renderHtml gives a page that holds picture, spec and Vega", async () => {
  const page = await renderHtml(chart);
  expect(page).toContain('id="charts"');
  expect(page.match(/<svg /g)).toHaveLength(1);
  expect(page.length).toBeGreaterThan(500_000);
});
