/** Agreement of predicted and measured entropy change as lines for the terminal. */
import type {
  AgreementFinding,
  AgreementSplit,
  AgreementStatistic,
  CovarianceTail,
  EstimatorAgreement,
  TokenPortrait,
} from "../../analyze/agreement/agreement-finding.ts";
import { QUADRANTS } from "../../analyze/agreement/agreement-finding.ts";
import { finiteMean } from "../../analyze/agreement/agreement-to-json.ts";
import { printableName } from "../../base/printable.ts";
import { formatNumber } from "../format-number.ts";
import { paragraph } from "./paragraph.ts";
import { indent, textTable } from "./text-table.ts";

const INDENT = "  ";
const STATISTICS: ReadonlyArray<readonly [AgreementStatistic, string]> = [
  ["pearson", "Pearson"],
  ["spearman", "Spearman"],
  ["sign", "sign"],
  ["r2", "R²"],
  ["slope", "slope"],
];

/** Verdict first, then the numbers that it rests on, what is missing and what to doubt. */
export function agreementText(finding: AgreementFinding): string {
  const { missing, warnings } = finding;
  const sections = [
    paragraph(finding.verdict, INDENT),
    estimatorsText(finding),
    ...finding.splits.map((split) => splitText(split, finding.of)),
    tailText(finding.tail),
    portraitsText(finding.portraits),
    missing
      .map(({ what, needs }) => paragraph(`missing: ${what} needs ${needs}`, INDENT))
      .join("\n"),
    warnings.map((text) => paragraph(`warning: ${text}`, INDENT)).join("\n"),
  ];
  return [printableName(finding.run), sections.filter(Boolean).join("\n\n")].join("\n");
}

/** One estimator on two lines: values, and the 95 % intervals below them. */
function estimatorsText({ estimators, of, measuredAs }: AgreementFinding): string {
  if (estimators.length === 0) return "";
  const change =
    measuredAs === "change" ? "change on the same tokens" : "difference of consecutive entropies";
  const counts = new Set(estimators.map(({ agreement }) => agreement.n));
  const n = counts.size === 1 ? `, n = ${[...counts][0]}` : "";
  const head = `x against the measured ${change}, per ${of}${n}; 95 % intervals by moving-block bootstrap`;
  const rows = estimators.flatMap(({ estimator, agreement }) => [
    [
      counts.size === 1 ? estimator : `${estimator} (n = ${agreement.n})`,
      ...STATISTICS.map(([name]) => rounded(agreement[name], VALUE_DIGITS)),
    ],
    ["", ...STATISTICS.map(([name]) => intervalText(agreement.ci95[name]))],
  ]);
  const shown = rows.filter((row) => row.some((cell) => cell !== ""));
  const table = textTable([["estimator", ...STATISTICS.map(([, label]) => label)], ...shown]);
  return indent(`${head}\n${table}`);
}

/** A class in one column: its share of tokens, its covariance, and x and its correlation for each estimator. */
function splitText({ by, parts }: AgreementSplit, of: AgreementFinding["of"]): string {
  const [first] = parts;
  if (first === undefined) return "";
  const predictions = first.predictions.map(({ estimator }, i) => [
    `${estimator}: x, Pearson`,
    ...parts.map((part) => predictionCell(part.predictions[i])),
  ]);
  const names = ["", ...parts.map(({ part }) => part)];
  const rows = [
    names,
    ["tokens", ...parts.map(({ share }) => percent(finiteMean(share)))],
    ["covariance", ...parts.map(({ covariance }) => rounded(finiteMean(covariance), VALUE_DIGITS))],
    ...predictions,
  ];
  const title = `by ${TITLES[by]}, means over ${of}s`;
  return indent(`${title}\n${textTable(rows, [...names.keys()].slice(1))}`);
}

const TITLES = {
  accuracy: "share of a prompt group's responses with a positive advantage",
  quadrant: "sign of A, log-probability above its mean or not; x is the class's summand of batch",
  clip: "the bound that clipped the token; x is the class's summand of batch",
} as const;

function predictionCell(prediction: EstimatorAgreement | undefined): string {
  if (prediction === undefined) return "";
  const { x, agreement } = prediction;
  return `${rounded(finiteMean(x), INTERVAL_DIGITS)}, ${rounded(agreement.pearson, INTERVAL_DIGITS)}`;
}

function tailText(tails: readonly CovarianceTail[]): string {
  const [all] = tails;
  if (all === undefined || all.means.length === 0) return "";
  const head = [
    "tokens",
    ...tails.map(({ of, steps }) => (of === "all" ? of : `${of} (${steps.join("-")})`)),
  ];
  const rows = all.means.map(({ share }, i) => [
    share === 1 ? "all" : `top ${percent(share)}`,
    ...tails.map(({ means }) => rounded(means[i]?.mean ?? Number.NaN, VALUE_DIGITS)),
  ]);
  const title = `mean covariance of the tokens with the largest (${all.tokens} tokens)`;
  return indent(`${title}\n${textTable([head, ...rows], [...head.keys()].slice(1))}`);
}

function portraitsText(portraits: readonly TokenPortrait[]): string {
  if (portraits.length === 0) return "";
  const head = ["tokens", "count", ...QUADRANTS, "p", "entropy", "A"];
  const rows = portraits.map(({ of, tokens, quadrants, probability, entropy, advantage }) => [
    of,
    String(tokens),
    ...QUADRANTS.map((quadrant) => percent(quadrants[quadrant])),
    ...[probability, entropy, advantage].map((value) => rounded(value, VALUE_DIGITS)),
  ]);
  const title = "who they are: quadrant (sign of A, log-probability above its mean or not), means";
  return indent(`${title}\n${textTable([head, ...rows], [...head.keys()].slice(1))}`);
}

const VALUE_DIGITS = 3;
const INTERVAL_DIGITS = 2;

/** Significant digits; a dash stands for a number that there is none of. */
const rounded = (value: number, digits: number): string =>
  Number.isFinite(value) ? formatNumber(Number(value.toPrecision(digits))) : "-";

const percent = (share: number): string =>
  Number.isFinite(share) ? `${rounded(100 * share, VALUE_DIGITS)} %` : "-";

const intervalText = (ends: readonly [number, number] | undefined): string =>
  ends === undefined ? "" : `[${ends.map((end) => rounded(end, INTERVAL_DIGITS)).join(", ")}]`;
