/** Rows of text as a markdown table; knows no statistics. */

/** The table, with the column names first. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

/** A share as a whole percentage. */
export function percent(share: number): string {
  return Number.isNaN(share) ? "-" : String(Math.round(100 * share));
}

/** Monte-Carlo standard error of a share, in percentage points. */
export function shareError(share: number, replicates: number): number {
  return 100 * Math.sqrt((share * (1 - share)) / replicates);
}
