/** The part of a page about one claim: what the paper says, numbers, charts; computes nothing. */
import type { ClaimFinding } from "../../analyze/claim/find-claim.ts";
import { claimTable, outcomeSentences } from "../claim-tables.ts";
import { type Markup, markup } from "../markup.ts";
import { compareTable } from "./compare-table.ts";

/** Heading level 2. @param id - unique on the page. */
export function claimSection(
  finding: ClaimFinding,
  id: string,
  figures: readonly Markup[],
): Markup {
  const { title, source, claim } = finding.claim;
  const outcomes = outcomeSentences(finding);
  return markup`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    <div class="answer">
      <p>${source}: ${claim}</p>
    </div>
    ${
      outcomes.length === 0
        ? undefined
        : markup`<ul>
            ${outcomes.map((one) => markup`<li>${one}</li>`)}
          </ul>`
    }
    ${compareTable(claimTable(finding))}
    <div class="figures">${figures}</div>
  </section>`;
}
