/** Mean covariance over the steps, by how many of a prompt's responses were right; computes nothing but local means. */
import type { AgreementFinding, SplitPart } from "../../analyze/agreement/agreement-finding.ts";
import { formatNumber } from "../format-number.ts";
import { PLOT_WIDTH } from "../theme.ts";
import { axis } from "./axes.ts";
import { type Chart, type ChartOptions, chartSpec, fullDetail, shortLabel } from "./chart.ts";
import { type NamedCurve, curveLayers } from "./curve-layers.ts";
import { domainOf, extent } from "./domain.ts";
import { meansWithGaps, smoothingWindow } from "./smooth-steps.ts";
import { thinRows, thinningNote } from "./thin-rows.ts";

const HEIGHT = 210;

/** Colours and dashes of the classes in order, none told by colour alone. */
const LOOKS: ReadonlyArray<Pick<NamedCurve, "colour" | "dash">> = [
  { colour: "sigmoid", dash: [] },
  { colour: "entropy", dash: [8, 3] },
  { colour: "linear", dash: [3, 3] },
  { colour: "law", dash: [8, 3, 2, 3] },
  { colour: "power", dash: [1.5, 3] },
];

const NO_LOOK = { colour: "muted", dash: [] } as const;

/** Groups whose responses fared alike have no advantage, and covariance 0 by definition. */
const isSilent = ({ covariance }: SplitPart): boolean =>
  covariance.every((value) => !(Math.abs(value) > 0));

/** Draws a line a class of prompt groups, as in the paper's figure. */
export function accuracyGroupsChart(
  finding: AgreementFinding,
  options: ChartOptions = fullDetail,
): Chart {
  const { step, of } = finding;
  const parts = finding.splits.find(({ by }) => by === "accuracy")?.parts ?? [];
  const shown = parts.filter((part) => !isSilent(part)).slice(0, LOOKS.length);
  const window = smoothingWindow(step.length);
  const curves = shown.map(({ part, covariance }, i): NamedCurve => ({
    name: part,
    values: meansWithGaps(covariance, window),
    ...(LOOKS[i] ?? NO_LOOK),
  }));
  const series = curves.map(({ values }) => values);
  const drawn = thinRows(step.length, series, options.maxRows);
  const x = axis("step", "training step", domainOf(extent(step)));
  const y = axis("covariance", "mean covariance", domainOf(extent([0], ...series)));
  const title = takeaway(shown, step.length);
  return {
    kind: "accuracy-groups",
    title,
    subtitle: `Mean over a class's prompt groups of Cov(l, A) over responses, nats × advantage; class: share of the group's responses with a positive advantage; ${window === 1 ? "no smoothing" : `centred means over ${window} ${of}s`}, n = ${step.length}${thinningNote(drawn.length, step.length)}`,
    description: shortLabel(
      `Lines of the mean covariance over ${of}s for ${shown.length} classes of prompt groups. ${title}.`,
    ),
    spec: chartSpec({
      width: PLOT_WIDTH,
      height: HEIGHT,
      layer: curveLayers(curves, { at: step, rows: drawn, x, y }),
    }),
    table: {
      columns: ["step", ...shown.map(({ part }) => part)],
      rows: Array.from(step, (value, row) => [
        value,
        ...series.map((values) => (Number.isFinite(values[row]) ? values[row] : undefined)),
      ]),
    },
  };
}

function takeaway(shown: readonly SplitPart[], steps: number): string {
  const means = shown
    .map(({ part, covariance }) => {
      const known = covariance.filter(Number.isFinite);
      return { part, mean: known.reduce((sum, value) => sum + value, 0) / known.length };
    })
    .toSorted((one, other) => other.mean - one.mean);
  const [first, last] = [means[0], means.at(-1)];
  if (first === undefined || last === undefined) {
    return `No covariance by accuracy of the prompt group in ${steps} steps`;
  }
  const number = (value: number): string => formatNumber(Number(value.toPrecision(2)));
  return `Covariance is largest where ${first.part} of a group's responses did better than its mean (${number(first.mean)}), smallest at ${last.part} (${number(last.mean)})`;
}
