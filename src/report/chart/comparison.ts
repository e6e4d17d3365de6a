/** The laws over the run and the information that each loses against the best; fits nothing. */
import type { LawKind } from "../../analyze/fit/result.ts";
import type { LawComparisonFinding } from "../../analyze/finding/law-comparison.ts";
import { printableName } from "../../base/printable.ts";
import { formatNumber } from "../format-number.ts";
import { type ColourName, lightPalette } from "../palette.ts";
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
import { clampTo, domainOf, extent } from "./domain.ts";
import { thinRows, thinningNote } from "./thin-rows.ts";

/** A smaller difference in AICc says nothing. */
const TELLING = 2;
const HEIGHT = 190;
const ROW_HEIGHT = 22;
/** Room for the names of laws left of both panels, px; taken from the plots, so that the chart is as wide as others. */
const NAME_WIDTH = 70;
const WIDTH = PLOT_WIDTH - NAME_WIDTH + 30;
const nameRoom = {
  minExtent: NAME_WIDTH,
  maxExtent: NAME_WIDTH,
  labelLimit: NAME_WIDTH - 10,
  labelPadding: 8,
};

/** Each law keeps its colour and dash on the whole page. */
const lawLook: {
  readonly [K in LawKind]: { readonly colour: ColourName; readonly dash: number[] };
} = {
  entropy: { colour: "law", dash: [] },
  sigmoid: { colour: "sigmoid", dash: [8, 3] },
  power: { colour: "power", dash: [3, 3] },
  linear: { colour: "linear", dash: [8, 3, 2, 3] },
  constant: { colour: "muted", dash: [1.5, 3] },
};

type Row = LawComparisonFinding["rows"][number];

/** Draws reward over step under each law's fitted values, and below it how much worse than the best each law is. */
export function comparisonChart(
  finding: LawComparisonFinding,
  options: ChartOptions = fullDetail,
): Chart {
  const { rows, notes } = finding;
  const solved = rows.filter((row) => row.fitted !== undefined && row.deltaAicc !== undefined);
  const drawn = thinRows(finding.step.length, [finding.reward], options.maxRows);
  const title = takeaway(solved);
  return {
    kind: "comparison",
    title,
    subtitle: `AICc with Gaussian errors, n = ${finding.step.length}; smaller is better, and a difference below ${TELLING} says nothing${thinningNote(drawn.length, finding.step.length)}.${notes.map((note) => ` ${note.replace(/\.?$/, ".")}`).join("")}`,
    description: shortLabel(
      `Fitted values of ${solved.length} laws over the training step, and their AICc differences. ${title}.`,
    ),
    spec: chartSpec({ vconcat: [curvesPanel(finding, solved, drawn), deltaPanel(solved)] }),
    table: {
      columns: ["law", "x", "n", "delta AICc", "R2", "RMSE"],
      rows: rows.map(({ law, x, fit, deltaAicc }) => [
        law,
        x,
        fit.n,
        deltaAicc,
        fit.status === "degenerate" ? undefined : fit.goodness.r2,
        fit.status === "degenerate" ? undefined : fit.goodness.rmse,
      ]),
    },
  };
}

function takeaway(solved: readonly Row[]): string {
  const [best, second] = solved;
  if (best === undefined) return "No law could be fitted (0 of them solved)";
  const entropy = solved.find(({ fit }) => fit.law === "entropy");
  if (entropy !== undefined && entropy !== best) {
    if ((entropy.deltaAicc ?? Infinity) < TELLING) {
      return `The entropy law and ${best.law} describe the run alike: ${round(entropy.deltaAicc)} apart in AICc`;
    }
    return `${capital(best.law)} describes the run better than the entropy law, by ${round(entropy.deltaAicc)} in AICc`;
  }
  return second === undefined
    ? `Only the ${best.law} law could be fitted (1 law)`
    : `${capital(best.law)} describes the run best, ${round(second.deltaAicc)} in AICc before ${second.law}`;
}

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

const round = (delta: number | undefined): string =>
  formatNumber(delta === undefined ? undefined : Number(delta.toPrecision(3)));

function curvesPanel(
  { step, reward }: LawComparisonFinding,
  solved: readonly Row[],
  drawn: readonly number[],
): SubPanel {
  const x = axis("step", "training step", domainOf(extent(step)));
  const rewards = domainOf(extent(reward), ...solved.map(({ fitted }) => fitted ?? []));
  const y = { ...axis("reward", "reward", rewards), axis: nameRoom };
  // One row a step, a column a law: the names of the columns are ours.
  const values = drawn.map((row) => ({
    step: datum(step[row]),
    reward: datum(reward[row]),
    ...Object.fromEntries(
      solved.map(({ fitted }, i) => [
        `law${i}`,
        datum(clampTo(fitted?.[row] ?? Number.NaN, rewards)),
      ]),
    ),
  }));
  const lines = solved.map(({ fit }, i): Layer => {
    const { colour, dash } = lawLook[fit.law];
    return {
      mark: { type: "line", strokeWidth: 2, color: lightPalette[colour], strokeDash: dash },
      encoding: { x, y: { ...y, field: `law${i}` } },
    };
  });
  const points: Layer = {
    mark: { type: "circle", size: 10, color: lightPalette.quarter1, opacity: 1 },
    encoding: { x, y, tooltip: tooltip("step", "reward") },
  };
  return { width: WIDTH, height: HEIGHT, data: { values }, layer: [points, ...lines] };
}

function deltaPanel(solved: readonly Row[]): SubPanel {
  const names = solved.map(({ law }) => printableName(law));
  const looks = solved.map(({ fit }) => lawLook[fit.law]);
  const values = solved.map(({ deltaAicc }, i) => ({
    law: names[i],
    zero: 0,
    delta: datum(deltaAicc),
    label: round(deltaAicc),
  }));
  const y = {
    field: "law",
    type: "nominal" as const,
    title: null,
    sort: null,
    axis: { ...nameRoom, labelColor: lightPalette.ink },
  };
  const [, high] = extent(
    solved.map(({ deltaAicc }) => deltaAicc ?? 0),
    [1],
  );
  const x = axis("delta", "AICc above the best law", [0, high * 1.15]);
  const color = {
    field: "law",
    type: "nominal" as const,
    legend: null,
    scale: { domain: names, range: looks.map(({ colour }) => lightPalette[colour]) },
  };
  const strokeDash = {
    field: "law",
    type: "nominal" as const,
    legend: null,
    scale: { domain: names, range: looks.map(({ dash }) => dash) },
  };
  return {
    width: WIDTH,
    height: ROW_HEIGHT * Math.max(1, solved.length),
    data: { values },
    layer: [
      {
        mark: { type: "rule", strokeWidth: 2 },
        encoding: { y, x: { ...x, field: "zero" }, x2: { field: "delta" }, color, strokeDash },
      },
      {
        mark: { type: "circle", size: 60, opacity: 1 },
        encoding: { y, x, color, tooltip: tooltip("delta") },
      },
      {
        mark: { type: "text", align: "left", dx: 8, fontSize: 11, color: lightPalette.ink },
        encoding: { y, x, text: { field: "label", type: "nominal" } },
      },
    ],
  };
}
