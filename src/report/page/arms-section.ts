/** The part of the report about the arms that its logs are runs of; computes nothing. */
import type { ComparisonFinding } from "../../analyze/compare/comparison.ts";
import {
  armTables,
  compareHead,
  curveSentences,
  curveTable,
  differenceTable,
  measureSentence,
  sizeSentences,
  slopeSentences,
} from "../compare-tables.ts";
import { type Markup, markup } from "../markup.ts";
import { compareTable } from "./compare-table.ts";

/** Heading level 2, every arm by itself, then against the baseline. */
export function armsSection(finding: ComparisonFinding, figures: readonly Markup[]): Markup {
  const sizes = sizeSentences(finding.sizes);
  return markup`<section aria-labelledby="arms">
    <h2 id="arms">Arms</h2>
    <p>${compareHead(finding)}.</p>
    <h3>Every arm over its seeds</h3>
    <div class="figures">${figures}</div>
    ${armTables(finding).map(compareTable)}
    <h3>Against the baseline</h3>
    ${compareTable(differenceTable(finding))}
    <h3>The law between arms</h3>
    ${list(slopeSentences(finding.between))}
    ${compareTable(curveTable(finding))}
    ${list(curveSentences(finding))}
    ${sizes.length === 0 ? undefined : markup`<h3>Size</h3>${list(sizes)}`}
    <h3>How arms are compared</h3>
    ${list([measureSentence(), ...finding.notes])}
  </section>`;
}

const list = (items: readonly string[]): Markup =>
  markup`<ul>
    ${items.map((item) => markup`<li>${item}</li>`)}
  </ul>`;
