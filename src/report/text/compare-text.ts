/** A comparison of arms as lines for the terminal. */
import type { ComparisonFinding } from "../../analyze/compare/comparison.ts";
import { printableName } from "../../base/printable.ts";
import {
  armTables,
  compareHead,
  type CompareTable,
  curveSentences,
  curveTable,
  differenceTable,
  measureSentence,
  sizeSentences,
  slopeSentences,
} from "../compare-tables.ts";
import { paragraph } from "./paragraph.ts";
import { indent, textTable } from "./text-table.ts";

const INDENT = "  ";

/** Everything `entlaw compare` says: arms, differences to the baseline, the law between them, what to know. */
export function compareText(finding: ComparisonFinding): string {
  const { arms, between, notes } = finding;
  const sizes = sizeSentences(finding.sizes);
  const held =
    arms.length === 1
      ? []
      : [
          tableText(differenceTable(finding)),
          listText("The law between arms", slopeSentences(between)),
          tableText(curveTable(finding)),
          listText("Curves", curveSentences(finding)),
          ...(sizes.length === 0 ? [] : [listText("Size", sizes)]),
        ];
  return [
    paragraph(printableName(compareHead(finding))),
    ...armTables(finding).map(tableText),
    ...held,
    listText("What to know", [measureSentence(), ...notes]),
  ].join("\n\n");
}

function tableText({ caption, head, rows }: CompareTable): string {
  const cells = [head, ...rows].map((row) => row.map(printableName));
  const numbers = [...head.keys()].slice(1);
  return [
    paragraph(printableName(caption), INDENT),
    indent(indent(textTable(cells, numbers))),
  ].join("\n");
}

const listText = (title: string, items: readonly string[]): string =>
  [`${INDENT}${title}`, ...items.map((item) => paragraph(printableName(item), `${INDENT}- `))].join(
    "\n",
  );
