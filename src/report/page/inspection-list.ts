/** What was read from a log and why those columns, as a list on a page; decides nothing. */
import { describeDefinition } from "../../ingest/describe-definition.ts";
import type { StepLog } from "../../log/step-log.ts";
import { formatNumber } from "../format-number.ts";
import { type Markup, markup } from "../markup.ts";

/** Ranges and repeats listed before "and more". */
const MAX_LISTED = 5;

/** The reading of a log under a fold. */
export function inspectionList(log: StepLog): Markup {
  const step = log.table.columns.get("step");
  const range =
    step === undefined || step.length === 0
      ? ""
      : `, ${formatNumber(step[0])} to ${formatNumber(step.at(-1))}`;
  const rows: Array<readonly [string, string]> = [
    ["format", log.format],
    ["steps", `${log.table.length}${range}`],
    [
      "entropy",
      log.entropy === undefined
        ? "no column found"
        : `${log.entropy.column}: ${log.entropy.reason}; ${describeDefinition(log.entropy.definition)}`,
    ],
    [
      "reward",
      log.reward === undefined ? "no column found" : `${log.reward.column}: ${log.reward.reason}`,
    ],
    ["validation", log.validation.length === 0 ? "none" : log.validation.join(", ")],
    [
      "missing steps",
      listed(log.gaps.map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`))),
    ],
    ["repeated steps", listed(log.repeatedSteps.map(String))],
  ];
  return markup`<details>
    <summary>What was read</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="What was read">
      <table>
        <tbody>
          ${rows.map(
            ([name, text]) =>
              markup`<tr>
                <th scope="row">${name}</th>
                <td>${text}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}

function listed(items: readonly string[]): string {
  if (items.length === 0) return "none";
  const more = items.length > MAX_LISTED ? ` and ${items.length - MAX_LISTED} more` : "";
  return items.slice(0, MAX_LISTED).join(", ") + more;
}
