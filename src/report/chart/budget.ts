/** Entropy spent and reward gained over the run, as shares of the whole; computes no statistic. */
import type { BudgetMark, EntropyBudgetFinding } from "../../analyze/finding/entropy-budget.ts";
import type { Bounded } from "../../analyze/fit/level-bootstrap.ts";
import { printableName } from "../../base/printable.ts";
import { budgetAnswer } from "../budget-answer.ts";
import { type ColourName, lightPalette } from "../palette.ts";
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
import { clampTo, domainOf, extent } from "./domain.ts";
import { thinRows, thinningNote } from "./thin-rows.ts";

const HEIGHT = 200;

/** The two curves, by the field of the finding's curve and of its marks. */
const CURVES = [
  { field: "drop", mark: "dropShare", name: "entropy drop", colour: "entropy" },
  { field: "gain", mark: "gainShare", name: "reward gain", colour: "ink" },
] as const satisfies ReadonlyArray<{
  readonly field: "drop" | "gain";
  readonly mark: keyof BudgetMark;
  readonly name: string;
  readonly colour: ColourName;
}>;

/** Draws both cumulative shares over the share of the run, with the intervals of the marks. */
export function budgetChart(
  finding: EntropyBudgetFinding,
  options: ChartOptions = fullDetail,
): Chart {
  const { n, meansOver, curve, marks } = finding;
  const drawn = thinRows(
    curve.share.length,
    CURVES.flatMap(({ field }) => curve[field] ?? []),
    options.maxRows,
  );
  const title = budgetAnswer(finding);
  return {
    kind: "budget",
    title,
    subtitle: `Shares of the change of ${printableName(finding.entropyColumn)} and ${printableName(finding.rewardColumn)} between the first and the last ${meansOver} of ${n} steps, by means over ${meansOver}; bars: 95 % by block bootstrap${thinningNote(drawn.length, curve.share.length)}`,
    description: shortLabel(
      `Cumulative shares of the entropy drop and of the reward gain over the share of the run. ${title}.`,
    ),
    spec: chartSpec({
      width: PLOT_WIDTH,
      height: HEIGHT,
      layer: layersOf(finding, drawn),
    }),
    table: {
      columns: ["share of the run", "step", "of the drop", "of the gain"],
      rows: marks.map(({ share, step, dropShare, gainShare }) => [
        share,
        step,
        dropShare?.value,
        gainShare?.value,
      ]),
    },
  };
}

function layersOf({ curve, marks }: EntropyBudgetFinding, drawn: readonly number[]): Layer[] {
  const present = CURVES.flatMap((one) => {
    const values = curve[one.field];
    return values === undefined ? [] : [{ ...one, values }];
  });
  const domain = domainOf(extent([0, 1], ...present.map(({ values }) => values)));
  const x = axis("run", "share of the run", [0, 1]);
  const y = axis("share", "share of the whole change", domain);
  const color = {
    field: "series",
    type: "nominal" as const,
    scale: colours(
      present.map(({ name }) => name),
      present.map(({ colour }) => colour),
    ),
  };
  const lines = present.flatMap(({ values, name }) =>
    drawn.map((row) => ({
      run: datum(curve.share[row]),
      share: datum(values[row]),
      series: name,
    })),
  );
  const bars = present.flatMap(({ mark, name }) =>
    marks.slice(0, -1).flatMap((at) => barOf(at.share, at[mark], { name, domain })),
  );
  return [
    {
      data: { values: [{ share: 1 }] },
      mark: { type: "rule", color: lightPalette.muted, strokeDash: [1.5, 3] },
      encoding: { y },
    },
    {
      data: { values: lines },
      mark: { type: "line", strokeWidth: 2 },
      encoding: { x, y, color },
    },
    {
      data: { values: bars },
      mark: { type: "rule", strokeWidth: 1.5 },
      encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color },
    },
    {
      data: { values: bars },
      mark: { type: "circle", size: 50, opacity: 1 },
      encoding: { x, y, color, tooltip: tooltip("run", "share", "low", "high") },
    },
  ];
}

function barOf(
  run: number,
  bounded: Bounded | undefined,
  { name, domain }: { readonly name: string; readonly domain: readonly [number, number] },
) {
  if (bounded === undefined) return [];
  const [low, high] = bounded.ci95 ?? [bounded.value, bounded.value];
  return [
    {
      run: datum(run),
      share: datum(bounded.value),
      low: datum(clampTo(low, domain)),
      high: datum(clampTo(high, domain)),
      series: name,
    },
  ];
}
