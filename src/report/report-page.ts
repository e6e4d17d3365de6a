/** Everything that can be said of some logs, as one HTML file that needs no network; computes no finding. */
import type { Spec } from "vega";
import type { ComparisonFinding } from "../analyze/compare/comparison.ts";
import { type ChartOptions, fullDetail } from "./chart/chart.ts";
import { charts } from "./chart/charts.ts";
import { statedCeiling } from "./chart/describe-fit.ts";
import { formatEstimate, formatWithError } from "./format-number.ts";
import { type Markup, markup } from "./markup.ts";
import { armsSection } from "./page/arms-section.ts";
import { renderDocument } from "./page/document.ts";
import { figure } from "./page/figure.ts";
import { dataTable } from "./page/fit-tables.ts";
import { type ReportedLog, logSection } from "./page/log-section.ts";
import { methodSection } from "./page/method-section.ts";
import { footer, type InputFile } from "./page/footer.ts";
import { pageScript } from "./page/page-script.ts";
import { compileSpec } from "./vega-view.ts";

export interface ReportInput {
  readonly logs: readonly ReportedLog[];
  /** The arms that the logs are runs of, where they are. */
  readonly arms?: ComparisonFinding | undefined;
  /** Why logs that could be runs of arms are not compared. */
  readonly whyNoArms?: string | undefined;
  /** The command line that made the report, program first. */
  readonly command: readonly string[];
  /** Of entlaw. */
  readonly version: string;
  /** The findings as the JSON document that `--json` prints; it stands on the page as it is. */
  readonly document: unknown;
  readonly inputs?: readonly InputFile[];
  /** ISO 8601. Left out by default, so that the same input gives the same bytes. */
  readonly generatedAt?: string;
}

/** Beyond this many logs pictures stay still and show fewer points, so that the file can still be mailed. */
const MAX_DETAILED_LOGS = 6;
const CROWDED_ROWS = 60;

/**
 * Renders the report: the answer first, then what it rests on.
 *
 * The page is complete without script and asks for nothing; see {@link renderDocument} for what it may do.
 */
export async function renderReport(input: ReportInput): Promise<string> {
  const crowded = input.logs.length > MAX_DETAILED_LOGS;
  const detail = crowded ? { maxRows: CROWDED_ROWS } : fullDetail;
  const sections: Markup[] = [];
  const specs: Spec[] = [];
  for (const [i, log] of input.logs.entries()) {
    const section = await logSection(log, {
      id: sectionId(i),
      firstSpec: crowded ? undefined : specs.length,
      detail,
    });
    sections.push(section.html);
    specs.push(...section.specs);
  }
  const arms =
    input.arms === undefined
      ? undefined
      : await drawnArms(input.arms, crowded ? undefined : specs, detail);
  const names = input.logs.map(({ finding }) => finding.log);
  const title =
    names.length === 1 ? `Entropy law: ${names[0]}` : `Entropy law: ${names.length} logs`;
  const body = markup`<a class="skip" href="#main">Skip to the answer</a>
    <div class="page">
      <header>
        <h1>Does reward follow entropy?</h1>
        <p class="byline">${byline(input)}</p>
      </header>
      <main id="main">
        ${input.logs.length > 1 ? summary(input.logs) : undefined}
        ${input.whyNoArms === undefined ? undefined : markup`<p class="note">The logs are not compared as arms: ${input.whyNoArms}.</p>`}
        ${arms} ${sections}
        ${methodSection(input.logs.map(({ finding }) => finding))}
      </main>
      ${footer(input)}
    </div>`;
  return renderDocument({
    title,
    body,
    islands: { findings: input.document, charts: specs },
    script: pageScript({ live: !crowded }),
  });
}

/** The section of the arms; its charts join `specs`, unless pictures stay still. */
async function drawnArms(
  finding: ComparisonFinding,
  specs: Spec[] | undefined,
  detail: ChartOptions,
): Promise<Markup> {
  const drawn = [
    charts.arms(finding),
    ...(finding.arms.length > 1 ? [charts["arm-curves"](finding, detail)] : []),
  ];
  const figures: Markup[] = [];
  for (const chart of drawn) {
    figures.push(await figure(chart, { id: `chart-${chart.kind}`, spec: specs?.length, level: 4 }));
    specs?.push(await compileSpec(chart.spec));
  }
  return armsSection(finding, figures);
}

const sectionId = (index: number): string => `log-${index + 1}`;

function byline({ logs, version, generatedAt }: ReportInput): string {
  const count = logs.length === 1 ? "1 log" : `${logs.length} logs`;
  return `entlaw ${version}, ${count}${generatedAt === undefined ? "" : `, ${generatedAt}`}`;
}

function summary(logs: readonly ReportedLog[]): Markup {
  const rows = logs.map(({ finding }, i) => {
    const { fit, verdict } = finding;
    const solved = fit.status === "degenerate" ? undefined : fit;
    return [
      markup`<a href="#${sectionId(i)}">${finding.log}</a>`,
      verdict.holds,
      formatWithError(solved?.parameters["a"]),
      statedCeiling(finding) === undefined ? "not stated" : formatEstimate(statedCeiling(finding)),
      String(fit.n),
    ];
  });
  const columns = [
    { name: "log" },
    { name: "law holds" },
    { name: "a", number: true },
    { name: "ceiling [95 %]", number: true },
    { name: "n", number: true },
  ] as const;
  return markup`<h2 id="summary">All logs</h2>
    ${dataTable("One row a log", columns, rows)}`;
}
