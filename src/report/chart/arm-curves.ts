/** Reward over entropy of every arm against the baseline: one curve, or another for the arm; computes no statistic. */
import type { ArmSummary, RunMeasures } from "../../analyze/compare/arm-summary.ts";
import type { ComparisonFinding } from "../../analyze/compare/comparison.ts";
import { movingMean } from "../../analyze/fit/smoothing.ts";
import { printableName } from "../../base/printable.ts";
import { armCount, noneApart } from "../compare-tables.ts";
import { lightPalette } from "../palette.ts";
import { PLOT_WIDTH } from "../theme.ts";
import { axis } from "./axes.ts";
import {
  type Chart,
  type ChartOptions,
  type SubPanel,
  chartSpec,
  datum,
  fullDetail,
  shortLabel,
} from "./chart.ts";
import { domainOf, extent, type Range } from "./domain.ts";

const COLUMNS = 3;
const SPACING = 20;
const PANEL_HEIGHT = 110;
/** Single steps are too noisy for a curve to be seen. */
const SMOOTHING = 11;

/** What all panels share. */
interface Frame {
  /** The baseline alone. */
  readonly base: readonly ArmSummary[];
  readonly reward: Range;
  readonly width: number;
  /** About how many points an arm may show. */
  readonly maxRows: number;
}

/** Draws a panel for each arm but the baseline: both arms' steps, and both fitted curves where there are points. */
export function armCurvesChart(
  finding: ComparisonFinding,
  options: ChartOptions = fullDetail,
): Chart {
  const { arms, baseline } = finding;
  const others = arms.filter(({ name }) => name !== baseline);
  const runs = arms.flatMap((arm) => arm.runs);
  const columns = Math.max(1, Math.min(COLUMNS, others.length));
  const frame = {
    base: arms.filter(({ name }) => name === baseline),
    reward: domainOf(
      extent(...runs.map((run) => meansOf(run, "reward"))),
      arms.flatMap((arm) => linesOf(arm).map(({ reward }) => reward ?? Number.NaN)),
    ),
    width: Math.floor((PLOT_WIDTH - SPACING * (columns - 1)) / columns),
    maxRows: Math.ceil(options.maxRows / arms.length),
  };
  const title = takeaway(finding);
  const panels = others.map((arm, i) => panelOf(arm, frame, i % COLUMNS === 0));
  const rows = Array.from({ length: Math.ceil(panels.length / COLUMNS) }, (_, row) => ({
    hconcat: panels.slice(COLUMNS * row, COLUMNS * (row + 1)),
    spacing: SPACING,
  }));
  return {
    kind: "arm-curves",
    title,
    subtitle: `Means over ${SMOOTHING} steps of ${printableName(baseline)} in grey, of the arm in blue; lines: R = -a e^H + b of each run over its own entropies`,
    description: shortLabel(
      `Reward over entropy of ${others.length} arms beside ${printableName(baseline)}. ${title}.`,
    ),
    spec: chartSpec({ vconcat: rows as SubPanel[], spacing: 14 }),
    table: {
      columns: ["arm", "H", "reward gap", "low", "high"],
      rows: finding.between.curves.flatMap(({ arm, difference }) =>
        "explanation" in difference
          ? []
          : difference.gaps.map(({ entropy, value, ci95 }) => [
              printableName(arm),
              entropy,
              value,
              ci95?.[0],
              ci95?.[1],
            ]),
      ),
    },
  };
}

function meansOf({ series }: RunMeasures, name: "entropy" | "reward"): Float64Array {
  const values = series.law.series[name];
  return movingMean(values, Math.min(SMOOTHING, values.length));
}

function takeaway({ between, baseline, arms }: ComparisonFinding): string {
  const apart = between.curves
    .filter(({ differs }) => differs)
    .map(({ arm }) => printableName(arm));
  const count = arms.length - 1;
  if (count === 0) return "Only 1 arm: no curve to hold it against";
  return apart.length === 0
    ? noneApart(between.curves, printableName(baseline))
    : `Of ${armCount(count)} ${apart.length} ${apart.length === 1 ? "has" : "have"} another reward at the entropy of ${printableName(baseline)}: ${apart.join(", ")}`;
}

function panelOf(arm: ArmSummary, frame: Frame, isFirst: boolean): SubPanel {
  // Of its own: one arm whose entropy explodes must not squeeze all others.
  const entropies = [...frame.base, arm].flatMap(({ runs }) =>
    runs.map((run) => meansOf(run, "entropy")),
  );
  const x = {
    ...axis("entropy", `H of ${printableName(arm.name)}`, domainOf(extent(...entropies))),
    axis: { tickCount: 3, titleLimit: frame.width },
  };
  const y = {
    ...axis("reward", isFirst ? "reward" : null, frame.reward),
    axis: isFirst ? {} : { labels: false, minExtent: 0, maxExtent: 0 },
  };
  const sides = [
    ...frame.base.map((base) => ({ arm: base, colour: lightPalette.quarter1 })),
    { arm, colour: lightPalette.law },
  ];
  return {
    width: frame.width,
    height: PANEL_HEIGHT,
    layer: [
      ...sides.map(({ arm: side, colour }) => ({
        data: { values: pointsOf(side, frame.maxRows) },
        mark: { type: "circle" as const, size: 7, color: colour, opacity: 0.5 },
        encoding: { x, y },
      })),
      ...sides.map(({ arm: side, colour }) => ({
        data: { values: linesOf(side) },
        mark: { type: "line" as const, color: colour, strokeWidth: 2 },
        encoding: { x, y, detail: { field: "run", type: "nominal" as const } },
      })),
    ],
  };
}

/** Means of all runs of an arm, evenly thinned to about `maxRows` together. */
function pointsOf({ runs }: ArmSummary, maxRows: number) {
  return runs.flatMap((run) => {
    const [entropy, reward] = [meansOf(run, "entropy"), meansOf(run, "reward")];
    const stride = Math.ceil((entropy.length * runs.length) / maxRows);
    return Array.from(entropy, (value, row) => ({
      entropy: datum(value),
      reward: datum(reward[row]),
    })).filter((_, row) => row % stride === 0);
  });
}

const CURVE_POINTS = 12;

/** The fitted law of each run between its least and largest mean entropy. */
function linesOf({ runs }: ArmSummary) {
  return runs.flatMap((one, run) => {
    const { fit } = one.series.law;
    if (fit.status === "degenerate") return [];
    const { a, b } = fit.parameters;
    const [low, high] = extent(meansOf(one, "entropy"));
    return Array.from({ length: CURVE_POINTS }, (_, i) => {
      const entropy = low + ((high - low) * i) / (CURVE_POINTS - 1);
      const reward = (b?.value ?? Number.NaN) - (a?.value ?? Number.NaN) * Math.exp(entropy);
      return { run, entropy: datum(entropy), reward: datum(reward) };
    });
  });
}
