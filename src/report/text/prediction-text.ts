/** A prediction as lines for the terminal. */
import type { PredictionFinding } from "../../analyze/finding/prediction.ts";
import { printableName } from "../../base/printable.ts";
import { formatEstimate, formatNumber } from "../format-number.ts";
import { paragraph } from "./paragraph.ts";
import { indent, textTable } from "./text-table.ts";

const INDENT = "  ";

/** Whether the prefix told the rest, the error of the law beside that of both baselines, and the ceiling it promised. */
export function predictionText(finding: PredictionFinding): string {
  const { log, fitted, predicted, lastFittedStep, meansOver } = finding;
  const rows = [
    ["", meansOver > 1 ? `RMSE of means over ${meansOver} steps` : "RMSE of single steps"],
    ["entropy law", formatNumber(finding.rmse)],
    ["baseline: mean of the last tenth of the prefix", formatNumber(finding.baselineRmse)],
    ["baseline: line in log step", formatNumber(finding.logLineRmse)],
  ];
  const facts = [
    `error at the last step ${formatNumber(finding.finalError)}${coverage(finding)}`,
    `ceiling seen from the prefix: ${formatEstimate(finding.ceiling)}`,
  ];
  return [
    printableName(log),
    paragraph(
      `fitted on ${fitted} steps (to step ${formatNumber(lastFittedStep)}), predicted ${predicted}: ${answer(finding)}`,
      INDENT,
    ),
    indent(textTable(rows, [1])),
    ...facts.map(indent),
    ...finding.reasons.map((reason) => paragraph(reason, `${INDENT}- `)),
  ].join("\n");
}

/** A refused forecast has numbers, but none to rely on. */
function answer({ status, beatsBaseline }: PredictionFinding): string {
  const beats =
    beatsBaseline === undefined
      ? "the law could not be compared with the baseline"
      : `the law ${beatsBaseline ? "beats" : "does NOT beat"} the baseline`;
  return status === "refused" ? `REFUSED, for the reasons below; what came of it: ${beats}` : beats;
}

function coverage({ bandCoverage }: PredictionFinding): string {
  if (bandCoverage === undefined) return "";
  return `; 90 % band held ${formatNumber(100 * bandCoverage)} % of the predicted steps`;
}
