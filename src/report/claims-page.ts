/** The claims of a paper beside the runs of a sweep, as one HTML file that needs no network; computes no finding. */
import type { Spec } from "vega";
import type { ClaimEvidence } from "../analyze/claim/claim-evidence.ts";
import type { ClaimFinding } from "../analyze/claim/find-claim.ts";
import type { Chart, ChartOptions } from "./chart/chart.ts";
import { charts } from "./chart/charts.ts";
import { outcomeWords } from "./claim-tables.ts";
import { type Markup, markup } from "./markup.ts";
import { claimSection } from "./page/claim-section.ts";
import { renderDocument } from "./page/document.ts";
import { figure } from "./page/figure.ts";
import { dataTable } from "./page/fit-tables.ts";
import { footer, type PageOrigin } from "./page/footer.ts";
import { pageScript } from "./page/page-script.ts";
import { compileSpec } from "./vega-view.ts";

/** What the page is made from. */
export interface ClaimsInput extends PageOrigin {
  /** Of the sweep. */
  readonly name: string;
  readonly about: string | undefined;
  readonly findings: readonly ClaimFinding[];
  readonly runs: { readonly finished: number; readonly all: number };
  /** The findings as the JSON document that `--json` prints. */
  readonly document: unknown;
}

/** Some twenty charts on a page that can still be mailed. */
const DETAIL: ChartOptions = { maxRows: 300 };

/** Renders the page: all claims in a table, then a section each. */
export async function renderClaims(input: ClaimsInput): Promise<string> {
  const { name, about, findings, runs } = input;
  const sections: Markup[] = [];
  const specs: Spec[] = [];
  for (const [i, finding] of findings.entries()) {
    const figures: Markup[] = [];
    for (const chart of chartsOf(finding.evidence)) {
      figures.push(
        await figure(chart, { id: `${idOf(i)}-${chart.kind}`, spec: specs.length, level: 4 }),
      );
      specs.push(await compileSpec(chart.spec));
    }
    sections.push(claimSection(finding, idOf(i), figures));
  }
  const rows = findings.map((finding, i) => [
    markup`<a href="#${idOf(i)}">${finding.claim.title}</a>`,
    outcomeWords(finding),
    finding.claim.source,
  ]);
  const body = markup`<a class="skip" href="#main">Skip to the claims</a>
    <div class="page">
      <header>
        <h1>What is claimed, and what the runs say</h1>
        <p class="byline">
          entlaw ${input.version}, sweep ${name}, ${findings.length} claims, ${runs.finished} of ${runs.all} runs
        </p>
      </header>
      <main id="main">
        ${about === undefined ? undefined : markup`<p>${about}</p>`}
        <h2 id="claims">All claims</h2>
        ${dataTable("What became of each", [{ name: "claim" }, { name: "here" }, { name: "source" }], rows)}
        <p class="note">${METHOD}</p>
        ${sections}
      </main>
      ${footer(input)}
    </div>`;
  return renderDocument({
    title: `Claims: ${name}`,
    body,
    islands: { findings: input.document, charts: specs },
    script: pageScript({ live: true }),
  });
}

const METHOD =
  "An order of arms is borne out if its last arm is above its first by a 95 % interval over seeds (Student's t, by pairs of one seed) and all means stand in it; contradicted if the last is clearly below the first, or an arm clearly below the one before it. That arms are alike can be contradicted (Holm's correction over arms), and not shown. Sizes of effects are not judged, and nothing is corrected for the number of expectations on this page: of twenty orders that are not there, one is borne out or contradicted by chance.";

const idOf = (index: number): string => `claim-${index + 1}`;

function chartsOf(evidence: ClaimEvidence | undefined): Chart[] {
  switch (evidence?.shows) {
    case undefined:
      return [];
    case "spending":
      return [charts.budget(evidence.budget, DETAIL)];
    case "prediction":
      return [charts.prediction(evidence.prediction, DETAIL)];
    case "law":
      return [charts["arm-curves"](evidence.comparison, DETAIL)];
    case "sizes": {
      const { sizes } = evidence.comparison;
      return sizes === undefined ? [] : [charts.sizes(sizes, DETAIL)];
    }
    case "arms":
      return [
        charts["arm-steps"](evidence.comparison, DETAIL),
        charts.arms(evidence.comparison, DETAIL),
      ];
    case "agreement":
      if (evidence.agreement.estimators.length === 0) return [];
      return [
        charts.covariance(evidence.agreement, DETAIL),
        charts.agreement(evidence.agreement, DETAIL),
        ...(evidence.agreement.splits.length === 0
          ? []
          : [charts["accuracy-groups"](evidence.agreement, DETAIL)]),
      ];
    case "tail":
      return evidence.agreement.tail.length === 0
        ? []
        : [charts["covariance-tail"](evidence.agreement, DETAIL)];
  }
}
