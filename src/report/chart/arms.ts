/** Reward, entropy and ceiling of every arm: its seeds, their mean and its interval; computes no statistic. */
import type { ArmSummary } from "../../analyze/compare/arm-summary.ts";
import type { ComparisonFinding } from "../../analyze/compare/comparison.ts";
import type { MEASURES } from "../../analyze/compare/measures.ts";
import { printableName } from "../../base/printable.ts";
import { formatNumber } from "../format-number.ts";
import { type ColourName, lightPalette } from "../palette.ts";
import { axis, tooltip } from "./axes.ts";
import { type Chart, type SubPanel, chartSpec, datum, shortLabel } from "./chart.ts";
import { clampTo, domainOf, extent } from "./domain.ts";

const PANEL_WIDTH = 92;
const ROW_HEIGHT = 24;

const PANELS = [
  { kind: "reward", title: "end reward", colour: "ink" },
  { kind: "entropy", title: "end entropy, nats", colour: "entropy" },
  { kind: "ceiling", title: "ceiling", colour: "law" },
] as const satisfies ReadonlyArray<{
  readonly kind: keyof typeof MEASURES;
  readonly title: string;
  readonly colour: ColourName;
}>;
type Panel = (typeof PANELS)[number];

/** Draws three panels side by side, a row for each arm. */
export function armsChart(finding: ComparisonFinding): Chart {
  const { arms } = finding;
  const runs = arms.reduce((sum, arm) => sum + arm.runs.length, 0);
  const title = takeaway(arms);
  return {
    kind: "arms",
    title,
    subtitle: `${arms.length} arms, ${runs} runs; means of the last tenth of the steps, and the ceiling of the law where it is not refused; dots: seeds, diamonds: means with 95 % intervals of Student's t, cut where they would dwarf the seeds`,
    description: shortLabel(
      `End reward, end entropy and ceiling of ${arms.length} arms over their seeds. ${title}.`,
    ),
    spec: chartSpec({
      hconcat: PANELS.map((one, column) => panel(one, arms, column === 0)),
      spacing: 16,
    }),
    table: {
      columns: ["arm", "seeds", ...PANELS.map(({ title: name }) => name)],
      rows: arms.map(({ name, runs: own, measures }) => [
        printableName(name),
        own.length,
        ...PANELS.map(({ kind }) => measures[kind]?.mean),
      ]),
    },
  };
}

/** The best arm by end reward, and how entropy is ordered against it. */
function takeaway(arms: readonly ArmSummary[]): string {
  const reward = ({ measures }: ArmSummary): number => measures.reward?.mean ?? Number.NaN;
  const [best, ...others] = arms.toSorted((one, other) => reward(other) - reward(one));
  if (best === undefined) return "No arm (n = 0)";
  const end = `${printableName(best.name)} ends at a reward of ${formatNumber(Number(reward(best).toPrecision(3)))}`;
  const last = others.at(-1);
  return last === undefined
    ? end
    : `${end}, the highest of ${arms.length} arms; ${printableName(last.name)} at ${formatNumber(Number(reward(last).toPrecision(3)))}, the lowest`;
}

function panel(
  { kind, title, colour }: Panel,
  arms: readonly ArmSummary[],
  isFirst: boolean,
): SubPanel {
  const seeds = arms.flatMap(({ name, runs }) =>
    runs.flatMap(({ values: { [kind]: value } }) =>
      value === undefined ? [] : [{ arm: printableName(name), value: datum(value) }],
    ),
  );
  const intervals = arms.map(({ measures }) => measures[kind]?.mean95 ?? []);
  const domain = domainOf(extent(seeds.map(({ value }) => value ?? Number.NaN)), ...intervals);
  const means = arms.flatMap(({ name, measures: { [kind]: summary } }) => {
    if (summary === undefined) return [];
    const [low, high] = summary.mean95 ?? [summary.mean, summary.mean];
    return [
      {
        arm: printableName(name),
        value: datum(summary.mean),
        low: datum(clampTo(low, domain)),
        high: datum(clampTo(high, domain)),
        n: summary.n,
      },
    ];
  });
  const y = {
    field: "arm",
    type: "nominal" as const,
    title: null,
    sort: null,
    scale: { domain: arms.map(({ name }) => printableName(name)) },
    axis: isFirst
      ? { labelColor: lightPalette.ink, minExtent: 120, maxExtent: 145, labelLimit: 140 }
      : { labels: false, minExtent: 0 },
  };
  const x = {
    ...axis("value", title, domain),
    axis: { tickCount: 2, grid: true, labelOverlap: "greedy" as const },
  };
  const color = lightPalette[colour];
  return {
    width: PANEL_WIDTH,
    height: ROW_HEIGHT * Math.max(1, arms.length),
    layer: [
      {
        data: { values: means },
        mark: { type: "rule", color, strokeWidth: 2 },
        encoding: { y, x: { ...x, field: "low" }, x2: { field: "high" } },
      },
      {
        data: { values: seeds },
        mark: { type: "circle", size: 22, color: lightPalette.muted, opacity: 1 },
        encoding: { y, x },
      },
      {
        data: { values: means },
        mark: { type: "point", shape: "diamond", filled: true, size: 60, color, opacity: 1 },
        encoding: { y, x, tooltip: tooltip("value", "low", "high", "n") },
      },
    ],
  };
}
