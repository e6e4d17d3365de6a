/** Entropy and reward over the steps of a run, with what the law says about the reward; computes no statistic. */
import type { EntropyLawFinding } from "../../analyze/finding/entropy-law.ts";
import type { SolvedFit } from "../../analyze/fit/result.ts";
import { printableName } from "../../base/printable.ts";
import { formatNumber } from "../format-number.ts";
import { lightPalette } from "../palette.ts";
import { PLOT_WIDTH } from "../theme.ts";
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
import { methodLine } from "./describe-fit.ts";
import { type Range, clampTo, domainOf, extent } from "./domain.ts";
import { type Observations, type PointRow, observationsOf } from "./observations.ts";
import { endMeans } from "../end-means.ts";
import { thinRows, thinningNote } from "./thin-rows.ts";

const HEIGHT = 120;

/** Draws two panels over a common step axis: entropy, and reward with the law's fitted values. */
export function stepsChart(finding: EntropyLawFinding, options: ChartOptions = fullDetail): Chart {
  const points = observationsOf(finding, options);
  const { series, choices } = finding;
  const steps = domainOf(extent(series.rawStep));
  const title = takeaway(finding);
  const reward = rewardPanel(finding, points, { steps, options });
  const entropy = seriesPanel(points, {
    field: "entropy",
    title: "entropy, nats",
    color: lightPalette.entropy,
    steps,
    domain: domainOf(extent(series.rawEntropy)),
  });
  return {
    kind: "steps",
    title,
    subtitle: `Top: policy entropy (${printableName(choices.entropyColumn)}). Bottom: reward (${printableName(choices.rewardColumn)}); ${lineNote(finding)}${thinningNote(points.used.length, points.total)}`,
    description: shortLabel(
      `Two line-ups of points over the training step, entropy above reward. ${title}.`,
    ),
    spec: chartSpec({ vconcat: [entropy, reward], spacing: 10 }),
    table: {
      columns: ["step", "entropy", "reward"],
      rows: Array.from(series.step, (step, row) => [step, series.entropy[row], series.reward[row]]),
    },
  };
}

/** From where to where both went, as means over the ends of the run. */
function takeaway({ series }: EntropyLawFinding): string {
  const { entropy, reward } = series;
  if (entropy.length === 0) return "No step has both entropy and reward (n = 0)";
  const [h0, h1, r0, r1] = [...endMeans(entropy), ...endMeans(reward)].map((value) =>
    formatNumber(Number(value.toPrecision(3))),
  );
  return `Entropy went from ${h0} to ${h1} nats while reward went from ${r0} to ${r1} (means of first and last tenth)`;
}

/** The fit whose line is drawn: one that the run does not identify would follow the noise of entropy, and hide the reward. */
function drawnFit({ fit, verdict }: EntropyLawFinding): SolvedFit | undefined {
  return fit.status === "degenerate" || verdict.kind === "not-identified" ? undefined : fit;
}

function lineNote(finding: EntropyLawFinding): string {
  return drawnFit(finding) === undefined
    ? `no line, as the run identifies no law; n = ${finding.fit.n}`
    : `line: ${methodLine(finding)}`;
}

interface SeriesLook {
  readonly field: "entropy" | "reward";
  readonly title: string;
  readonly color: string;
  readonly steps: Range;
  readonly domain: Range;
}

function seriesPanel({ used, raw, excluded }: Observations, look: SeriesLook): SubPanel {
  const bottom = { ...axis("step", "training step", look.steps) };
  const x = look.field === "reward" ? bottom : { ...bottom, title: null, axis: { labels: false } };
  const encoding = {
    x,
    y: axis(look.field, look.title, look.domain),
    tooltip: tooltip("step", look.field),
  };
  const rowsOf = (rows: readonly PointRow[]) => ({
    values: rows.map((row) => ({ step: row.step, [look.field]: row[look.field] })),
  });
  const layers: Layer[] = [
    ...(excluded.length > 0
      ? [
          {
            data: rowsOf(excluded),
            mark: { type: "point", size: 12, stroke: lightPalette.muted, strokeWidth: 0.8 },
            encoding,
          } as const,
        ]
      : []),
    ...(raw.length > 0
      ? [
          {
            data: rowsOf(raw),
            mark: { type: "circle", size: 6, color: look.color, opacity: 0.4 },
            encoding,
          } as const,
        ]
      : []),
    {
      data: rowsOf(used),
      mark: { type: "circle", size: 12, color: look.color, opacity: 1 },
      encoding,
    },
  ];
  return { width: PLOT_WIDTH, height: HEIGHT, layer: layers };
}

function rewardPanel(
  finding: EntropyLawFinding,
  points: Observations,
  { steps, options }: { readonly steps: Range; readonly options: ChartOptions },
): SubPanel {
  const { series } = finding;
  const fitted = drawnFit(finding)?.fitted ?? new Float64Array();
  const domain = domainOf(extent(series.rawReward), fitted);
  const panel = seriesPanel(points, {
    field: "reward",
    title: "reward",
    color: lightPalette.ink,
    steps,
    domain,
  });
  const rows = thinRows(fitted.length, [fitted], options.maxRows).map((row) => ({
    step: datum(series.step[row]),
    reward: datum(clampTo(fitted[row] ?? Number.NaN, domain)),
  }));
  const line: Layer = {
    data: { values: rows },
    mark: { type: "line", color: lightPalette.law, strokeWidth: 1.5 },
    encoding: { x: axis("step", "training step", steps), y: axis("reward", "reward", domain) },
  };
  return "layer" in panel && rows.length > 0 ? { ...panel, layer: [...panel.layer, line] } : panel;
}
