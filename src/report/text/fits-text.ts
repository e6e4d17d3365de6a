/** Fits of several logs as lines for the terminal: a line each to compare them by, then each in full. */
import type { EntropyLawFinding } from "../../analyze/finding/entropy-law.ts";
import type { LawFitFinding } from "../../analyze/finding/law-fit.ts";
import { printableName } from "../../base/printable.ts";
import { statedCeiling } from "../chart/describe-fit.ts";
import { formatEstimate, formatWithError } from "../format-number.ts";
import { fitText } from "./fit-text.ts";
import { textTable } from "./text-table.ts";

type Finding = EntropyLawFinding | LawFitFinding;

/** All findings in full, after {@link verdictsText} where there are several logs. */
export function fitsText(findings: readonly Finding[]): string {
  const judged = findings.filter((finding) => finding.question === "entropy-law");
  const details = findings.map(fitText);
  return (judged.length > 1 ? [verdictsText(judged), ...details] : details).join("\n\n");
}

/** One line a log: verdict, its kind, a, ceiling, n. */
export function verdictsText(findings: readonly EntropyLawFinding[]): string {
  const rows = findings.map((finding) => {
    const { log, fit, verdict } = finding;
    const ceiling = statedCeiling(finding);
    return [
      verdict.holds.toUpperCase(),
      verdict.kind,
      fit.status === "degenerate" ? "not fitted" : formatWithError(fit.parameters["a"]),
      ceiling === undefined ? "not stated" : formatEstimate(ceiling),
      String(fit.n),
      printableName(log),
    ];
  });
  return textTable([["law holds", "kind", "a", "ceiling [95 %]", "n", "log"], ...rows], [2, 3, 4]);
}
