/** The part of the report about one log: answer, tables, charts, doubts; computes nothing. */
import type { Spec } from "vega";
import type { EntropyLawFinding, Verdict } from "../../analyze/finding/entropy-law.ts";
import type { LawComparisonFinding } from "../../analyze/finding/law-comparison.ts";
import type { PredictionFinding } from "../../analyze/finding/prediction.ts";
import type { WindowSensitivityFinding } from "../../analyze/finding/window-sensitivity.ts";
import type { StepLog } from "../../log/step-log.ts";
import { answerOf } from "../answer.ts";
import type { Chart, ChartOptions } from "../chart/chart.ts";
import { charts } from "../chart/charts.ts";
import { verdictWords } from "../chart/describe-fit.ts";
import { type Markup, markup } from "../markup.ts";
import { compileSpec } from "../vega-view.ts";
import { figure } from "./figure.ts";
import { crossCheckTable, formTable, gateTable, parameterTable } from "./fit-tables.ts";
import { inspectionList } from "./inspection-list.ts";

/** All that is known of one log. */
export interface ReportedLog {
  readonly finding: EntropyLawFinding;
  readonly inspection?: StepLog | undefined;
  readonly prediction?: PredictionFinding | undefined;
  readonly window?: WindowSensitivityFinding | undefined;
  readonly comparison?: LawComparisonFinding | undefined;
}

/** A section, and the compiled charts that its figures refer to. */
export interface LogSection {
  readonly html: Markup;
  readonly specs: readonly Spec[];
}

/** Charts that stand with the answer: the law, and both series over the steps. */
const LEADING = 2;

/** Verdicts differ by mark and word, not by colour. */
const marks: { readonly [K in Verdict["holds"]]: string } = { yes: "●", weak: "◐", no: "○" };

/** Where a section stands on the page, and how much it may show. */
export interface SectionPlace {
  /** Unique on the page; the ids of figures begin with it. */
  readonly id: string;
  /** Index that the first chart's compiled spec will have on the page; undefined where pictures stay still. */
  readonly firstSpec: number | undefined;
  readonly detail: ChartOptions;
}

/** Renders one log with heading level 2. */
export async function logSection(
  log: ReportedLog,
  { id, firstSpec, detail }: SectionPlace,
): Promise<LogSection> {
  const { finding } = log;
  const drawn = chartsOf(log, detail);
  const figures: Markup[] = [];
  for (const [i, chart] of drawn.entries()) {
    const spec = firstSpec === undefined ? undefined : firstSpec + i;
    figures.push(await figure(chart, { id: `${id}-${chart.kind}`, spec, level: 4 }));
  }
  const { verdict, ceiling, advice } = answerOf(finding);
  const html = markup`<section aria-labelledby="${id}">
    <h2 id="${id}">${finding.log}</h2>
    ${badge(finding.verdict)}
    <div class="answer">
      <p>${verdict}</p>
      <p>${ceiling}</p>
      <p>${advice}</p>
    </div>
    <h3>The run</h3>
    <div class="figures">${figures.slice(0, LEADING)}</div>
    <h3>Parameters</h3>
    ${parameterTable(finding)}
    ${formTable(finding)}
    ${crossCheckTable(finding)}
    <h3>Verdict</h3>
    ${gateTable(finding.verdict.gates)}
    ${sentences(finding.verdict.reasons)}
    ${doubts(log)}
    <h3>A closer look</h3>
    <div class="figures">${figures.slice(LEADING)}</div>
    ${log.inspection === undefined ? undefined : inspectionList(log.inspection)}
  </section>`;
  const live = firstSpec === undefined ? [] : drawn;
  return { html, specs: await Promise.all(live.map(({ spec }) => compileSpec(spec))) };
}

/** The verdict in one line, marked by a sign that needs no colour. */
function badge({ holds, kind }: Verdict): Markup {
  return markup`<p class="badge"><span class="mark" aria-hidden="true">${marks[holds]}</span>${verdictWords[kind]} (law holds: ${holds})</p>`;
}

function chartsOf(
  { finding, prediction, window, comparison }: ReportedLog,
  detail: ChartOptions,
): Chart[] {
  return [
    charts.law(finding, detail),
    charts.steps(finding, detail),
    ...(finding.fit.status === "degenerate" ? [] : [charts.residuals(finding, detail)]),
    ...(prediction === undefined ? [] : [charts.prediction(prediction, detail)]),
    ...(window === undefined || window.windows.length === 0 ? [] : [charts.window(window, detail)]),
    ...(comparison === undefined ? [] : [charts.comparison(comparison, detail)]),
  ];
}

function doubts({ finding, inspection }: ReportedLog): Markup | undefined {
  const own = finding.fit.status === "degenerate" ? [] : finding.fit.warnings;
  const all = [...new Set([...finding.warnings, ...own, ...(inspection?.warnings ?? [])])];
  return all.length === 0 ? undefined : markup`<h3>Doubts</h3>${sentences(all)}`;
}

function sentences(items: readonly string[]): Markup | undefined {
  return items.length === 0
    ? undefined
    : markup`<ul>
        ${items.map((item) => markup`<li>${item}</li>`)}
      </ul>`;
}
