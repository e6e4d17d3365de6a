/** A chart on a page: its words, its picture, its numbers; knows no finding. */
import { printable } from "../../base/printable.ts";
import { type Chart, type PlottedTable, datum } from "../chart/chart.ts";
import { formatNumber } from "../format-number.ts";
import { type Markup, markup, trusted } from "../markup.ts";
import { drawFragment } from "../render-svg.ts";

/** A fold is read, not searched: more rows than this are sampled evenly, and the file has them all. */
const MAX_ROWS = 40;

/** Where a figure stands on the page. */
export interface FigurePlace {
  /** Unique on the page. */
  readonly id: string;
  /**
   * Index of the chart's compiled spec in the island `charts`; undefined on a crowded page, where the picture stays
   * still and no file of its numbers lies beside it.
   */
  readonly spec: number | undefined;
  /** Level of its heading. */
  readonly level: 1 | 4;
}

/** A figure: takeaway, method, still picture, numbers under a fold. */
export async function figure(chart: Chart, { id, spec, level }: FigurePlace): Promise<Markup> {
  const heading = trusted(`h${level}`);
  const picture = await drawFragment({ ...chart.spec, description: chart.description });
  const index = spec === undefined ? undefined : markup` data-chart="${spec}"`;
  return markup`<figure id="${id}">
    <figcaption>
      <${heading}>${chart.title}</${heading}>
      <p class="method">${chart.subtitle}</p>
    </figcaption>
    <div class="drawing"${index}>${trusted(picture)}</div>
    ${numbers(chart.table, id, spec !== undefined)}
  </figure>`;
}

function numbers(table: PlottedTable, id: string, withFile: boolean): Markup {
  const stride = Math.ceil(table.rows.length / MAX_ROWS) || 1;
  const shown = table.rows.filter((_, i) => i % stride === 0);
  const note =
    stride > 1 ? `every ${stride}th of ${table.rows.length} rows` : `${table.rows.length} rows`;
  const file = withFile
    ? markup`<a download="${id}.csv" href="data:text/csv;base64,${base64(csv(table))}">All rows as CSV</a>`
    : "This page's JSON has them all.";
  return markup`<details>
    <summary>Plotted numbers</summary>
    <p class="note">Shown: ${note}. ${file}</p>
    <div class="scroll" tabindex="0" role="region" aria-label="Plotted numbers of ${id}">
      <table>
        <thead>
          <tr>
            ${table.columns.map((name) => markup`<th scope="col" class="number">${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${shown.map(
            (row) =>
              markup`<tr>
                ${row.map((cell) => markup`<td class="number">${typeof cell === "string" ? cell : formatNumber(cell)}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}

/** Comma-separated values; a text that a spreadsheet would run as a formula is made text by a quote mark. */
function csv({ columns, rows }: PlottedTable): string {
  const cell = (value: number | string | undefined): string => {
    if (typeof value !== "string") return String(datum(value) ?? "");
    const text = printable(value);
    const inert = /^(?:[\t\n]|\s*[=+\-@\uff1d])/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
  };
  return [columns, ...rows].map((row) => row.map(cell).join(",")).join("\n") + "\n";
}

const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");
