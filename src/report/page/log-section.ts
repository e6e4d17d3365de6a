/** The part of the report about one log: answer, tables, charts, doubts; computes nothing. */
import type { Spec } from "vega";
import type { AgreementFinding } from "../../analyze/agreement/agreement-finding.ts";
import type { EntropyBudgetFinding } from "../../analyze/finding/entropy-budget.ts";
import type { EntropyLawFinding, Verdict } from "../../analyze/finding/entropy-law.ts";
import type { LawComparisonFinding } from "../../analyze/finding/law-comparison.ts";
import type { PredictionFinding } from "../../analyze/finding/prediction.ts";
import type { WindowSensitivityFinding } from "../../analyze/finding/window-sensitivity.ts";
import type { StepLog } from "../../log/step-log.ts";
import { answerOf } from "../answer.ts";
import type { Chart, ChartKind, ChartOptions } from "../chart/chart.ts";
import { charts } from "../chart/charts.ts";
import { verdictWords } from "../chart/describe-fit.ts";
import { type Markup, markup } from "../markup.ts";
import { compileSpec } from "../vega-view.ts";
import { agreementSection } from "./agreement-section.ts";
import { budgetSection } from "./budget-section.ts";
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
  readonly budget?: EntropyBudgetFinding | undefined;
  /** Of a run whose entropy change was measured or can be held against its tokens. */
  readonly agreement?: AgreementFinding | undefined;
}

/** A section, and the compiled charts that its figures refer to. */
export interface LogSection {
  readonly html: Markup;
  readonly specs: readonly Spec[];
}

/** Where on the page a chart stands; those that are not named stand under the closer look. */
const PLACES = {
  run: ["law", "steps"],
  budget: ["budget"],
  agreement: ["agreement", "covariance", "accuracy-groups", "covariance-tail"],
} as const satisfies Record<string, readonly ChartKind[]>;
const PLACED: readonly ChartKind[] = Object.values(PLACES).flat();

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
  const figures: Array<{ readonly kind: ChartKind; readonly html: Markup }> = [];
  for (const [i, chart] of drawn.entries()) {
    const spec = firstSpec === undefined ? undefined : firstSpec + i;
    const html = await figure(chart, { id: `${id}-${chart.kind}`, spec, level: 4 });
    figures.push({ kind: chart.kind, html });
  }
  const at = (kinds: readonly ChartKind[]): Markup[] =>
    figures.filter(({ kind }) => kinds.includes(kind)).map((drawnOne) => drawnOne.html);
  const closer = figures.filter(({ kind }) => !PLACED.includes(kind)).map((one) => one.html);
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
    <div class="figures">${at(PLACES.run)}</div>
    <h3>Parameters</h3>
    ${parameterTable(finding)}
    ${formTable(finding)}
    ${crossCheckTable(finding)}
    <h3>Verdict</h3>
    ${gateTable(finding.verdict.gates)}
    ${sentences(finding.verdict.reasons)}
    ${doubts(log)}
    ${log.budget === undefined ? undefined : budgetSection(log.budget, at(PLACES.budget))}
    ${
      log.agreement === undefined
        ? undefined
        : agreementSection(log.agreement, at(PLACES.agreement))
    }
    <h3>A closer look</h3>
    <div class="figures">${closer}</div>
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
  { finding, prediction, window, comparison, budget, agreement }: ReportedLog,
  detail: ChartOptions,
): Chart[] {
  return [
    charts.law(finding, detail),
    charts.steps(finding, detail),
    ...(finding.fit.status === "degenerate" ? [] : [charts.residuals(finding, detail)]),
    ...(prediction === undefined ? [] : [charts.prediction(prediction, detail)]),
    ...(window === undefined || window.windows.length === 0 ? [] : [charts.window(window, detail)]),
    ...(comparison === undefined ? [] : [charts.comparison(comparison, detail)]),
    ...(budget === undefined || budget.marks.length === 0 ? [] : [charts.budget(budget, detail)]),
    ...(agreement === undefined ? [] : agreementCharts(agreement, detail)),
  ];
}

/** Those of the charts that this run has something for. */
function agreementCharts(finding: AgreementFinding, detail: ChartOptions): Chart[] {
  const { estimators, splits, tail } = finding;
  return [
    ...(estimators.length === 0
      ? []
      : [charts.agreement(finding, detail), charts.covariance(finding, detail)]),
    ...(splits.length === 0 ? [] : [charts["accuracy-groups"](finding, detail)]),
    ...(tail.length === 0 ? [] : [charts["covariance-tail"](finding, detail)]),
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
