/** The spread of a run's responses as lines for the terminal. */
import type { DiversityFinding } from "../../analyze/finding/diversity.ts";
import { printableName } from "../../base/printable.ts";
import { formatBounded, formatNumber } from "../format-number.ts";
import { paragraph } from "./paragraph.ts";
import { indent, textTable } from "./text-table.ts";

const INDENT = "  ";

/** What became of each quantity between the ends of the run. */
export function diversityText(finding: DiversityFinding): string {
  const { run, aggregate, alpha, groupSize, meansOver, trends, notes } = finding;
  const { table, correctFrom } = aggregate;
  const rows = trends.map(({ name, first, last, change }) => [
    name,
    ...[first, last].map((value) => (value === undefined ? "-" : formatNumber(value))),
    change === undefined ? "-" : formatBounded(change),
  ]);
  const size = Number(groupSize.toPrecision(3));
  return [
    printableName(run),
    paragraph(
      `${table.length} steps, ${formatNumber(size)} responses a prompt (largest entropy over a group ln ${formatNumber(size)} = ${formatNumber(Number(Math.log(groupSize).toPrecision(3)))}); correct: reward of at least ${formatNumber(correctFrom)}; p = softmax(r / ${formatNumber(alpha)}), q = softmax(mean log-probability); means of ${meansOver === 1 ? "the first and last step" : `the first and last ${meansOver} steps`}`,
      INDENT,
    ),
    indent(textTable([["", "first", "last", "change [95 %]"], ...rows], [1, 2, 3])),
    ...notes.map((note) => paragraph(note, `${INDENT}- `)),
  ].join("\n");
}
