/** Mean covariance of the tokens with the largest covariance, by share and part of training; computes nothing. */
import type {
  AgreementFinding,
  CovarianceTail,
} from "../../analyze/agreement/agreement-finding.ts";
import { formatNumber } from "../format-number.ts";
import { type ColourName, lightPalette } from "../palette.ts";
import { PLOT_WIDTH } from "../theme.ts";
import { colours, tooltip } from "./axes.ts";
import { type Chart, chartSpec, datum, shortLabel } from "./chart.ts";
import { extent } from "./domain.ts";

const HEIGHT = 210;
const LOOKS: ReadonlyArray<{ readonly colour: ColourName; readonly dash: number[] }> = [
  { colour: "law", dash: [] },
  { colour: "entropy", dash: [8, 3] },
  { colour: "sigmoid", dash: [3, 3] },
];
/** Air around the data on a logarithmic axis, as a factor. */
const AIR = 1.3;

/** Draws a line a third of training over the share of tokens, both axes logarithmic. */
export function covarianceTailChart({ tail }: AgreementFinding): Chart {
  const all = tail.find((one) => one.of === "all");
  const thirds = tail.filter((one) => one.of !== "all").slice(0, LOOKS.length);
  const title = takeaway(all);
  return {
    kind: "covariance-tail",
    title,
    subtitle: `Mean of (l − mean l)(A − mean A) over the tokens where it is largest, nats × advantage, by share of tokens and part of training; both axes logarithmic, means at or below 0 left out; ${all?.tokens ?? 0} tokens`,
    description: shortLabel(
      `Mean covariance over the share of tokens with the largest, on logarithmic axes. ${title}.`,
    ),
    spec: chartSpec({ width: PLOT_WIDTH, height: HEIGHT, layer: layersOf(thirds) }),
    table: {
      columns: ["tokens", ...tail.map(({ of }) => of)],
      rows: (all?.means ?? []).map(({ share }, i) => [
        shareName(share),
        ...tail.map(({ means }) => means[i]?.mean),
      ]),
    },
  };
}

const shareName = (share: number): string =>
  share === 1 ? "all" : `top ${formatNumber(100 * share)} %`;

function takeaway(all: CovarianceTail | undefined): string {
  const [top, whole] = [all?.means[0], all?.means.at(-1)];
  if (top === undefined || whole === undefined) return "No token table: 0 tokens to rank";
  const number = (value: number): string => formatNumber(Number(value.toPrecision(3)));
  const times =
    whole.mean > 0
      ? `${number(top.mean / whole.mean)} times that of all tokens`
      : "against all tokens";
  return `The ${shareName(top.share)} of tokens have a mean covariance of ${number(top.mean)}, ${times} (${number(whole.mean)})`;
}

function layersOf(thirds: readonly CovarianceTail[]) {
  const names = thirds.map(({ of }) => of);
  const looks = LOOKS.slice(0, names.length);
  const values = thirds.flatMap(({ of, means }) =>
    means
      .filter(({ mean }) => mean > 0)
      .map(({ share, mean }) => ({ share: datum(share), mean: datum(mean), series: of as string })),
  );
  const shares = extent(values.map(({ share }) => share ?? Number.NaN));
  const means = extent(values.map(({ mean }) => mean ?? Number.NaN));
  const series = { field: "series", type: "nominal" as const };
  const encoding = {
    x: logAxis("share", "share of tokens, largest covariance first", shares),
    y: logAxis("mean", "mean covariance", means),
    color: {
      ...series,
      scale: colours(
        names,
        looks.map(({ colour }) => colour),
      ),
    },
  };
  return [
    {
      data: { values },
      mark: { type: "line" as const, strokeWidth: 2 },
      encoding: {
        ...encoding,
        strokeDash: { ...series, scale: { domain: names, range: looks.map(({ dash }) => dash) } },
      },
    },
    {
      data: { values },
      mark: { type: "circle" as const, size: 40, opacity: 1 },
      encoding: { ...encoding, tooltip: tooltip("share", "mean") },
    },
  ];
}

/** A logarithmic axis with air; where there are no data, any that can be drawn. */
function logAxis(field: string, title: string, [low, high]: readonly [number, number]) {
  const domain = low > 0 ? [low / AIR, high * AIR] : [1e-4, 1];
  return {
    field,
    type: "quantitative" as const,
    title,
    scale: { type: "log" as const, domain, nice: false },
    axis: { tickCount: 5, format: "~g", labelColor: lightPalette.muted },
  };
}
