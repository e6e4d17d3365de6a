/** Reward against entropy with the fitted law: where the points lie, what it promises at H = 0; computes no statistic. */
import type {
  CeilingBand,
  EntropyLawFinding,
  LawCurve,
} from "../../analyze/finding/entropy-law.ts";
import type { Estimate } from "../../analyze/fit/result.ts";
import { printableName } from "../../base/printable.ts";
import { formatEstimate, formatInterval } from "../format-number.ts";
import { lightPalette, quarters } from "../palette.ts";
import { PLOT_WIDTH } from "../theme.ts";
import { axis, colours, tooltip } from "./axes.ts";
import {
  type Chart,
  type ChartOptions,
  type Layer,
  chartSpec,
  fullDetail,
  datum,
  shortLabel,
} from "./chart.ts";
import { methodLine, statedCeiling, verdictLine } from "./describe-fit.ts";
import { type Range, clampTo, domainOf, extent, isInside } from "./domain.ts";
import { type Observations, observationsOf } from "./observations.ts";
import { thinningNote } from "./thin-rows.ts";

const HEIGHT = 270;

interface Frame {
  readonly x: ReturnType<typeof axis>;
  readonly y: ReturnType<typeof axis>;
  readonly rewards: Range;
}

/**
 * Draws the law chart.
 *
 * Points are shaded by quarter of the run; points outside the window are hollow. The curve is solid where there are
 * points and dashed beyond them, down to the ceiling at H = 0. A law that does not hold gets neither ceiling nor
 * dashed part.
 */
export function lawChart(finding: EntropyLawFinding, options: ChartOptions = fullDetail): Chart {
  const points = observationsOf(finding, options);
  const ceiling = statedCeiling(finding);
  const frame = frameOf(finding, ceiling);
  const { series, fit } = finding;
  const fitted = fit.status === "degenerate" ? undefined : fit.fitted;
  const layers = [
    ...curveLayers(finding, frame, ceiling !== undefined),
    ...pointLayers(points, frame),
    ...(ceiling === undefined ? [] : ceilingLayers(ceiling, finding.ceilingBand, frame)),
  ];
  return {
    kind: "law",
    title: verdictLine(finding),
    subtitle: subtitleOf(finding, points, ceiling),
    description: shortLabel(
      `Scatter of reward against policy entropy over ${series.step.length} steps with the fitted law. ${verdictLine(finding)}.`,
    ),
    spec: chartSpec({ width: PLOT_WIDTH, height: HEIGHT, layer: layers }),
    table: {
      columns: ["step", "entropy", "reward", "fitted"],
      rows: Array.from(series.step, (step, row) => [
        step,
        series.entropy[row],
        series.reward[row],
        fitted?.[row],
      ]),
    },
  };
}

function subtitleOf(
  finding: EntropyLawFinding,
  points: Observations,
  ceiling: Estimate | undefined,
): string {
  const excluded =
    points.excluded.length > 0
      ? `; ${points.excluded.length} points outside the window hollow`
      : "";
  const band = finding.curve === undefined ? "" : "; band 95 %";
  const dashed = ceiling === undefined ? "" : ", dashed beyond the data";
  const doubt =
    ceiling !== undefined && finding.ceilingBand?.bounded === true
      ? `; grey bar: ceiling ${formatInterval([finding.ceilingBand.low, finding.ceilingBand.high], ceiling.se)} when other forms of the law are allowed`
      : "";
  return `${methodLine(finding)}${excluded}${thinningNote(points.used.length, points.total)}${band}${dashed}${doubt}`;
}

/** Axes wide enough for points, curve and intervals; H = 0 is on the chart only where the law may be extended to it. */
function frameOf(
  { series, curve, choices }: EntropyLawFinding,
  ceiling: Estimate | undefined,
): Frame {
  const entropies = extent(series.rawEntropy);
  const rewards = extent(series.rawReward);
  const extras =
    ceiling === undefined
      ? []
      : [[...ceiling.ci95, ceiling.value], curve?.low ?? [], curve?.high ?? []];
  const y = domainOf(rewards, ...extras);
  const [from, to] = domainOf(entropies);
  return {
    // Air left of H = 0 keeps the ceiling's interval off the axis.
    x: axis("entropy", `policy entropy, nats (${printableName(choices.entropyColumn)})`, [
      ceiling === undefined ? from : -0.03 * to,
      to,
    ]),
    y: axis("reward", `reward (${printableName(choices.rewardColumn)})`, y),
    rewards: y,
  };
}

