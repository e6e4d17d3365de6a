/** The tables of an entropy-law finding: parameters, other methods, gates, forms of the law; computes nothing. */
import type { EntropyLawFinding, Gate } from "../../analyze/finding/entropy-law.ts";
import type { Estimate, SolvedFit } from "../../analyze/fit/result.ts";
import { statedCeiling } from "../chart/describe-fit.ts";
import {
  formatInterval,
  formatNumber,
  formatR2,
  formatWithError,
  notAvailable,
} from "../format-number.ts";
import { type Markup, type MarkupValue, markup } from "../markup.ts";
import { methodWords } from "../method-words.ts";

/** A column of a table; numbers are set to the right. */
interface Column {
  readonly name: string;
  readonly number?: true;
}

/** Rows under named columns; the first cell of a row names it, and the last of a short row takes the room that is left. */
export function dataTable(
  caption: string,
  columns: readonly Column[],
  rows: ReadonlyArray<readonly MarkupValue[]>,
): Markup {
  const kind = (i: number): string => (columns[i]?.number === true ? "number" : "words");
  const cell = (value: MarkupValue, i: number, row: readonly MarkupValue[]): Markup => {
    if (i === 0) return markup`<th scope="row">${value}</th>`;
    const room = columns.length - i;
    return i === row.length - 1 && room > 1
      ? markup`<td class="words" colspan="${room}">${value}</td>`
      : markup`<td class="${kind(i)}">${value}</td>`;
  };
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map(({ name }, i) => markup`<th scope="col" class="${kind(i)}">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            markup`<tr>
              ${row.map(cell)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Parameters and ceiling with every interval that was computed. */
export function parameterTable(finding: EntropyLawFinding): Markup {
  const { fit } = finding;
  if (fit.status === "degenerate") return markup`<p>${notAvailable(fit.explanation)}</p>`;
  const ceiling = statedCeiling(finding);
  const estimates: Array<readonly [string, Estimate | undefined]> = [
    ...Object.entries(fit.parameters),
    ["ceiling, b - a", ceiling],
  ];
  const has = (key: "neweyWestSe" | "profile95" | "bootstrap95"): boolean =>
    estimates.some(([, estimate]) => estimate?.[key] !== undefined);
  const optional = [
    {
      key: "neweyWestSe",
      name: "Newey-West error",
      text: (e: Estimate) => formatNumber(e.neweyWestSe, e.se),
    },
    {
      key: "profile95",
      name: "profile 95 %",
      text: (e: Estimate) => formatInterval(e.profile95, e.se),
    },
    {
      key: "bootstrap95",
      name: "bootstrap 95 %",
      text: (e: Estimate) => formatInterval(e.bootstrap95, e.se),
    },
  ] as const;
  const extra = optional.filter(({ key }) => has(key));
  const rows = estimates.map(([name, estimate]) =>
    estimate === undefined
      ? [name, "not stated: see the answer above"]
      : [
          name,
          formatNumber(estimate.value, estimate.se),
          formatNumber(estimate.se, estimate.se),
          formatInterval(estimate.ci95, estimate.se),
          ...extra.map(({ text }) => text(estimate)),
        ],
  );
  const columns: Column[] = [
    { name: "quantity" },
    { name: "estimate", number: true },
    { name: "std. error", number: true },
    { name: "95 % interval", number: true },
    ...extra.map(({ name }): Column => ({ name, number: true })),
  ];
  return markup`${dataTable(`Parameters by ${methodWords[fit.method].name}, n = ${fit.n}`, columns, rows)}
    <p class="note">${goodnessLine(fit)}</p>`;
}

function goodnessLine({ status, goodness }: SolvedFit): string {
  const { r2, rmse, aicc, bic, durbinWatson } = goodness;
  const numbers = `R2 ${formatR2(r2)}, RMSE ${formatNumber(rmse)}, AICc ${formatNumber(aicc)}, BIC ${formatNumber(bic)}, Durbin-Watson ${formatNumber(durbinWatson)}.`;
  return status === "converged"
    ? numbers
    : `${numbers} Not converged: the best point found, not a minimum.`;
}

/** The same law by other methods, so that disagreement shows. */
export function crossCheckTable(finding: EntropyLawFinding): Markup | undefined {
  const { fit, crossChecks } = finding;
  if (crossChecks.length === 0) return undefined;
  const isStated = statedCeiling(finding) !== undefined;
  const main = { label: `${methodWords[fit.method].name} (used)`, fit };
  const rows = [main, ...crossChecks].map(({ label, fit: other }) => {
    if (other.status === "degenerate") return [label, notAvailable(other.explanation)];
    const { parameters, ceiling, n } = other;
    const [a, b, top] = [parameters["a"], parameters["b"], ceiling].map(formatWithError);
    return [label, a, b, ...(isStated ? [top] : []), String(n)];
  });
  return dataTable(
    "The same law by other methods, value ± standard error",
    [
      { name: "method" },
      { name: "a", number: true },
      { name: "b", number: true },
      ...(isStated ? [{ name: "ceiling", number: true } as const] : []),
      { name: "n", number: true },
    ],
    rows,
  );
}

/** What the verdict required and what it found. */
export function gateTable(gates: readonly Gate[]): Markup | undefined {
  if (gates.length === 0) return undefined;
  return dataTable(
    "What the verdict requires",
    [{ name: "gate" }, { name: "result" }, { name: "found and required" }],
    gates.map(({ name, passed, detail }) => [name, passed ? "✓ passed" : "✗ failed", detail]),
  );
}

/** Ceilings under the forms of the law that the run cannot tell apart. */
export function formTable(finding: EntropyLawFinding): Markup | undefined {
  const { ceilingBand } = finding;
  if (ceilingBand === undefined || statedCeiling(finding) === undefined) return undefined;
  const caption = ceilingBand.bounded
    ? `Ceiling by form of the law; together ${formatInterval([ceilingBand.low, ceilingBand.high], (ceilingBand.high - ceilingBand.low) / 4)}`
    : "Ceiling by form of the law; together they do not bound it";
  return dataTable(
    caption,
    [
      { name: "form" },
      { name: "ceiling", number: true },
      { name: "95 % interval", number: true },
      { name: "delta AIC", number: true },
    ],
    ceilingBand.forms.map(({ form, ceiling, deltaAic }) => [
      form,
      formatNumber(ceiling.value, ceiling.se),
      formatInterval(ceiling.ci95, ceiling.se),
      formatNumber(Number(deltaAic.toPrecision(3))),
    ]),
  );
}
