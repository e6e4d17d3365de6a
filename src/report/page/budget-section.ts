/** The part of a log's section about when entropy was spent and what it bought; computes nothing. */
import type { EntropyBudgetFinding } from "../../analyze/finding/entropy-budget.ts";
import { budgetAnswer } from "../budget-answer.ts";
import { formatBounded, formatNumber, formatShare } from "../format-number.ts";
import { fractionName } from "../fraction-name.ts";
import { type Markup, markup } from "../markup.ts";
import { dataTable } from "./fit-tables.ts";

/** Heading level 3, the figure, whose title is the answer, and a row a mark; the answer alone where there is no mark. */
export function budgetSection(finding: EntropyBudgetFinding, figures: readonly Markup[]): Markup {
  const { marks, missing, notes, drop, gain } = finding;
  const answer = budgetAnswer(finding);
  const told = [...missing, ...notes].filter((note) => !answer.includes(note));
  return markup`<h3>Entropy budget</h3>
    ${
      marks.length === 0
        ? markup`<p>${answer}.</p>`
        : markup`<p>
            Entropy drop ${formatBounded(drop)} nats, reward gain ${formatBounded(gain)}.
          </p>
          <div class="figures">${figures}</div>
          ${tableOf(finding)}`
    }
    ${told.length === 0 ? undefined : markup`<ul>${told.map((note) => markup`<li>${note}</li>`)}</ul>`}`;
}

function tableOf({ marks }: EntropyBudgetFinding): Markup {
  return dataTable(
    "By share of the run, with the price of a nat of entropy by the law at that point, -a e^H, and as measured since the row above",
    [
      { name: "first" },
      { name: "to step", number: true },
      { name: "% of the drop", number: true },
      { name: "% of the gain", number: true },
      { name: "dR/dH by the law", number: true },
      { name: "dR/dH measured", number: true },
    ],
    marks.map((mark) => [
      fractionName(mark.share),
      formatNumber(mark.step),
      formatShare(mark.dropShare),
      formatShare(mark.gainShare),
      mark.price === undefined ? "-" : formatBounded(mark.price),
      mark.localPrice === undefined ? "-" : formatBounded(mark.localPrice),
    ]),
  );
}
