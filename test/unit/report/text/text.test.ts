import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LawFitFinding } from "../../../../src/analyze/finding/law-fit.ts";
import { inspection } from "../../../../src/ingest/inspection.ts";
import { readLog } from "../../../../src/ingest/read-log.ts";
import { fitText } from "../../../../src/report/text/fit-text.ts";
import { fitsText } from "../../../../src/report/text/fits-text.ts";
import { formatsText } from "../../../../src/report/text/formats-text.ts";
import { inspectionText } from "../../../../src/report/text/inspection-text.ts";
import { paragraph } from "../../../../src/report/text/paragraph.ts";
import { predictionText } from "../../../../src/report/text/prediction-text.ts";
import { indent, textTable } from "../../../../src/report/text/text-table.ts";
import { madeUpDegenerate, madeUpLaw, madeUpPrediction } from "../../../support/findings.ts";

const log = await readLog("data/countdown-grpo/verl.jsonl");

const WIDTH = 100;
const longest = (text: string): number => Math.max(...text.split("\n").map((line) => line.length));
const flat = (text: string): string => text.replace(/\s+/g, " ");

describe("a fit as text", () => {
  test("gives the answer first, then numbers, then what decided", () => {
    const text = fitText(madeUpLaw("weak"));
    const places = [
      "law holds: WEAK - ",
      "Under the law",
      "R = -a e^H + b",
      "estimate",
      "what decides",
    ];
    const at = places.map((part) => text.indexOf(part));
    expect(at[0]).toBeGreaterThan(0);
    expect(at).toEqual(at.toSorted((one, other) => one - other));
  });

  test.each([
    ["yes", madeUpLaw("yes")],
    ["weak", madeUpLaw("weak", { warnings: ["w ".repeat(120)] })],
    ["no", madeUpLaw("no")],
    ["not fitted", madeUpDegenerate()],
  ])("%s fits a line of 100 letters and holds no number that is not one", (_, finding) => {
    const text = fitText(finding);
    expect(longest(text)).toBeLessThanOrEqual(WIDTH);
    expect(text).not.toMatch(/NaN|undefined|Infinity|\[object/);
    expect(text).not.toMatch(/ $/m);
  });

  test("shows every gate and every warning", () => {
    const finding = madeUpLaw("weak", { warnings: ["entropy is sampled"] });
    const text = flat(fitText(finding));
    for (const { passed, name, detail } of finding.verdict.gates) {
      expect(text).toContain(`${passed ? "pass" : "FAIL"} ${name}: ${detail}`);
    }
    expect(text).toContain("warning: entropy is sampled");
  });

  test("states no ceiling where the law does not hold, by any method", () => {
    const [yes, no] = [fitText(madeUpLaw("yes")), fitText(madeUpLaw("no"))];
    expect(yes).toMatch(/^ +ceiling +0\.8520/m);
    expect(no).not.toMatch(/^ +ceiling /m);
    expect(no).not.toContain("0.8520");
  });

  test("repeats window, smoothing and bootstrap", () => {
    const finding = madeUpLaw("weak", { window: [20, 200] });
    const choices = { ...finding.choices, smooth: 11, bootstrap: 500 };
    expect(flat(fitText({ ...finding, choices }))).toContain(
      "means over 11 steps, steps 20 to 200, 500 bootstrap replicates",
    );
  });

  test("of a law without verdict has numbers only, and names what it held fixed", () => {
    const { log, choices, fit, warnings } = madeUpLaw("weak");
    const other: LawFitFinding = {
      question: "law-fit",
      log,
      choices: { ...choices, xColumn: "tokens", fixed: { a: 0.3 } },
      fit,
      warnings,
    };
    const text = fitText(other);
    expect(text).not.toContain("law holds");
    expect(text).toContain("C = tokens");
    expect(text).toMatch(/^ +a +0\.314 +fixed$/m);
  });
});

describe("fits of several logs as text", () => {
  test("begin with a line each, in order, and end with each in full", () => {
    const findings = [
      madeUpLaw("yes", { log: "one.jsonl" }),
      madeUpLaw("no", { log: "two.jsonl" }),
      madeUpDegenerate({ log: "three.jsonl" }),
    ];
    const text = fitsText(findings);
    const [head, ...lines] = text.split("\n").slice(0, 4);
    expect(head).toMatch(/^law holds +kind/);
    expect(lines[0]).toMatch(/^YES +supported .* 240 {2}one\.jsonl$/);
    expect(lines[1]).toMatch(/^NO +contradicted .*not stated .*two\.jsonl$/);
    expect(lines[2]).toMatch(/^NO +not-identified +not fitted .*three\.jsonl$/);
    for (const finding of findings) expect(text).toContain(fitText(finding));
  });

  test("of one log is that log alone", () => {
    expect(fitsText([madeUpLaw("weak")])).toBe(fitText(madeUpLaw("weak")));
  });
});

describe("a prediction as text", () => {
  test("stands beside both baselines and says what the errors are of", () => {
    const text = predictionText(madeUpPrediction());
    expect(text).toContain("the law beats the baseline");
    expect(text).toMatch(
      /RMSE of means over 11 steps\n.*entropy law +0\.0226\n.*0\.1113\n.*0\.0518/,
    );
    expect(text).toContain("ceiling seen from the prefix: 0.841 [0.819, 0.863]");
  });

  test("says first that it was refused, and why", () => {
    const [, answer] = predictionText(madeUpPrediction("refused")).split("\n");
    expect(answer).toContain("REFUSED");
    expect(predictionText(madeUpPrediction("refused"))).toContain("- first-stage F = 6.2");
  });

  test("without numbers says so in words", () => {
    const text = predictionText(madeUpPrediction("degenerate"));
    expect(text).toContain("could not be compared");
    expect(text).not.toMatch(/NaN|undefined/);
  });
});

describe("what a log holds as text", () => {
  const text = inspectionText(inspection(log));

  test("names the columns chosen, why, and what kind of entropy it is", () => {
    expect(flat(text)).toContain("steps 300 (0 to 299)");
    expect(flat(text)).toMatch(/entropy actor\/entropy: .*full vocabulary, before the update/);
    expect(flat(text)).toContain("reward critic/score/mean: ");
  });

  test("fits a line of 100 letters and lists every column", () => {
    expect(longest(text)).toBeLessThanOrEqual(WIDTH);
    for (const name of log.table.columns.keys()) expect(text).toContain(name);
  });
});

describe("lines", () => {
  test("of a paragraph are no wider than 100 letters, and no word is lost", () => {
    const words = fc.array(fc.stringMatching(/^[a-z0-9,.]{1,20}$/), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(words, fc.constantFrom("", "  ", "    - "), (list, lead) => {
        const text = paragraph(list.join(" "), lead);
        expect(longest(text)).toBeLessThanOrEqual(WIDTH);
        expect(text.trim().split(/\s+/)).toEqual(`${lead}${list.join(" ")}`.trim().split(/\s+/));
      }),
    );
  });

  test("of a table have columns that begin at one place", () => {
    const table = textTable(
      [
        ["name", "n"],
        ["a long name", "7"],
        ["b", "1000"],
      ],
      [1],
    );
    expect(table).toBe("name            n\na long name     7\nb            1000");
  });

  test("are moved to the right unless they are empty", () => {
    expect(indent("a\n\nb")).toBe("  a\n\n  b");
  });

  test("of formats name each with its writer and its sign", () => {
    const text = formatsText([{ name: "csv", summary: "any program", recognisedBy: "commas" }]);
    expect(text).toMatch(/^NAME +WRITTEN BY +RECOGNISED BY\ncsv +any program +commas$/);
  });
});