function pointLayers({ used, parts, raw, excluded }: Observations, { x, y }: Frame): Layer[] {
  const hollow: Layer = {
    data: { values: [...excluded] },
    mark: { type: "point", filled: false, size: 22, stroke: lightPalette.muted, strokeWidth: 1 },
    encoding: { x, y, tooltip: tooltip("step", "entropy", "reward") },
  };
  const faint: Layer = {
    data: { values: [...raw] },
    mark: { type: "circle", size: 8, color: lightPalette.muted, opacity: 0.5 },
    encoding: { x, y },
  };
  const solid: Layer = {
    data: { values: [...used] },
    mark: { type: "circle", size: 22, opacity: 1 },
    encoding: {
      x,
      y,
      color: {
        field: "part",
        type: "nominal",
        title: null,
        scale: colours(parts, quarters.slice(0, parts.length)),
      },
      tooltip: tooltip("step", "entropy", "reward"),
    },
  };
  return [...(excluded.length > 0 ? [hollow] : []), ...(raw.length > 0 ? [faint] : []), solid];
}

function curveLayers(
  { curve, series }: EntropyLawFinding,
  frame: Frame,
  extended: boolean,
): Layer[] {
  if (curve === undefined) return [];
  const [lowest, highest] = extent(series.entropy);
  const inside = curveRows(curve, [lowest, highest], frame);
  const beyond = extended ? curveRows(curve, [0, lowest], frame) : [];
  const band = (values: typeof inside, opacity: number): Layer => ({
    data: { values },
    mark: { type: "area", color: lightPalette.law, opacity },
    encoding: { x: frame.x, y: { ...frame.y, field: "low" }, y2: { field: "high" } },
  });
  const line = (values: typeof inside, dash: number[]): Layer => ({
    data: { values },
    mark: { type: "line", color: lightPalette.law, strokeWidth: 2, strokeDash: dash },
    encoding: { x: frame.x, y: frame.y },
  });
  return [
    band(inside, 0.18),
    line(inside, []),
    ...(beyond.length > 1 ? [band(beyond, 0.1), line(beyond, [6, 4])] : []),
  ];
}

/** The part of the curve over a range of entropies, one grid point beyond on either side so that parts join. */
function curveRows(curve: LawCurve, [from, to]: Range, { rewards }: Frame) {
  const rows = [...curve.entropy.keys()];
  const first = rows.findLast((i) => (curve.entropy[i] ?? 0) <= from) ?? 0;
  const last = rows.find((i) => (curve.entropy[i] ?? 0) >= to) ?? rows.length - 1;
  const value = (list: Float64Array, i: number) => datum(clampTo(list[i] ?? Number.NaN, rewards));
  return rows.slice(first, last + 1).map((i) => ({
    entropy: datum(curve.entropy[i]),
    // The line ends where it leaves the chart; the band goes on along the edge.
    reward: isInside(curve.reward[i] ?? Number.NaN, rewards) ? datum(curve.reward[i]) : null,
    low: value(curve.low, i),
    high: value(curve.high, i),
  }));
}

/** Ceiling at H = 0: a dotted line, its interval, and beside it the band over other forms of the law. */
function ceilingLayers(
  ceiling: Estimate,
  band: CeilingBand | undefined,
  { x, y, rewards }: Frame,
): Layer[] {
  const bar = (low: number, high: number) => ({
    values: [
      { entropy: 0, low: datum(clampTo(low, rewards)), high: datum(clampTo(high, rewards)) },
    ],
  });
  const ends = { x, y: { ...y, field: "low" }, y2: { field: "high" } };
  const at = { values: [{ entropy: 0, reward: datum(ceiling.value) }] };
  const formDoubt: Layer[] =
    band?.bounded === true
      ? [
          {
            data: bar(band.low, band.high),
            mark: { type: "rule", color: lightPalette.muted, strokeWidth: 1.5, xOffset: -7 },
            encoding: ends,
          },
        ]
      : [];
  return [
    {
      data: at,
      mark: { type: "rule", color: lightPalette.law, strokeWidth: 1, strokeDash: [1, 3] },
      encoding: { y },
    },
    ...formDoubt,
    {
      data: bar(...ceiling.ci95),
      mark: { type: "rule", color: lightPalette.law, strokeWidth: 3 },
      encoding: ends,
    },
    {
      data: at,
      mark: {
        type: "point",
        shape: "diamond",
        filled: true,
        size: 90,
        color: lightPalette.law,
        opacity: 1,
      },
      encoding: { x, y },
    },
    {
      // At the right, where a falling curve leaves room.
      data: { values: [{ entropy: x.scale.domain[1] ?? 0, reward: datum(ceiling.value) }] },
      mark: {
        type: "text",
        align: "right",
        baseline: "bottom",
        dy: -4,
        fontSize: 11,
        color: lightPalette.ink,
        text: `ceiling ${formatEstimate(ceiling)}`,
      },
      encoding: { x, y },
    },
  ];
}
