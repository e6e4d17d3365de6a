/** Predicted and measured entropy change over the steps; computes no statistic but local means. */
import type {
  AgreementFinding,
  EstimatorAgreement,
} from "../../analyze/agreement/agreement-finding.ts";
import { bestEstimator, predictsClearly, statistic } from "../best-estimator.ts";
import { formatNumber } from "../format-number.ts";
import { PLOT_WIDTH } from "../theme.ts";
import { axis } from "./axes.ts";
import {
  type Chart,
  type ChartOptions,
  type Layer,
  chartSpec,
  fullDetail,
  shortLabel,
} from "./chart.ts";
import { type NamedCurve, curveLayers } from "./curve-layers.ts";
import { domainOf, extent } from "./domain.ts";
import { meansWithGaps, smoothingWindow } from "./smooth-steps.ts";
import { thinRows, thinningNote } from "./thin-rows.ts";

const HEIGHT = 200;
/** Room for numbers such as -0.002 left of the axis, px; taken from the plot, so that the chart is as wide as others. */
const NUMBER_ROOM = 46;
const WIDTH = PLOT_WIDTH - NUMBER_ROOM + 30;
/** The form of the paper's own figure, drawn beside the best one. */
const PAPERS_OWN = "npg";
const LOOKS = [
  { colour: "law", dash: [8, 3] },
  { colour: "sigmoid", dash: [3, 3] },
] as const satisfies ReadonlyArray<Pick<NamedCurve, "colour" | "dash">>;
const NO_LOOK = { colour: "muted", dash: [] } as const;

/** Draws the measured change with the scaled predictions of the best estimator and of the paper's own. */
export function covarianceChart(
  finding: AgreementFinding,
  options: ChartOptions = fullDetail,
): Chart {
  const { y, step, of } = finding;
  const shown = shownEstimators(finding);
  const window = smoothingWindow(y.length);
  const curves: NamedCurve[] = [
    { name: "measured", values: meansWithGaps(y, window), colour: "entropy", dash: [] },
    ...shown.map(({ estimator, x, agreement }, i): NamedCurve => {
      const scaled = x.map((value) => value * agreement.slope);
      return { name: estimator, values: meansWithGaps(scaled, window), ...(LOOKS[i] ?? NO_LOOK) };
    }),
  ];
  const rows = thinRows(
    y.length,
    curves.map(({ values }) => values),
    options.maxRows,
  );
  const title = takeaway(finding, shown);
  return {
    kind: "covariance",
    title,
    subtitle: `Change of entropy, nats a ${of}; predictions times their slope through the origin; ${window === 1 ? "no smoothing" : `centred means over ${window} ${of}s`}, n = ${y.length}${thinningNote(rows.length, y.length)}`,
    description: shortLabel(
      `Lines of measured and predicted entropy change over ${of}s. ${title}.`,
    ),
    spec: chartSpec({ width: WIDTH, height: HEIGHT, layer: layersOf(finding, curves, rows) }),
    table: {
      columns: ["step", ...curves.map(({ name }) => name)],
      rows: Array.from(step, (value, row) => [
        value,
        ...curves.map(({ values }) => (Number.isFinite(values[row]) ? values[row] : undefined)),
      ]),
    },
  };
}

/** Steps, or where a point is an update its number from the start of the run. */
function positionOf({ step, update }: AgreementFinding): Float64Array {
  return update === undefined ? step : step.map((_, row) => row);
}

function layersOf(
  finding: AgreementFinding,
  curves: readonly NamedCurve[],
  rows: readonly number[],
): Layer[] {
  const at = positionOf(finding);
  const title = finding.of === "step" ? "training step" : "update";
  const range = domainOf(extent([0], ...curves.map(({ values }) => values)));
  const y = {
    ...axis("change", "change of entropy, nats", range),
    axis: { minExtent: NUMBER_ROOM, maxExtent: NUMBER_ROOM },
  };
  return curveLayers(curves, { at, rows, x: axis("at", title, domainOf(extent(at))), y });
}

function shownEstimators({ estimators }: AgreementFinding): EstimatorAgreement[] {
  const best = bestEstimator(estimators);
  const own = estimators.find(({ estimator }) => estimator === PAPERS_OWN);
  return [best, own === best ? undefined : own]
    .filter((one) => one !== undefined)
    .filter(({ agreement }) => Number.isFinite(agreement.slope));
}

/** R² below which most of what moves entropy is something else. */
const LOOSE = 0.5;

function takeaway({ y, of }: AgreementFinding, shown: readonly EstimatorAgreement[]): string {
  const [best] = shown;
  if (best === undefined) return `No prediction for the ${y.length} ${of}s measured`;
  const { r2, slope } = best.agreement;
  const follows = r2 < LOOSE ? "loosely follows" : "follows";
  const verb = predictsClearly(best) ? follows : "does not clearly follow";
  const scale = formatNumber(Number(slope.toPrecision(2)));
  return `${best.estimator}, times ${scale}, ${verb} the measured change ${of} by ${of}: R² ${statistic(r2)}`;
}
