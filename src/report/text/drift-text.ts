/** Two runs' pace and drift, and probes of plasticity, as lines for the terminal. */
import type { DriftFinding, DriftRun, Reached } from "../../analyze/finding/drift.ts";
import type { KlKind } from "../../analyze/finding/drift-input.ts";
import type { PlasticityFinding } from "../../analyze/finding/plasticity.ts";
import { printableName } from "../../base/printable.ts";
import { formatNumber } from "../format-number.ts";
import { paragraph } from "./paragraph.ts";
import { indent, textTable } from "./text-table.ts";

const INDENT = "  ";
const PACE_DECIMALS = 2;
const NAMES = ["A", "B"] as const;

const klWords: { readonly [K in KlKind]: string } = {
  "to-start": "KL from the start policy, as logged",
  summed: "the sum of each step's KL, the length of the way and not the distance from the start",
};

/** Who is faster, and who moved less at the same reward. */
export function driftText(finding: DriftFinding): string {
  const { runs, matched, klKind, klRatio, missing } = finding;
  return [
    ...runs.map(({ input }, i) => `${NAMES[i]}: ${printableName(input.log)}`),
    paragraph(paceText(runs[0], runs[1], NAMES), INDENT),
    paragraph(paceText(runs[1], runs[0], [NAMES[1], NAMES[0]]), INDENT),
    ...(klKind === undefined || klRatio === undefined
      ? []
      : [
          paragraph(
            `at the lower of both peaks A has ${klRatio.toFixed(2)} times the drift of B (${klWords[klKind]})`,
            INDENT,
          ),
        ]),
    indent(matchedTable(matched, klKind !== undefined)),
    ...missing.map((text) => paragraph(printableName(text), `${INDENT}- `)),
    paragraph(
      `means over ${runs.map(({ input }) => input.meansOver).join(" and ")} steps; in brackets what it would be with the reward off by 1.96 of its standard errors either way; one run an arm says nothing about seeds`,
      INDENT,
    ),
  ].join("\n");
}

function paceText(run: DriftRun, other: DriftRun, [own, their]: readonly [string, string]): string {
  const peak = `${own} peaks at ${formatNumber(run.peak)} after ${formatNumber(run.peakSteps)} steps`;
  if (run.stepsToOther.value === undefined) {
    return `${peak}, and never reaches the ${formatNumber(other.peak)} of ${their}${maybe(run.stepsToOther)}`;
  }
  return `${peak}, and reaches the ${formatNumber(other.peak)} of ${their} after ${reachedText(run.stepsToOther)}: ${reachedText(run.speedUp, PACE_DECIMALS)} times as fast as ${their} itself`;
}

/** A level that noise alone keeps out of reach. */
const maybe = ({ range }: Reached): string =>
  range?.[0] === undefined
    ? ""
    : ` (with the reward off by its noise, after ${formatNumber(range[0])} steps)`;

function reachedText({ value, range }: Reached, decimals?: number): string {
  const number = (end: number | undefined): string => {
    if (end === undefined) return "never";
    return decimals === undefined ? formatNumber(end) : end.toFixed(decimals);
  };
  return range === undefined ? number(value) : `${number(value)} [${range.map(number).join(", ")}]`;
}

function matchedTable(matched: DriftFinding["matched"], withKl: boolean): string {
  if (matched.length === 0) return "";
  const head = ["at reward", "steps A", "steps B", ...(withKl ? ["KL A", "KL B", "A / B"] : [])];
  const rows = matched.map(({ reward, steps, kl }) => [
    formatNumber(reward),
    ...steps.map((count) => formatNumber(count)),
    ...(kl === undefined ? [] : [...kl.map((nats) => formatNumber(nats)), ratioText(kl)]),
  ]);
  return textTable([head, ...rows], [0, 1, 2, 3, 4, 5]);
}

const ratioText = ([one, other]: readonly [number, number]): string =>
  other > 0 ? (one / other).toFixed(2) : "-";

/** Final scores by the checkpoint that training began anew from. */
export function plasticityText({ starts, notes, probes }: PlasticityFinding): string {
  const rows = starts.map(({ label, fromStep, runs, start, final, finalSe, lost }) => [
    fromStep === undefined ? "-" : String(fromStep),
    String(runs),
    formatNumber(start),
    finalSe === undefined
      ? formatNumber(final)
      : `${formatNumber(final, finalSe)} ± ${formatNumber(finalSe, finalSe)}`,
    lost === undefined ? "-" : formatNumber(Number(lost.toPrecision(3))),
    printableName(label),
  ]);
  const head = ["checkpoint", "runs", "first score", "final score", "lost", "started from"];
  return [
    paragraph(
      `plasticity: ${probes.length} probes; score: ${printableName(probes[0]?.scoreColumn ?? "")}; lost: final score from the base less this one`,
    ),
    indent(textTable([head, ...rows], [0, 1, 2, 3, 4])),
    ...notes.map((note) => paragraph(printableName(note), `${INDENT}- `)),
  ].join("\n");
}
