/** Reward over compute with the fitted curves of one arm or two, and both straightened where they were compared; fits nothing. */
import type { ScalingComparison } from "../../analyze/finding/scaling-comparison.ts";
import type { ScalingFinding } from "../../analyze/finding/scaling-curve.ts";
import type { ScalingLine } from "../../analyze/finding/scaling-line.ts";
import { laws } from "../../analyze/fit/laws.ts";
import type { LawFit } from "../../analyze/fit/result.ts";
import { printableName } from "../../base/printable.ts";
import { formatNumber, formatWithError } from "../format-number.ts";
import { type ColourName, lightPalette } from "../palette.ts";
import { scalingOutcome } from "../scaling-outcome.ts";
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
import { type Range, clampTo, domainOf, extent } from "./domain.ts";
import { thinRows } from "./thin-rows.ts";

/** One arm, or two held against each other. */
export interface ScalingArms {
  readonly arms: ReadonlyArray<readonly ScalingFinding[]>;
  readonly comparison: ScalingComparison | undefined;
}

const HEIGHT = 200;
const LINE_HEIGHT = 150;
const CURVE_POINTS = 81;
/** Colour and dash of each arm. */
const LOOKS: ReadonlyArray<{ readonly colour: ColourName; readonly dash: number[] }> = [
  { colour: "law", dash: [] },
  { colour: "sigmoid", dash: [8, 3] },
];

/** Draws points and curves of every run, and log F over log C where two arms were fitted at one asymptote. */
export function scalingChart(
  { arms, comparison }: ScalingArms,
  options: ChartOptions = fullDetail,
): Chart {
  const runs = arms.flatMap((arm, at) => arm.map((finding) => ({ finding, look: lookOf(at) })));
  const title = takeaway({ arms, comparison });
  const lines = comparison?.lines;
  const panels = [
    curvesPanel(runs, Math.max(1, Math.floor(options.maxRows / Math.max(1, runs.length)))),
    ...(lines === undefined ? [] : [linesPanel(lines)]),
  ];
  return {
    kind: "scaling",
    title,
    subtitle: subtitleOf(arms, lines !== undefined),
    description: shortLabel(
      `Reward over compute of ${runs.length} runs with fitted sigmoids. ${title}.`,
    ),
    spec: chartSpec({ vconcat: panels }),
    table: {
      columns: ["log", "arm", "n", "R0", "A", "B", "C_mid"],
      rows: arms.flatMap((arm, at) =>
        arm.map(({ input, sigmoid }) => [
          printableName(input.log),
          at + 1,
          input.x.length,
          ...laws.sigmoid.parameters.map((name) =>
            sigmoid.status === "degenerate" ? undefined : sigmoid.parameters[name]?.value,
          ),
        ]),
      ),
    },
  };
}

type Look = (typeof LOOKS)[number];
const lookOf = (arm: number): Look => LOOKS[arm] ?? { colour: "muted", dash: [] };

function takeaway({ arms, comparison }: ScalingArms): string {
  if (comparison !== undefined) {
    const { A } = comparison;
    return `${scalingOutcome(comparison)} (A ${formatNumber(A[0].mean, A[0].se)} against ${formatNumber(A[1].mean, A[1].se)})`;
  }
  const solved = arms
    .flat()
    .flatMap(({ sigmoid }) => (sigmoid.status === "degenerate" ? [] : [sigmoid]));
  const [first, ...others] = solved;
  if (first === undefined) return `No curve could be fitted to ${arms.flat().length} logs`;
  if (others.length === 0) {
    return `The reward tends to ${formatWithError(first.parameters["A"])}, half of the gain by C = ${formatWithError(first.parameters["C_mid"])}`;
  }
  const [low, high] = extent(solved.map(({ parameters }) => parameters["A"]?.value ?? Number.NaN));
  const number = (value: number): string => formatNumber(Number(value.toPrecision(3)));
  return `The rewards of ${solved.length} runs tend to ${number(low)} to ${number(high)}`;
}

