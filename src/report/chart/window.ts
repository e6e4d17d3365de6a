/** How slope, intercept and ceiling move with the window of steps, with intervals; fits nothing. */
import type { Estimate } from "../../analyze/fit/result.ts";
import type { WindowSensitivityFinding } from "../../analyze/finding/window-sensitivity.ts";
import { printableName } from "../../base/printable.ts";
import { formatNumber } from "../format-number.ts";
import { lightPalette } from "../palette.ts";
import { axis, tooltip } from "./axes.ts";
import { type Chart, type SubPanel, chartSpec, datum, shortLabel } from "./chart.ts";
import { type Range, clampTo, domainOf, extent } from "./domain.ts";

const PANEL_WIDTH = 92;
const ROW_HEIGHT = 24;

const quantities = ["a", "b", "ceiling"] as const;
type Quantity = (typeof quantities)[number];
const axisTitles: { readonly [Q in Quantity]: string } = { a: "a", b: "b", ceiling: "b - a" };
/** Below this, ticks are written with an exponent: a panel has no room for the zeros. */
const TINY = 1e-3;
type Window = WindowSensitivityFinding["windows"][number];

/** Draws three panels side by side, a row for each window: where the intervals do not overlap, the law has moved. */
export function windowChart(finding: WindowSensitivityFinding): Chart {
  const { windows, skipped } = finding;
  const title = takeaway(windows);
  const left =
    skipped.length > 0
      ? `; not fitted: ${skipped.map(({ label, reason }) => `${label} (${reason})`).join(", ")}`
      : "";
  return {
    kind: "window",
    title,
    subtitle: `The entropy law on ${windows.length} windows of steps, one method, with 95 % intervals${left}`,
    description: shortLabel(
      `Intervals of a, b and the ceiling for ${windows.length} windows of the run. ${title}.`,
    ),
    spec: chartSpec({
      hconcat: quantities.map((quantity, column) => panel(quantity, windows, column === 0)),
      spacing: 16,
    }),
    table: {
      columns: ["window", "first step", "last step", "n", "a", "b", "ceiling"],
      rows: windows.map(({ label, from, to, n, a, b, ceiling }) => [
        label,
        from,
        to,
        n,
        a.value,
        b.value,
        ceiling.value,
      ]),
    },
  };
}

/** How far the ceiling moves, in the unit of reward and as overlap of intervals. */
function takeaway(windows: readonly Window[]): string {
  if (windows.length === 0) return "No window of steps could be fitted (n = 0)";
  if (windows.length === 1) return "Only 1 window of steps could be fitted: nothing to compare";
  const [low, high] = extent(windows.map(({ ceiling }) => ceiling.value));
  const highestLow = Math.max(...windows.map(({ ceiling }) => ceiling.ci95[0]));
  const lowestHigh = Math.min(...windows.map(({ ceiling }) => ceiling.ci95[1]));
  const common =
    highestLow <= lowestHigh ? "the intervals share a value" : "the intervals do not share a value";
  const se = Math.min(...windows.map(({ ceiling }) => ceiling.se));
  return `b - a, the ceiling where the law holds, moves from ${formatNumber(low, se)} to ${formatNumber(high, se)} with the window; ${common}`;
}

/** Where the intervals of a middling window would reach, so that one hopeless window does not set the axis. */
function usualRange(estimates: readonly Estimate[]): Range {
  const errors = estimates.map(({ se }) => se).toSorted((a, b) => a - b);
  const usual = 2 * (errors[Math.floor(errors.length / 2)] ?? 0);
  return extent(estimates.flatMap(({ value }) => [value - usual, value + usual]));
}

function tinyLabels([low, high]: Range): { readonly format?: string } {
  return Math.max(Math.abs(low), Math.abs(high)) < TINY ? { format: ".0e" } : {};
}

function panel(quantity: Quantity, windows: readonly Window[], labelled: boolean): SubPanel {
  const estimates = windows.map((window): Estimate => window[quantity]);
  const domain = domainOf(usualRange(estimates), ...estimates.map(({ ci95 }) => ci95));
  const rows = windows.map(({ label, n }, i) => ({
    window: printableName(label),
    row: i,
    n,
    value: datum(estimates[i]?.value),
    low: datum(clampTo(estimates[i]?.ci95[0] ?? Number.NaN, domain)),
    high: datum(clampTo(estimates[i]?.ci95[1] ?? Number.NaN, domain)),
  }));
  const y = {
    field: "window",
    type: "nominal" as const,
    title: null,
    sort: null,
    axis: labelled
      ? { labelColor: lightPalette.ink, minExtent: 120, maxExtent: 145, labelLimit: 140 }
      : { labels: false, minExtent: 0 },
  };
  const x = {
    ...axis("value", axisTitles[quantity], domain),
    axis: { tickCount: 2, grid: true, labelOverlap: "greedy" as const, ...tinyLabels(domain) },
  };
  return {
    width: PANEL_WIDTH,
    height: ROW_HEIGHT * Math.max(1, windows.length),
    data: { values: rows },
    layer: [
      {
        mark: { type: "rule", color: lightPalette.law, strokeWidth: 2 },
        encoding: { y, x: { ...x, field: "low" }, x2: { field: "high" } },
      },
      {
        mark: {
          type: "point",
          shape: "diamond",
          filled: true,
          size: 60,
          color: lightPalette.law,
          opacity: 1,
        },
        encoding: { y, x, tooltip: tooltip("value", "low", "high", "n") },
      },
    ],
  };
}
