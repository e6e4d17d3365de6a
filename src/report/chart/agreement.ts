/** Predicted against measured entropy change, one panel an estimator; computes no statistic. */
import type {
  AgreementFinding,
  AgreementStatistics,
  EstimatorAgreement,
} from "../../analyze/agreement/agreement-finding.ts";
import { bestEstimator, predictsClearly, statistic } from "../best-estimator.ts";
import { formatNumber } from "../format-number.ts";
import { lightPalette } from "../palette.ts";
import { axis, tooltip } from "./axes.ts";
import {
  type Chart,
  type ChartOptions,
  type Layer,
  type SubPanel,
  chartSpec,
  fullDetail,
  datum,
  shortLabel,
} from "./chart.ts";
import { type Range, domainOf, extent } from "./domain.ts";
import { thinRows } from "./thin-rows.ts";

const COLUMNS = 2;
const PANEL_WIDTH = 172;
const PANEL_HEIGHT = 130;
/** More panels than this are more than a page; the table has them all. */
const MOST_PANELS = 6;

/** Draws x against y for each estimator with the line through the origin that R² is about. */
export function agreementChart(
  finding: AgreementFinding,
  options: ChartOptions = fullDetail,
): Chart {
  const { estimators, y, of } = finding;
  const drawn = estimators.slice(0, MOST_PANELS);
  const mostRows = Math.max(1, Math.floor(options.maxRows / COLUMNS));
  const panels = drawn.map((one) => panel(finding, one, mostRows));
  const title = takeaway(finding);
  const left = estimators.length - drawn.length;
  return {
    kind: "agreement",
    title,
    subtitle: `Across: change that the estimator predicts, up to the step size; up: measured ${changeWords(finding)}, nats; a point: one ${of}. Line: least squares through the origin, whose slope is the unknown step size${left > 0 ? `; ${left} more estimators in the table` : ""}${y.length > mostRows ? `; about ${mostRows} of ${y.length} points drawn, extremes kept` : ""}`,
    description: shortLabel(
      `Scatter of measured against predicted entropy change for ${drawn.length} estimators. ${title}.`,
    ),
    spec: chartSpec({ vconcat: inRows(panels), spacing: 14 }),
    table: {
      columns: ["estimator", "n", "Pearson", "Spearman", "sign", "R2", "slope"],
      rows: estimators.map(({ estimator, agreement: a }) => [
        estimator,
        a.n,
        ...[a.pearson, a.spearman, a.sign, a.r2, a.slope].map((value) =>
          Number.isFinite(value) ? value : undefined,
        ),
      ]),
    },
  };
}

const changeWords = ({ measuredAs }: AgreementFinding): string =>
  measuredAs === "change" ? "change on the same tokens" : "difference of consecutive entropies";

function takeaway({ estimators, y, of }: AgreementFinding): string {
  const best = bestEstimator(estimators);
  if (best === undefined) return `No estimator can be held against the ${y.length} ${of}s measured`;
  const { r2, pearson, n } = best.agreement;
  const doubt = predictsClearly(best) ? "" : ", not clearly better than a constant";
  const among = estimators.length === 1 ? "1 estimator:" : `Of ${estimators.length} estimators`;
  const how = estimators.length === 1 ? "" : " best";
  return `${among} ${best.estimator} predicts the entropy change${how}${doubt}: R² ${statistic(r2)}, Pearson ${statistic(pearson)} over ${n} ${of}s`;
}

/** All of them together: a wrong form can correlate and still predict nothing. */
function panelTitle(estimator: string, statistics: AgreementStatistics): string[] {
  const { pearson, spearman, sign, r2, slope } = statistics;
  return [
    estimator,
    `Pearson ${statistic(pearson)}, Spearman ${statistic(spearman)}`,
    `sign ${statistic(sign)}, R² ${statistic(r2)}, slope ${formatNumber(Number(slope.toPrecision(2)))}`,
  ];
}

function panel(
  { y }: AgreementFinding,
  { estimator, x, agreement }: EstimatorAgreement,
  mostRows: number,
): SubPanel {
  const across = domainOf(extent([0], x));
  const up = domainOf(extent([0], y));
  const encoding = {
    x: { ...axis("x", null, across), axis: { tickCount: 3, labelOverlap: "greedy" as const } },
    y: { ...axis("y", null, up), axis: { tickCount: 4 } },
  };
  const values = thinRows(y.length, [x, y], mostRows)
    .filter((row) => Number.isFinite(x[row]) && Number.isFinite(y[row]))
    .map((row) => ({ x: datum(x[row]), y: datum(y[row]) }));
  const line = lineInside(agreement.slope, across, up);
  const layers: Layer[] = [
    zeroRule("y"),
    zeroRule("x"),
    {
      data: { values },
      mark: { type: "circle", size: 14, color: lightPalette.ink, opacity: 0.7 },
      encoding: { ...encoding, tooltip: tooltip("x", "y") },
    },
    ...(line.length === 0
      ? []
      : [
          {
            data: { values: line },
            mark: { type: "line", color: lightPalette.law, strokeWidth: 2 },
            encoding,
          } as const,
        ]),
  ];
  return {
    width: PANEL_WIDTH,
    height: PANEL_HEIGHT,
    title: {
      text: panelTitle(estimator, agreement),
      fontSize: 11,
      fontWeight: "normal",
      lineHeight: 13,
      offset: 4,
    },
    layer: layers,
  };

  function zeroRule(channel: "x" | "y"): Layer {
    return {
      data: { values: [{ [channel]: 0 }] },
      mark: { type: "rule", color: lightPalette.grid },
      encoding: { [channel]: encoding[channel] },
    };
  }
}

/** The ends of y = slope x inside both axes. */
function lineInside(
  slope: number,
  across: Range,
  up: Range,
): Array<{ readonly x: number | null; readonly y: number | null }> {
  if (!Number.isFinite(slope)) return [];
  const [one, other] = slope === 0 ? across : [up[0] / slope, up[1] / slope];
  const ends = [
    Math.max(across[0], Math.min(one, other)),
    Math.min(across[1], Math.max(one, other)),
  ];
  return ends.map((x) => ({ x: datum(x), y: datum(slope * x) }));
}

function inRows(panels: readonly SubPanel[]): SubPanel[] {
  const rows: SubPanel[] = [];
  for (let start = 0; start < panels.length; start += COLUMNS) {
    rows.push({ hconcat: panels.slice(start, start + COLUMNS), spacing: 16 } as SubPanel);
  }
  return rows;
}