function subtitleOf(arms: ScalingArms["arms"], isStraightened: boolean): string {
  const findings = arms.flat();
  const [first] = findings;
  const doubts = findings.reduce((sum, { flags }) => sum + flags.length, 0);
  const x = first === undefined ? "compute" : printableName(first.input.xColumn);
  const rivals = findings.length === 1 ? "; dotted: power law" : "";
  const second = arms.length > 1 ? "; dashed: the second arm" : "";
  const straight = isStraightened
    ? ". Below: F = C_mid^B / ((A - R0) / (R - R0) - 1) at the common A, whose slope is B"
    : "";
  return `${laws.sigmoid.formula}, C = ${x}; ${findings.map(({ input }) => input.x.length).join(", ")} points${second}${rivals}; ${doubts} doubts about the fits${straight}`;
}

interface DrawnRun {
  readonly finding: ScalingFinding;
  readonly look: Look;
}

function curvesPanel(runs: readonly DrawnRun[], mostRows: number): SubPanel {
  const compute = domainOf(extent([0], ...runs.map(({ finding }) => finding.input.x)));
  const rewards = domainOf(extent(...runs.map(({ finding }) => finding.input.reward)));
  const x = axis("compute", "compute C", compute);
  const y = axis("reward", "reward", rewards);
  const layers = runs.flatMap(({ finding, look }): Layer[] => {
    const { input, sigmoid, power } = finding;
    const points = thinRows(input.x.length, [input.reward], mostRows).map((row) => ({
      compute: datum(input.x[row]),
      reward: datum(input.reward[row]),
    }));
    return [
      {
        data: { values: points },
        mark: { type: "circle", size: 22, color: lightPalette[look.colour], opacity: 0.6 },
        encoding: { x, y, tooltip: tooltip("compute", "reward") },
      },
      curveLayer(sigmoid, look, { compute, rewards, last: input.x.at(-1) ?? 0 }),
      ...(runs.length === 1
        ? [
            curveLayer(
              power,
              { colour: "power", dash: [1.5, 3] },
              { compute, rewards, last: input.x.at(-1) ?? 0 },
            ),
          ]
        : []),
    ];
  });
  return { width: PLOT_WIDTH, height: HEIGHT, layer: layers };
}

interface CurveSpace {
  readonly compute: Range;
  readonly rewards: Range;
  readonly last: number;
}

function curveLayer(fit: LawFit, look: Look, { compute, rewards, last }: CurveSpace): Layer {
  const law = laws[fit.law];
  const parameters =
    fit.status === "degenerate"
      ? undefined
      : law.parameters.map((name) => fit.parameters[name]?.value ?? Number.NaN);
  const values = Array.from({ length: parameters === undefined ? 0 : CURVE_POINTS }, (_, i) => {
    const C = (last * (i + 1)) / CURVE_POINTS;
    return {
      compute: datum(C),
      reward: datum(clampTo(law.value(parameters ?? [], C), rewards)),
    };
  });
  return {
    data: { values },
    mark: {
      type: "line",
      strokeWidth: 2,
      color: lightPalette[look.colour],
      strokeDash: look.dash,
    },
    encoding: { x: axis("compute", "compute C", compute), y: axis("reward", "reward", rewards) },
  };
}

/** The straightened points of both arms, and through them the lines that their exponents say. */
function linesPanel(arms: ReadonlyArray<readonly ScalingLine[]>): SubPanel {
  const all = arms.flat();
  const across = domainOf(extent(...all.map(({ logCompute }) => logCompute)));
  const up = domainOf(extent(...all.map(({ logF }) => logF)));
  const x = axis("logC", "log C", across);
  const y = axis("logF", "log F", up);
  const layers = arms.flatMap((lines, arm) =>
    lines.flatMap(({ logCompute, logF, exponent }): Layer[] => {
      const { colour, dash } = lookOf(arm);
      const [low, high] = extent(logCompute);
      const ends = [low, high].map((logC) => ({
        logC: datum(logC),
        logF: datum(clampTo(exponent * logC, up)),
      }));
      return [
        {
          data: {
            values: Array.from(logCompute, (logC, i) => ({
              logC: datum(logC),
              logF: datum(logF[i]),
            })),
          },
          mark: { type: "circle", size: 18, color: lightPalette[colour], opacity: 0.6 },
          encoding: { x, y, tooltip: tooltip("logC", "logF") },
        },
        {
          data: { values: ends },
          mark: { type: "line", strokeWidth: 1.5, color: lightPalette[colour], strokeDash: dash },
          encoding: { x, y },
        },
      ];
    }),
  );
  return { width: PLOT_WIDTH, height: LINE_HEIGHT, layer: layers };
}
