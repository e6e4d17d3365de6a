/** A fit as lines for the terminal: the answer, what it rests on, what to doubt. */
import { laws } from "../../analyze/fit/laws.ts";
import type { EntropyLawFinding, FitChoices } from "../../analyze/finding/entropy-law.ts";
import type { LawFitFinding } from "../../analyze/finding/law-fit.ts";
import type { Estimate, SolvedFit } from "../../analyze/fit/result.ts";
import { printableName } from "../../base/printable.ts";
import { answerOf } from "../answer.ts";
import { statedCeiling } from "../chart/describe-fit.ts";
import { formatInterval, formatNumber, formatR2, formatWithError } from "../format-number.ts";
import { methodWords } from "../method-words.ts";
import { paragraph } from "./paragraph.ts";
import { indent, textTable } from "./text-table.ts";

const INDENT = "  ";

/** Everything `entlaw fit` says of one law on one log, answer first, in lines of at most 100 letters. */
export function fitText(finding: EntropyLawFinding | LawFitFinding): string {
  const sections =
    finding.question === "entropy-law"
      ? [answerText(finding), numbersText(finding), gatesText(finding), reasonsText(finding)]
      : [numbersText(finding)];
  const warnings = finding.warnings.map((text) => paragraph(`warning: ${text}`, INDENT));
  return [
    printableName(finding.log),
    [...sections, warnings.join("\n")].filter(Boolean).join("\n\n"),
  ].join("\n");
}

/** What the reader came for: verdict, ceiling, what to do next. */
function answerText(finding: EntropyLawFinding): string {
  const { holds, sentence } = finding.verdict;
  const { ceiling, advice } = answerOf(finding);
  return [`law holds: ${holds.toUpperCase()} - ${sentence}`, ceiling, advice]
    .map((text) => paragraph(text, INDENT))
    .join("\n");
}

/** Law, method and data, and the numbers that came out. */
function numbersText(finding: EntropyLawFinding | LawFitFinding): string {
  const { fit, choices } = finding;
  const head = [
    `${laws[fit.law].formula}, R = ${printableName(choices.rewardColumn)}, ${xText(choices)}`,
    `${methodWords[fit.method].name}, n = ${fit.n}${choicesText(choices)}`,
  ].map((text) => paragraph(text));
  const body =
    fit.status === "degenerate"
      ? [paragraph(`not fitted: ${fit.explanation}`)]
      : [
          parameterTable(fit, { fixed: choices.fixed, isCeilingStated: isCeilingStated(finding) }),
          goodnessText(fit),
          ...(finding.question === "entropy-law" ? crossCheckText(finding) : []),
        ];
  return indent([...head, ...body].join("\n"));
}

/** A law without a verdict states what it says; the entropy law only where it may be used. */
const isCeilingStated = (finding: EntropyLawFinding | LawFitFinding): boolean =>
  finding.question === "law-fit" || statedCeiling(finding) !== undefined;

function xText({ xColumn, entropyColumn }: FitChoices): string {
  return xColumn === undefined
    ? `H = ${printableName(entropyColumn)}`
    : `C = ${printableName(xColumn)}`;
}

function choicesText({ smooth, window, bootstrap }: FitChoices): string {
  const parts: string[] = [];
  if (smooth > 1) parts.push(`means over ${smooth} steps`);
  if (window !== undefined) parts.push(`steps ${window.join(" to ")}`);
  if (bootstrap > 0) parts.push(`${bootstrap} bootstrap replicates`);
  return parts.map((part) => `, ${part}`).join("");
}

interface TableOptions {
  readonly fixed: FitChoices["fixed"];
  readonly isCeilingStated: boolean;
}

function parameterTable(fit: SolvedFit, { fixed = {}, ...options }: TableOptions): string {
  const rows: string[][] = [["", "estimate", "std. error", "95 % interval"]];
  const estimates: Array<readonly [string, Estimate]> = Object.entries(fit.parameters);
  if (fit.ceiling !== undefined && options.isCeilingStated)
    estimates.push(["ceiling", fit.ceiling]);
  const bootstrapped = estimates.some(([, { bootstrap95 }]) => bootstrap95 !== undefined);
  const profiled = estimates.some(([, { profile95 }]) => profile95 !== undefined);
  if (profiled) rows[0]?.push("profile");
  if (bootstrapped) rows[0]?.push("bootstrap");
  for (const [name, { value, se, ci95, profile95, bootstrap95 }] of estimates) {
    const row =
      name in fixed
        ? [name, formatNumber(value), "fixed", ""]
        : [name, formatNumber(value, se), formatNumber(se, se), formatInterval(ci95, se)];
    if (profiled) row.push(profile95 === undefined ? "" : formatInterval(profile95, se));
    if (bootstrapped) row.push(bootstrap95 === undefined ? "" : formatInterval(bootstrap95, se));
    rows.push(row);
  }
  return textTable(rows, [1, 2, 3, 4, 5]);
}

function goodnessText({ status, goodness }: SolvedFit): string {
  const { r2, rmse, aicc, durbinWatson } = goodness;
  const numbers = `R2 ${formatR2(r2)}, RMSE ${formatNumber(rmse)}, AICc ${formatNumber(aicc)}, Durbin-Watson ${formatNumber(durbinWatson)}`;
  return status === "converged"
    ? numbers
    : `${numbers}; NOT converged: the best point found, not a minimum`;
}

/** The same law by other methods; beside a, the ceiling where one is stated. */
function crossCheckText(finding: EntropyLawFinding): string[] {
  const isStated = isCeilingStated(finding);
  const rows = finding.crossChecks.map(({ label, fit }) =>
    fit.status === "degenerate"
      ? [label, "not fitted", ""]
      : [
          label,
          formatWithError(fit.parameters["a"]),
          formatWithError(isStated ? fit.ceiling : fit.parameters["b"]),
        ],
  );
  const head = ["other methods", "a", isStated ? "ceiling" : "b"];
  return rows.length === 0 ? [] : [textTable([head, ...rows])];
}

/** What decided the verdict. */
function gatesText({ verdict: { gates } }: EntropyLawFinding): string {
  if (gates.length === 0) return "";
  const lines = gates.map(({ passed, name, detail }) =>
    paragraph(`${name}: ${detail}`, `${INDENT}${INDENT}${passed ? "pass" : "FAIL"}  `),
  );
  return [`${INDENT}what decides`, ...lines].join("\n");
}

/** What a reader can check. */
function reasonsText({ verdict: { reasons } }: EntropyLawFinding): string {
  if (reasons.length === 0) return "";
  const lines = reasons.map((reason) => paragraph(reason, `${INDENT}${INDENT}- `));
  return [`${INDENT}what to know`, ...lines].join("\n");
}
