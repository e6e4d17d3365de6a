/** Entropy and reward of every arm over the steps, means over its seeds; fits nothing. */
import type { ArmSummary } from "../../analyze/compare/arm-summary.ts";
import type { ComparisonFinding } from "../../analyze/compare/comparison.ts";
import { atSteps, commonSteps, meanAcross } from "../../analyze/fit/common-steps.ts";
import { movingMean } from "../../analyze/fit/smoothing.ts";
import { printableName } from "../../base/printable.ts";
import { formatNumber } from "../format-number.ts";
import { hues } from "../palette.ts";
import { PLOT_WIDTH } from "../theme.ts";
import { axis, colours, tooltip } from "./axes.ts";
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

const HEIGHT = 150;
/** Single steps are too noisy for arms to be told apart. */
const SMOOTHING = 11;
const LEGEND_COLUMNS = 3;
const LEGEND_LABEL = 105; // px
/** Long enough for a dash to be seen. */
const LEGEND_SYMBOL = 300; // px²
/** More arms than hues share them, and differ in dash. */
const DASHES = [[], [8, 3], [3, 3], [8, 3, 2, 3], [1, 4]] as const;

type Field = "entropy" | "reward";

/** One arm at one step. */
interface ArmPoint {
  readonly arm: string;
  readonly step: number | null;
  readonly entropy: number | null;
  readonly reward: number | null;
}

/** Draws two panels over a common step axis, a line an arm. */
export function armStepsChart(
  finding: ComparisonFinding,
  options: ChartOptions = fullDetail,
): Chart {
  const { arms } = finding;
  const rows = arms.map((arm) => pointsOf(arm, Math.ceil(options.maxRows / arms.length)));
  const values = rows.flat();
  const steps = domainOf(extent(values.map(({ step }) => step ?? Number.NaN)));
  const names = arms.map(({ name }) => printableName(name));
  const title = takeaway(arms);
  const panel = (field: Field, name: string): SubPanel =>
    panelOf({ field, name, values, steps, names });
  return {
    kind: "arm-steps",
    title,
    subtitle: `Means over ${SMOOTHING} steps and over the seeds of an arm (${countsText(arms)})`,
    description: shortLabel(`Entropy and reward of ${arms.length} arms over the steps. ${title}.`),
    spec: chartSpec({
      vconcat: [panel("entropy", "entropy, nats"), panel("reward", "reward")],
      spacing: 10,
    }),
    table: {
      columns: ["arm", "step", "entropy", "reward"],
      rows: values.map(({ arm, step, entropy, reward }) => [
        arm,
        step ?? undefined,
        entropy ?? undefined,
        reward ?? undefined,
      ]),
    },
  };
}

function countsText(arms: readonly ArmSummary[]): string {
  const counts = arms.map(({ runs }) => runs.length);
  return new Set(counts).size === 1 ? `${counts[0]} each` : counts.join(", ");
}

/** Where entropy ends, from the arm with the least to the arm with the most. */
function takeaway(arms: readonly ArmSummary[]): string {
  const ends = arms
    .flatMap(({ name, measures: { entropy } }) =>
      entropy === undefined ? [] : [{ name: printableName(name), value: entropy.mean }],
    )
    .toSorted((one, other) => one.value - other.value);
  const [least, most] = [ends[0], ends.at(-1)];
  if (least === undefined || most === undefined) return "No arm (n = 0)";
  const text = (value: number): string => formatNumber(Number(value.toPrecision(3)));
  return ends.length === 1
    ? `${least.name} ends with ${text(least.value)} nats`
    : `Of ${ends.length} arms ${most.name} ends with the most entropy, ${text(most.value)} nats; ${least.name} with the least, ${text(least.value)}`;
}

/** Means of an arm's runs at the steps that all of them have. */
function pointsOf({ name, runs }: ArmSummary, maxRows: number): ArmPoint[] {
  const series = runs.map(({ series: { law } }) => law.series);
  const steps = commonSteps(series);
  const window = Math.min(SMOOTHING, steps.length);
  const meanOf = (field: Field): Float64Array =>
    movingMean(meanAcross(series.map((one) => atSteps(one, one[field], steps))), window);
  const [entropy, reward] = [meanOf("entropy"), meanOf("reward")];
  const skip = Math.floor((window - 1) / 2);
  const stride = Math.max(1, Math.ceil(entropy.length / maxRows));
  return Array.from(entropy, (value, row) => ({
    arm: printableName(name),
    step: datum(steps[row + skip]),
    entropy: datum(value),
    reward: datum(reward[row]),
  })).filter((_, row) => row % stride === 0);
}

interface PanelParts {
  readonly field: Field;
  readonly name: string;
  readonly values: readonly ArmPoint[];
  readonly steps: Range;
  readonly names: readonly string[];
}

function panelOf({ field, name, values, steps, names }: PanelParts): SubPanel {
  const x = axis("step", "training step", steps);
  const isLast = field === "reward";
  const series = { field: "arm", type: "nominal" as const };
  const legend = {
    columns: LEGEND_COLUMNS,
    labelLimit: LEGEND_LABEL,
    symbolLimit: 0,
    symbolSize: LEGEND_SYMBOL,
  };
  const all = values.map((one) => one[field] ?? Number.NaN);
  return {
    width: PLOT_WIDTH,
    height: HEIGHT,
    layer: [
      {
        data: {
          values: values.map(({ arm, step, [field]: value }) => ({ arm, step, [field]: value })),
        },
        mark: { type: "line", strokeWidth: 2 },
        encoding: {
          x: isLast ? x : { ...x, title: null, axis: { labels: false } },
          y: axis(field, name, domainOf(extent(all))),
          color: {
            ...series,
            scale: colours(
              names,
              names.map((_, i) => hues[i % hues.length] ?? "ink"),
            ),
            legend,
          },
          strokeDash: {
            ...series,
            scale: {
              domain: [...names],
              range: names.map((_, i) => [
                ...(DASHES[Math.floor(i / hues.length) % DASHES.length] ?? []),
              ]),
            },
            legend,
          },
          tooltip: tooltip("step", field),
        },
      },
    ],
  };
}
