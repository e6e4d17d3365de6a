/** How do a, b and the ceiling move when the window of steps moves? */
import { cleanSeries } from "../fit/clean-series.ts";
import { fitByNeighbours } from "../fit/fit-by-neighbours.ts";
import type { Estimate } from "../fit/result.ts";
import type { LawInput } from "./law-input.ts";

export interface WindowSensitivityFinding {
  readonly question: "window-sensitivity";
  readonly log: string;
  /** One row a window that could be fitted, all windows of the same law and method. */
  readonly windows: ReadonlyArray<{
    readonly label: string;
    readonly from: number;
    readonly to: number;
    readonly n: number;
    readonly a: Estimate;
    readonly b: Estimate;
    readonly ceiling: Estimate;
  }>;
  /** Windows that could not be fitted, and why. */
  readonly skipped: ReadonlyArray<{ readonly label: string; readonly reason: string }>;
}

/** Shares of the run at which the windows begin and end: all of it, its parts, and what dropping either end does. */
const WINDOWS: ReadonlyArray<{
  readonly label: string;
  readonly from: number;
  readonly to: number;
}> = [
  { label: "whole run", from: 0, to: 1 },
  { label: "without first tenth", from: 0.1, to: 1 },
  { label: "without first quarter", from: 0.25, to: 1 },
  { label: "first half", from: 0, to: 0.5 },
  { label: "second half", from: 0.5, to: 1 },
  { label: "first three quarters", from: 0, to: 0.75 },
];

/** Fits the entropy law by its default method in each window. */
export function findWindowSensitivity(input: LawInput): WindowSensitivityFinding {
  const { step, entropy, reward } = cleanSeries(input.step, input.entropy, input.reward);
  const n = step.length;
  const windows: Array<WindowSensitivityFinding["windows"][number]> = [];
  const skipped: Array<WindowSensitivityFinding["skipped"][number]> = [];
  for (const { label, from, to } of WINDOWS) {
    const [start, end] = [Math.floor(from * n), Math.ceil(to * n)];
    const fit = fitByNeighbours(entropy.slice(start, end), reward.slice(start, end));
    if (fit.status === "degenerate") {
      skipped.push({ label, reason: fit.explanation });
      continue;
    }
    windows.push({
      label,
      from: step[start]!,
      to: step[end - 1]!,
      n: fit.n,
      a: fit.parameters["a"]!,
      b: fit.parameters["b"]!,
      ceiling: fit.ceiling!,
    });
  }
  return { question: "window-sensitivity", log: input.log, windows, skipped };
}
