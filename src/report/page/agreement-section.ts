/** The part of a log's section about what drives its entropy; computes nothing. */
import type {
  Agreement,
  AgreementFinding,
  AgreementStatistic,
} from "../../analyze/agreement/agreement-finding.ts";
import { statistic } from "../best-estimator.ts";
import { formatNumber } from "../format-number.ts";
import { type Markup, markup } from "../markup.ts";
import { dataTable } from "./fit-tables.ts";

const STATISTICS: ReadonlyArray<readonly [AgreementStatistic, string]> = [
  ["pearson", "Pearson"],
  ["spearman", "Spearman"],
  ["sign", "same sign"],
  ["r2", "R²"],
];

/** Heading level 3, the verdict, the figures, a row an estimator, and what the run cannot give. */
export function agreementSection(finding: AgreementFinding, figures: readonly Markup[]): Markup {
  const { verdict, missing, warnings } = finding;
  const told = [
    ...missing.map(({ what, needs }) => `Not available: ${what}, which needs ${needs}`),
    ...warnings,
  ];
  return markup`<h3>Does covariance drive entropy here?</h3>
    <p>${verdict}</p>
    <div class="figures">${figures}</div>
    ${finding.estimators.length === 0 ? undefined : tableOf(finding)}
    ${told.length === 0 ? undefined : markup`<ul>${told.map((text) => markup`<li>${text}</li>`)}</ul>`}`;
}

function tableOf({ estimators, of, measuredAs }: AgreementFinding): Markup {
  const change =
    measuredAs === "change" ? "change on the same tokens" : "difference of consecutive entropies";
  return dataTable(
    `Prediction against the measured ${change}, per ${of}; 95 % intervals by block bootstrap; R² is that of the line through the origin, and negative where a constant is better`,
    [
      { name: "estimator" },
      ...STATISTICS.map(([, name]) => ({ name, number: true as const })),
      { name: "slope", number: true },
      { name: "n", number: true },
    ],
    estimators.map(({ estimator, agreement }) => [
      estimator,
      ...STATISTICS.map(([name]) => withInterval(agreement, name)),
      slopeText(agreement),
      String(agreement.n),
    ]),
  );
}

function withInterval(agreement: Agreement, name: AgreementStatistic): string {
  const ends = agreement.ci95[name];
  const value = statistic(agreement[name]);
  return ends === undefined ? value : `${value} [${ends.map(statistic).join(", ")}]`;
}

/** A slope has a scale of its own, and is given by digits, not by decimals. */
function slopeText({ slope, ci95 }: Agreement): string {
  const number = (value: number): string =>
    Number.isFinite(value) ? formatNumber(Number(value.toPrecision(2))) : "-";
  return ci95.slope === undefined
    ? number(slope)
    : `${number(slope)} [${ci95.slope.map(number).join(", ")}]`;
}
