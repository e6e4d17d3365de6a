/** One chart as an HTML page that opens offline; knows no finding. */
import type { Chart } from "./chart/chart.ts";
import { markup } from "./markup.ts";
import { renderDocument } from "./page/document.ts";
import { figure } from "./page/figure.ts";
import { pageScript } from "./page/page-script.ts";
import { compileSpec } from "./vega-view.ts";

/** Renders a chart as a complete page: a still picture, brought to life by the Vega that the page carries. */
export async function renderHtml(chart: Chart): Promise<string> {
  const body = markup`<main class="page">
    ${await figure(chart, { id: chart.kind, spec: 0, level: 1 })}
  </main>`;
  return renderDocument({
    title: chart.title,
    body,
    islands: { charts: [await compileSpec(chart.spec)] },
    script: pageScript({ live: true }),
  });
}
