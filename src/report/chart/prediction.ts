/** A prefix of the run, the law's forecast of the rest, and what came; computes no forecast. */
import type { PredictionFinding } from "../../analyze/finding/prediction.ts";
import { formatNumber } from "../format-number.ts";
import { lightPalette } from "../palette.ts";
import { PLOT_WIDTH } from "../theme.ts";
import { axis, tooltip } from "./axes.ts";
import {
  type Chart,
  type ChartOptions,
  type Layer,
  chartSpec,
  fullDetail,
  datum,
  shortLabel,
} from "./chart.ts";
import { type Range, clampTo, domainOf, extent } from "./domain.ts";
import { thinRows, thinningNote } from "./thin-rows.ts";

const HEIGHT = 230;

/**
 * Draws the prediction chart: the prefix in ink, held-out steps on a tinted ground, forecast and band dashed, and the
 * baseline that knows only the end of the prefix. A refused forecast is not drawn.
 */
export function predictionChart(
  finding: PredictionFinding,
  options: ChartOptions = fullDetail,
): Chart {
  const { series, lastFittedStep } = finding;
  const forecast = finding.status === "predicted" ? finding.forecast : undefined;
  const stepRange = extent(series.step);
  const steps = domainOf(stepRange);
  const rewards = domainOf(extent(series.reward), forecast?.low ?? [], forecast?.high ?? []);
  const x = axis("step", "training step", steps);
  const y = axis("reward", "reward", rewards);
  const drawn = thinRows(series.step.length, [series.reward], options.maxRows);
  const rows = drawn.map((row) => ({
    step: datum(series.step[row]),
    reward: datum(series.reward[row]),
  }));
  const isPrefix = (row: { step: number | null }): boolean => (row.step ?? 0) <= lastFittedStep;
  const heldOutGround: Layer = {
    data: { values: [{ step: datum(lastFittedStep), end: datum(steps[1]) }] },
    mark: { type: "rect", color: lightPalette.tint },
    encoding: { x, x2: { field: "end" } },
  };
  const circles = (values: typeof rows, color: string): Layer => ({
    data: { values },
    mark: { type: "circle", size: 16, color, opacity: 1 },
    encoding: { x, y, tooltip: tooltip("step", "reward") },
  });
  const layers: Layer[] = [
    heldOutGround,
    {
      data: { values: [{ step: datum(lastFittedStep) }] },
      mark: { type: "rule", color: lightPalette.muted },
      encoding: { x },
    },
    circles(rows.filter(isPrefix), lightPalette.ink),
    circles(
      rows.filter((row) => !isPrefix(row)),
      lightPalette.quarter2,
    ),
    ...(forecast === undefined ? [] : forecastLayers(forecast, { x, y, rewards }, options)),
  ];
  const title = takeaway(finding);
  return {
    kind: "prediction",
    title,
    subtitle:
      subtitleOf(finding, forecast !== undefined) + thinningNote(drawn.length, series.step.length),
    description: shortLabel(
      `Reward over training step with the part after step ${formatNumber(lastFittedStep)} held out. ${title}.`,
    ),
    spec: chartSpec({ width: PLOT_WIDTH, height: HEIGHT, layer: layers }),
    table: tableOf(finding, forecast),
  };
}

function takeaway({
  status,
  rmse,
  baselineRmse,
  beatsBaseline,
  fitted,
  predicted,
  reasons,
}: PredictionFinding): string {
  if (status === "refused")
    return `No forecast from the first ${fitted} points: ${reasons[0] ?? "the prefix does not identify the law"}`;
  if (status === "degenerate")
    return `No forecast from the first ${fitted} points: ${reasons[0] ?? "the law could not be fitted"}`;
  const verb = beatsBaseline === true ? "beats" : "does not beat";
  return `From ${fitted} points the law forecasts the next ${predicted} with RMSE ${short(rmse)}, which ${verb} a constant (${short(baselineRmse)})`;
}

const short = (value: number | undefined): string =>
  formatNumber(value === undefined ? undefined : Number(value.toPrecision(3)));

function subtitleOf(
  { fitted, logLineRmse, bandCoverage, lastFittedStep, meansOver }: PredictionFinding,
  drawn: boolean,
): string {
  const prefix = `Entropy law fitted on n = ${fitted} points up to step ${formatNumber(lastFittedStep)}; tinted: held out`;
  if (!drawn) return prefix;
  const band =
    bandCoverage === undefined
      ? ""
      : `, with its 90 % band holding ${formatNumber(Number((100 * bandCoverage).toPrecision(3)))} % of the points`;
  const line =
    logLineRmse === undefined ? "" : `; a line in log(1 + step) has RMSE ${short(logLineRmse)}`;
  return `${prefix}. Dashed: forecast given the later entropy${band}; dotted: constant baseline${line}${meansOver > 1 ? `; errors are of means over ${meansOver} steps` : ""}`;
}

interface Axes {
  readonly x: ReturnType<typeof axis>;
  readonly y: ReturnType<typeof axis>;
  readonly rewards: Range;
}

type Forecast = NonNullable<PredictionFinding["forecast"]>;

function forecastLayers(
  forecast: Forecast,
  { x, y, rewards }: Axes,
  options: ChartOptions,
): Layer[] {
  const inside = (value: number | undefined) => datum(clampTo(value ?? Number.NaN, rewards));
  const rows = thinRows(
    forecast.step.length,
    [forecast.mean, forecast.low, forecast.high],
    options.maxRows,
  ).map((row) => ({
    step: datum(forecast.step[row]),
    reward: inside(forecast.mean[row]),
    low: inside(forecast.low[row]),
    high: inside(forecast.high[row]),
  }));
  const [first, last] = extent(forecast.step);
  const baseline = [first, last].map((step) => ({
    step: datum(step),
    reward: inside(forecast.baseline),
  }));
  return [
    {
      data: { values: rows },
      mark: { type: "area", color: lightPalette.law, opacity: 0.18 },
      encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" } },
    },
    {
      data: { values: baseline },
      mark: { type: "line", color: lightPalette.muted, strokeWidth: 2, strokeDash: [1.5, 3] },
      encoding: { x, y },
    },
    {
      data: { values: rows },
      mark: { type: "line", color: lightPalette.law, strokeWidth: 2, strokeDash: [6, 4] },
      encoding: { x, y },
    },
  ];
}

function tableOf({ series }: PredictionFinding, forecast: Forecast | undefined): Chart["table"] {
  if (forecast === undefined) {
    return {
      columns: ["step", "reward"],
      rows: Array.from(series.step, (step, row) => [step, series.reward[row]]),
    };
  }
  return {
    columns: ["step", "observed", "forecast", "low", "high"],
    rows: Array.from(forecast.step, (step, row) => [
      step,
      forecast.observed[row],
      forecast.mean[row],
      forecast.low[row],
      forecast.high[row],
    ]),
  };
}
