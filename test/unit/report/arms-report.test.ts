import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { renderReport } from "../../../src/report/report-page.ts";
import { writeReport } from "../../../src/report/write-report.ts";
import { armLog, madeUpArms } from "../../support/arm-logs.ts";
import { HOSTILE, hostileText } from "../../support/chart-cases.ts";
import { fullReport } from "../../support/report-input.ts";

const visibleOf = (page: string): string => page.replace(/<(script|style)[^>]*>.*?<\/\1>/gs, "");

const page = await renderReport({ ...fullReport(), arms: madeUpArms() });

test("the arms stand before the logs, with both charts, headings in order and ids of their own", async () => {
  const visible = visibleOf(page);
  expect(visible.indexOf('id="arms"')).toBeGreaterThan(0);
  expect(visible.indexOf('id="arms"')).toBeLessThan(visible.indexOf('id="log-1"'));
  const levels = [...visible.matchAll(/<h(\d)/g)].map((match) => Number(match[1]));
  for (let i = 1; i < levels.length; i += 1) {
    expect(levels[i]! - levels[i - 1]!).toBeLessThanOrEqual(1);
  }
  const ids = [...page.matchAll(/ id="([^"]*)"/g)].map((match) => match[1]!);
  expect(new Set(ids).size).toBe(ids.length);
  const alone = visibleOf(await renderReport(fullReport()));
  const pictures = (html: string): number => html.match(/<svg /g)?.length ?? 0;
  expect(pictures(visible)).toBe(pictures(alone) + 2);
});

test("every chart that can be made alive has a spec of its own", () => {
  const indices = [...page.matchAll(/data-chart="(\d+)"/g)].map((match) => Number(match[1]));
  expect(indices.toSorted((a, b) => a - b)).toEqual([...indices.keys()]);
});

test("names of arms are text and nothing else", async () => {
  const hostile = { ...fullReport(), arms: madeUpArms({ name: hostileText }) };
  const visible = visibleOf(await renderReport(hostile));
  expect(visible).toContain(HOSTILE);
  expect(visible).not.toMatch(/<img/);
});

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "entlaw-arms-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  { sources: ["x-0", "y-0"], isCompared: false, why: "any two logs are no arms" },
  { sources: ["x-0", "x-1"], isCompared: false, why: "one arm has no other" },
  { sources: ["x-0", "x-1", "y-0"], isCompared: true, why: "seeds of one arm beside another" },
  {
    sources: ["x-0", "x-0"],
    isCompared: false,
    why: "one seed twice is no reason to give no report",
  },
])("a written report compares arms: $sources, as $why", async ({ sources, isCompared }) => {
  const out = join(folder, "report.html");
  const logs = sources.map((source) => armLog({ source, steps: 40 }));
  await writeReport({ logs, fitOn: 0.5, out, command: ["entlaw"], version: "0" });
  const written = readFileSync(out, "utf8");
  expect(written.includes('id="arms"')).toBe(isCompared);
  expect(written.includes('"comparison":{')).toBe(isCompared);
  const isTwice = new Set(sources).size < sources.length;
  expect(visibleOf(written).includes("The logs are not compared as arms: the runs of")).toBe(
    isTwice,
  );
});
