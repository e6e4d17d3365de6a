/** Claims beside their runs as lines for the terminal. */
import type { ClaimFinding } from "../../analyze/claim/find-claim.ts";
import { printableName } from "../../base/printable.ts";
import { claimTable, outcomeSentences } from "../claim-tables.ts";
import { paragraph } from "./paragraph.ts";
import { indent, textTable } from "./text-table.ts";

const INDENT = "  ";

/** Every claim: what the paper says, numbers, and what became of its expectations. */
export const claimsText = (findings: readonly ClaimFinding[]): string =>
  findings.map(claimText).join("\n\n");

function claimText(finding: ClaimFinding): string {
  const { title, source, claim } = finding.claim;
  const { head, rows } = claimTable(finding);
  const cells = [head, ...rows].map((row) => row.map(printableName));
  const numbers = [...head.keys()].slice(1);
  return [
    paragraph(printableName(`${title} (${source})`)),
    paragraph(printableName(claim), INDENT),
    indent(indent(textTable(cells, numbers))),
    ...outcomeSentences(finding).map((one) => paragraph(printableName(one), `${INDENT}- `)),
  ].join("\n");
}
