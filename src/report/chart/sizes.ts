/** The law's parameters over the size of the policy, with lines in its logarithm; fits nothing. */
import {
  SIZE_MEASURES,
  type SizeMeasure,
  type SizeTrend,
} from "../../analyze/compare/size-trend.ts";
import { printableName } from "../../base/printable.ts";
import { formatBounded, formatNumber } from "../format-number.ts";
import { type ColourName, lightPalette } from "../palette.ts";
import { axis, tooltip } from "./axes.ts";
import { type Chart, type SubPanel, chartSpec, datum, shortLabel } from "./chart.ts";
import { domainOf, extent, type Range } from "./domain.ts";

const PANEL_WIDTH = 88;
const HEIGHT = 170;
/** Air around the sizes on their logarithmic axis, as a factor. */
const AIR = 1.5;
const COLOURS: { readonly [K in SizeMeasure]: ColourName } = {
  a: "sigmoid",
  b: "linear",
  ceiling: "law",
};

/** Draws three panels side by side over the number of parameters: a, b and the ceiling. */
export function sizesChart({ points, lines }: SizeTrend): Chart {
  const counts = points.map(({ parameters }) => parameters);
  const [low, high] = extent(counts);
  const sizes: Range = [low / AIR, high * AIR];
  const title = takeaway({ points, lines });
  return {
    kind: "sizes",
    title,
    subtitle: `R = -a e^H + b by parameters N without embeddings (12 L D²), logarithmic; dots: runs of ${points.map(({ arm }) => printableName(arm)).join(", ")}; lines: least squares in ln N through the means of the sizes`,
    description: shortLabel(`a, b and ceiling over the number of parameters. ${title}.`),
    spec: chartSpec({
      hconcat: SIZE_MEASURES.map((kind) => panel(kind, { points, lines }, sizes)),
      spacing: 16,
    }),
    table: {
      columns: ["arm", "parameters", ...SIZE_MEASURES],
      rows: points.flatMap(({ arm, parameters, runs }) =>
        runs.map((run) => [
          printableName(arm),
          parameters,
          ...SIZE_MEASURES.map((kind) => run[kind]),
        ]),
      ),
    },
  };
}

function takeaway({ points, lines }: SizeTrend): string {
  const sizes = new Set(points.map(({ parameters }) => parameters)).size;
  const { ceiling } = lines;
  return ceiling === undefined
    ? `No line over ${sizes} sizes`
    : `Over ${sizes} sizes the ceiling moves by ${formatBounded(ceiling.slope)} a factor e of parameters (R² ${formatNumber(Number(ceiling.r2.toFixed(2)))})`;
}

function panel(kind: SizeMeasure, { points, lines }: SizeTrend, sizes: Range): SubPanel {
  const values = points.flatMap(({ parameters, runs }) =>
    runs.flatMap(({ [kind]: value }) =>
      value === undefined ? [] : [{ parameters: datum(parameters), value: datum(value) }],
    ),
  );
  const line = lines[kind];
  const ends =
    line === undefined
      ? []
      : sizes.map((size) => ({
          parameters: datum(size),
          value: datum(line.intercept + line.slope.value * Math.log(size)),
        }));
  const domain = domainOf(
    extent(values.map(({ value }) => value ?? Number.NaN)),
    ends.map(({ value }) => value ?? Number.NaN),
  );
  const x = {
    field: "parameters",
    type: "quantitative" as const,
    title: "parameters",
    scale: { type: "log" as const, domain: [...sizes], nice: false },
    axis: {
      values: [...new Set(points.map(({ parameters }) => parameters))],
      format: ".2~s",
      labelOverlap: "greedy" as const,
    },
  };
  const y = axis("value", kind, domain);
  const color = lightPalette[COLOURS[kind]];
  return {
    width: PANEL_WIDTH,
    height: HEIGHT,
    layer: [
      {
        data: { values: ends },
        mark: { type: "line", color, strokeWidth: 1.5 },
        encoding: { x, y },
      },
      {
        data: { values },
        mark: { type: "circle", color, size: 30, opacity: 0.8 },
        encoding: { x, y, tooltip: tooltip("parameters", "value") },
      },
    ],
  };
}
