/** An entropy budget as lines for the terminal. */
import type { BudgetMark, EntropyBudgetFinding } from "../../analyze/finding/entropy-budget.ts";
import type { Bounded } from "../../analyze/fit/level-bootstrap.ts";
import { printableName } from "../../base/printable.ts";
import { budgetAnswer } from "../budget-answer.ts";
import { formatBounded, formatNumber, formatShare } from "../format-number.ts";
import { fractionName } from "../fraction-name.ts";
import { paragraph } from "./paragraph.ts";
import { indent, textTable } from "./text-table.ts";

const INDENT = "  ";

/** The answer, what had happened by each share of the run, and the price of entropy along it. */
export function budgetText(finding: EntropyBudgetFinding): string {
  const { log, drop, gain, meansOver, n, marks } = finding;
  const change = `entropy drop ${formatBounded(drop)} nats, reward gain ${formatBounded(gain)} (means of the first and last ${meansOver} of ${n} steps; 95 % intervals by block bootstrap)`;
  return [
    printableName(log),
    paragraph(budgetAnswer(finding), INDENT),
    ...(marks.length === 0
      ? []
      : [
          paragraph(change, INDENT),
          indent(sharesTable(marks)),
          paragraph(PRICES, INDENT),
          indent(priceTable(marks)),
        ]),
    ...[...toldMissing(finding), ...finding.notes].map((note) => paragraph(note, `${INDENT}- `)),
  ].join("\n");
}

/** Where nothing can be shared out, the answer has said why. */
const toldMissing = ({ curve, missing }: EntropyBudgetFinding): readonly string[] =>
  curve.drop === undefined && curve.gain === undefined ? [] : missing;

const PRICES =
  "dR/dH, change of reward a nat of entropy: by the law -a e^H at the mark, as measured over the steps since the mark above. A dash: entropy did not clearly move.";

function sharesTable(marks: readonly BudgetMark[]): string {
  const rows = marks.map((mark) => [
    fractionName(mark.share),
    formatNumber(mark.step),
    formatNumber(mark.entropy),
    formatNumber(mark.reward),
    formatShare(mark.dropShare),
    formatShare(mark.gainShare),
  ]);
  const head = ["first", "to step", "H", "R", "% of the drop", "% of the gain"];
  return textTable([head, ...rows], [1, 2, 3, 4, 5]);
}

function priceTable(marks: readonly BudgetMark[]): string {
  const price = (bounded: Bounded | undefined): string =>
    bounded === undefined ? "-" : formatBounded(bounded);
  const rows = marks.map((mark) => [
    fractionName(mark.share),
    price(mark.price),
    price(mark.localPrice),
  ]);
  return textTable([["first", "dR/dH by the law", "as measured"], ...rows], [1, 2]);
}
