/** What a log holds, as lines for the terminal. */
import { printableName } from "../../base/printable.ts";
import { describeDefinition } from "../../ingest/describe-definition.ts";
import type { LogInspection } from "../../ingest/inspection.ts";
import { formatNumber } from "../format-number.ts";
import { paragraph } from "./paragraph.ts";
import { indent, textTable } from "./text-table.ts";

/** Longer tables hide what matters; `--json` has all columns. */
const MAX_COLUMNS = 40;
const MAX_GAPS = 5;

const INDENT = "  ";
/** Width of the names of facts, the longest being "validation". */
const NAME_WIDTH = 12;

/** Format, steps, the columns chosen and why, doubts, and the columns there are. */
export function inspectionText(log: LogInspection): string {
  const { entropy, reward, validation, formatReason } = log;
  const none = "none found; name one with";
  const facts: Array<readonly [string, string]> = [
    ["format", `${log.format}${formatReason === null ? "" : ` (${formatReason})`}`],
    [
      "steps",
      `${log.steps} (${formatNumber(log.firstStep ?? undefined)} to ${formatNumber(log.lastStep ?? undefined)})${gapText(log)}`,
    ],
    [
      "entropy",
      entropy === null
        ? `${none} --entropy`
        : `${printableName(entropy.column)}: ${entropy.reason}`,
    ],
    ...(entropy === null ? [] : [["", describeDefinition(entropy.definition)] as const]),
    [
      "reward",
      reward === null ? `${none} --reward` : `${printableName(reward.column)}: ${reward.reason}`,
    ],
    ["validation", validation.map(printableName).join(", ") || "none found"],
  ];
  return [
    printableName(log.log),
    ...facts.map(([name, text]) => paragraph(text, INDENT + name.padEnd(NAME_WIDTH))),
    ...log.warnings.map((warning) => paragraph(`warning: ${warning}`, INDENT)),
    indent(columnTable(log)),
  ].join("\n");
}

function gapText({ gaps }: LogInspection): string {
  if (gaps.length === 0) return "";
  const shown = gaps
    .slice(0, MAX_GAPS)
    .map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`));
  const more = gaps.length > MAX_GAPS ? ` and ${gaps.length - MAX_GAPS} more` : "";
  return `, missing: ${shown.join(", ")}${more}`;
}

function columnTable({ columns }: LogInspection): string {
  const number = (value: number | null): string => (value === null ? "" : formatNumber(value));
  const rows = columns
    .slice(0, MAX_COLUMNS)
    .map(({ name, count, first, last, min, max }) => [
      printableName(name),
      String(count),
      ...[first, last, min, max].map(number),
    ]);
  const more = columns.length - MAX_COLUMNS;
  const table = textTable(
    [["column", "values", "first", "last", "min", "max"], ...rows],
    [1, 2, 3, 4, 5],
  );
  return more > 0 ? `${table}\n… and ${more} more columns (--json lists all)` : table;
}
