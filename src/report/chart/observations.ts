/** The points of an entropy-law finding as rows to draw: used, left out, and by quarter of the run; draws nothing. */
import type { EntropyLawFinding } from "../../analyze/finding/entropy-law.ts";
import { formatNumber } from "../format-number.ts";
import { type ChartOptions, datum } from "./chart.ts";
import { thinRows } from "./thin-rows.ts";

const QUARTERS = 4;

/** One drawn step. */
export interface PointRow {
  readonly [field: string]: number | string | null;
  readonly step: number | null;
  readonly entropy: number | null;
  readonly reward: number | null;
}

export interface Observations {
  /** Points the law was fitted on, `part` naming their quarter of the run. */
  readonly used: readonly PointRow[];
  /** Names of the quarters, first to last. */
  readonly parts: readonly string[];
  /** Raw points behind smoothed ones; empty where nothing was smoothed. */
  readonly raw: readonly PointRow[];
  /** Raw points outside the window. */
  readonly excluded: readonly PointRow[];
  /** How many points could have been drawn as `used`. */
  readonly total: number;
}

/** Sorts the points of a finding by what was done with them, thinned to what a panel can show. */
export function observationsOf(
  { series, choices }: EntropyLawFinding,
  { maxRows }: ChartOptions,
): Observations {
  const { step, entropy, reward, rawStep, rawEntropy, rawReward } = series;
  const [from, to] = choices.window ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const parts = quarterNames(step);
  const used = thinRows(step.length, [entropy, reward], maxRows).map((row) => ({
    ...pointRow(row, step, entropy, reward),
    part: parts[quarterOf(row, step.length)] ?? "",
  }));
  const isInside = (row: number): boolean =>
    (rawStep[row] ?? 0) >= from && (rawStep[row] ?? 0) <= to;
  const rawRows = thinRows(rawStep.length, [rawEntropy, rawReward], maxRows);
  const rawPoint = (row: number): PointRow => pointRow(row, rawStep, rawEntropy, rawReward);
  return {
    used,
    parts: [...new Set(parts)],
    raw: choices.smooth > 1 ? rawRows.filter(isInside).map(rawPoint) : [],
    excluded: rawRows.filter((row) => !isInside(row)).map(rawPoint),
    total: step.length,
  };
}

function pointRow(
  row: number,
  step: Float64Array,
  entropy: Float64Array,
  reward: Float64Array,
): PointRow {
  return { step: datum(step[row]), entropy: datum(entropy[row]), reward: datum(reward[row]) };
}

const quarterOf = (row: number, length: number): number => Math.floor((QUARTERS * row) / length);

function quarterNames(step: Float64Array): string[] {
  const count = Math.min(QUARTERS, step.length);
  return Array.from({ length: count }, (_, quarter) => {
    const first = Math.ceil((quarter * step.length) / count);
    const last = Math.ceil(((quarter + 1) * step.length) / count) - 1;
    return `steps ${formatNumber(step[first])}-${formatNumber(step[last])}`;
  });
}
