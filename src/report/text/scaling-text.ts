/** Scaling curves as lines for the terminal: each run, then the arms against each other. */
import {
  type ArmValue,
  type AsymptoteMargin,
  type ScalingComparison,
  armAsymptote,
} from "../../analyze/finding/scaling-comparison.ts";
import type { ScalingFinding } from "../../analyze/finding/scaling-curve.ts";
import type { ScalingInput } from "../../analyze/finding/scaling-input.ts";
import type { ScalingLine } from "../../analyze/finding/scaling-line.ts";
import { laws } from "../../analyze/fit/laws.ts";
import type { Estimate, LawFit } from "../../analyze/fit/result.ts";
import { printableName } from "../../base/printable.ts";
import { formatNumber, formatR2, formatWithError } from "../format-number.ts";
import { scalingOutcome } from "../scaling-outcome.ts";
import { paragraph } from "./paragraph.ts";
import { indent, textTable } from "./text-table.ts";

const INDENT = "  ";
const PARAMETERS = ["R0", "A", "B", "C_mid"] as const;

/** Everything `entlaw scaling` says of one run. */
export function scalingText(finding: ScalingFinding): string {
  const { input, flags } = finding;
  return [
    printableName(input.log),
    paragraph(
      `${laws.sigmoid.formula}, R = ${printableName(input.rewardColumn)} (${input.rewardReason}), C = ${printableName(input.xColumn)}, n = ${input.x.length}${input.dropped > 0 ? `, ${input.dropped} points of less compute left out` : ""}; ${startText(input)}`,
      INDENT,
    ),
    indent(curvesTable(finding)),
    "",
    indent(windowTable(finding)),
    "",
    paragraph(heldOutText(finding), INDENT),
    ...(flags.length === 0 ? [] : [`${INDENT}doubts`]),
    ...flags.map((flag) => paragraph(flag, `${INDENT}- `)),
  ].join("\n");
}

function startText({ startReward, startPoints }: ScalingInput): string {
  if (startReward === undefined) return "R0 fitted";
  const mean = startPoints === 1 ? "the first point" : `mean of the first ${startPoints} points`;
  const from = startPoints === 0 ? "as given" : mean;
  return `R0 = ${formatNumber(startReward)}, ${from}`;
}

function curvesTable({ sigmoid, variants, power, input }: ScalingFinding): string {
  const held = (isHeld: boolean): string => (isHeld ? "R0 held" : "R0 free");
  const names = { lm: "joint", grid: "grid" } as const;
  const rows = [
    curveRow(`${names.lm}, ${held(input.startReward !== undefined)} (quoted)`, sigmoid),
    ...variants.map(({ method, isStartHeld, fit }) =>
      curveRow(`${names[method]}, ${held(isStartHeld)}`, fit),
    ),
    powerRow(power),
  ];
  return textTable([["", ...PARAMETERS, "R2", "AICc"], ...rows], [1, 2, 3, 4, 5, 6]);
}

function curveRow(label: string, fit: LawFit): string[] {
  if (fit.status === "degenerate") return [label, "not fitted"];
  return [label, ...PARAMETERS.map((name) => formatFree(fit.parameters[name])), ...goodness(fit)];
}

/** A parameter that is held has no error, and none is shown. */
const formatFree = (estimate: Estimate | undefined): string =>
  estimate?.se === 0 ? formatNumber(estimate.value) : formatWithError(estimate);

function powerRow(fit: LawFit): string[] {
  const label = "power law, A - D C^-B";
  if (fit.status === "degenerate") return [label, "not fitted"];
  const { A, B } = fit.parameters;
  return [label, "", formatWithError(A), formatWithError(B), "", ...goodness(fit)];
}

function goodness(fit: LawFit): string[] {
  if (fit.status === "degenerate") return [];
  const { r2, aicc } = fit.goodness;
  return [formatR2(r2), formatNumber(aicc)];
}

function windowTable({ windows }: ScalingFinding): string {
  const rows = windows.map(({ label, from, to, n, sigmoid, powerA }) => [
    label,
    `${formatNumber(from)} to ${formatNumber(to)}`,
    String(n),
    ...(sigmoid === undefined
      ? ["not fitted", ""]
      : [formatWithError(sigmoid.A), formatWithError(sigmoid.B)]),
    powerA === undefined ? "not fitted" : formatWithError(powerA),
  ]);
  return textTable(
    [["window of C", "points", "n", "A", "B", "A by power law"], ...rows],
    [1, 2, 3, 4, 5],
  );
}

function heldOutText({ heldOut }: ScalingFinding): string {
  if (heldOut === undefined) return "no points on both sides of half the compute: nothing held out";
  const { fitted, heldOut: count, lastFitted, sigmoid, power, constant } = heldOut;
  return `fitted on the ${fitted} points up to C = ${formatNumber(lastFitted)}, RMSE on the other ${count}: sigmoid ${formatNumber(sigmoid)}, power law ${formatNumber(power)}, constant ${formatNumber(constant)}`;
}

/** The asymptote over several runs of one arm; empty for one. */
export function seedsText(arm: readonly ScalingFinding[]): string {
  const A = arm.length > 1 ? armAsymptote(arm) : undefined;
  return A === undefined ? "" : `\n${paragraph(`A over ${arm.length} runs: ${valueText(A)}`)}`;
}

const valueText = ({ mean, halfRange, se }: ArmValue): string =>
  `${formatNumber(mean, se)} ± ${formatNumber(se, se)}${halfRange === undefined ? "" : ` (half-range ${formatNumber(halfRange, se)})`}`;

const marginWords: { readonly [S in AsymptoteMargin["source"]]: string } = {
  given: "as given",
  seeds: "half-range over seeds",
  published: "the published one",
};

/** Which arm scales better by ScaleRL's rule, and whether that can be relied on. */
export function comparisonText(comparison: ScalingComparison | undefined): string {
  if (comparison === undefined) return "no comparison: an arm has no curve that could be fitted";
  const { margin, A, B, commonA, lines, doubts } = comparison;
  const known = `A: ${valueText(A[0])} against ${valueText(A[1])}, margin ${formatNumber(margin.value)} (${marginWords[margin.source]})`;
  const exponents =
    B === undefined || lines === undefined
      ? []
      : [
          `B at A = ${formatNumber(commonA)}: ${valueText(B[0])} against ${valueText(B[1])}`,
          `a check, slopes of log F on log C: ${lines.map(slopesText).join(" against ")}`,
        ];
  const reserve = doubts.length === 0 ? "" : "; NOT to be relied on, for what is below";
  return [
    paragraph(`${scalingOutcome(comparison)}${reserve}`),
    ...[known, ...exponents].map((line) => paragraph(line, INDENT)),
    ...doubts.map((doubt) => paragraph(printableName(doubt), `${INDENT}- `)),
  ].join("\n");
}

const slopesText = (lines: readonly ScalingLine[]): string =>
  lines
    .map(({ slope }) => formatNumber(slope === undefined ? slope : Number(slope.toPrecision(3))))
    .join(", ");
