import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type ReportInput, renderReport } from "../../../src/report/report-page.ts";
import { answerOf } from "../../../src/report/answer.ts";
import { escapeHtml } from "../../../src/report/markup.ts";
import { madeUpDegenerate, madeUpLaw, madeUpPrediction } from "../../support/findings.ts";
import { fullReport } from "../../support/report-input.ts";

const input = fullReport();
const page = await renderReport(input);
/** The page without its scripts and styles: what a reader sees. */
const visible = page.replace(/<(script|style)[^>]*>.*?<\/\1>/gs, "");
const words = visible.replace(/<[^>]*>/g, " ");

describe("renderReport", () => {
  test("gives the same bytes for the same input", async () => {
    expect(await renderReport(fullReport())).toBe(page);
  });

  test("says the answer first, in the finding's own words and numbers", () => {
    const { verdict, ceiling, advice } = answerOf(input.logs[0]!.finding);
    const positions = [verdict, ceiling, advice, "<svg", "<table"].map((text) =>
      visible.indexOf(text.startsWith("<") ? text : escapeHtml(text)),
    );
    expect(positions.every((at) => at > 0)).toBe(true);
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
  });

  test("allows its own script and style by hash and nothing else", () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    const hashOf = (tag: string): string => {
      const text = new RegExp(`<${tag}>(.*?)</${tag}>`, "s").exec(page)?.[1] ?? "";
      return `sha256-${createHash("sha256").update(text).digest("base64")}`;
    };
    expect(policy).toContain(`script-src '${hashOf("script")}'`);
    expect(policy).toContain(`style-src '${hashOf("style")}'`);
    expect(visible).not.toMatch(/ style=| on[a-z]+=/);
  });

  test("refers to nothing outside itself but papers", () => {
    const addresses = [...visible.matchAll(/(?:href|src)="([^"]*)"/g)].map((match) => match[1]!);
    for (const address of addresses)
      expect(address).toMatch(/^(#|data:text\/csv;base64,|https:\/\/arxiv\.org\/)/);
  });

  test("has headings in order, unique ids, and a label on every picture", () => {
    const levels = [...visible.matchAll(/<h(\d)/g)].map((match) => Number(match[1]));
    expect(levels[0]).toBe(1);
    for (let i = 1; i < levels.length; i += 1)
      expect(levels[i]! - levels[i - 1]!).toBeLessThanOrEqual(1);
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map((match) => match[1]!);
    expect(new Set(ids).size).toBe(ids.length);
    const labels = [...visible.matchAll(/<svg [^>]*aria-label="([^"]*)"/g)].map(
      (match) => match[1]!,
    );
    expect(labels).toHaveLength(11);
    for (const label of labels) expect(label.length).toBeLessThanOrEqual(260);
  });

  test("gives every estimate an interval, and no number that is not one", () => {
    expect(words).not.toMatch(/NaN|undefined|Infinity|\[object/);
    expect(words).toContain("0.8520");
    expect(words).toContain("[0.8429, 0.8611]");
  });

  test("says when entropy was spent, and what drives it where that was measured", async () => {
    const headings = [...visible.matchAll(/<h3[^>]*>([^<]*)</g)].map((match) => match[1]);
    expect(headings).toContain("Entropy budget");
    expect(headings).toContain("Does covariance drive entropy here?");
    expect(words).toContain(escapeHtml(input.logs[0]!.agreement!.verdict));
    expect(words).toMatch(/0\.81\s+\[0\.70, 0\.88\]/);
    const [log] = input.logs;
    const without = await renderReport({
      ...input,
      logs: [{ ...log!, budget: undefined, agreement: undefined }],
    });
    expect(without).not.toContain("Does covariance drive entropy here?");
    expect(without).not.toContain("Entropy budget");
  });

  test("carries its command, version, inputs and findings", () => {
    expect(words).toContain(escapeHtml("entlaw report 'runs/grpo 7b'"));
    expect(words).toContain("ab".repeat(32));
    const island =
      /<script type="application\/json" id="findings">(.*?)<\/script>/s.exec(page)?.[1] ?? "";
    expect(JSON.parse(island)).toEqual(JSON.parse(JSON.stringify(input.document)));
  });

  test("is small enough to mail: one run under 1.2 MB", () => {
    expect(page.length).toBeLessThan(1_200_000);
  });

  test("lists several logs first, states no ceiling for one where the law does not hold, and says why", async () => {
    const logs: ReportInput["logs"] = [
      ...input.logs,
      { finding: madeUpLaw("no", { log: "b.jsonl" }) },
      { finding: madeUpDegenerate({ log: "c.jsonl" }), prediction: madeUpPrediction("refused") },
    ];
    const several = await renderReport({ ...input, logs });
    expect(several).toContain('<a href="#log-2">b.jsonl</a>');
    const second = several.slice(several.indexOf('id="log-2"'), several.indexOf('id="log-3"'));
    expect(second).toContain("The law is contradicted");
    expect(second).toContain("not stated: see the answer above");
    expect(second).not.toContain("0.8520");
    expect(several).toContain("not available: the entropy is 0.5 in all 40 rows");
  });

  test("a page of many logs keeps still pictures and stays small", async () => {
    const many = await renderReport({
      ...input,
      logs: Array.from({ length: 7 }, () => input.logs[0]!),
    });
    expect(many).not.toContain("data-chart");
    expect(many).toMatch(/\d+ of 240 points drawn/);
    expect(many.length / 7).toBeLessThan(190_000);
  }, 30_000);
});
