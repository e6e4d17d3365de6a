/** Aligned columns for the terminal; knows nothing of what stands in them. */

const GUTTER = "  ";

/**
 * Rows as lines of equal columns.
 *
 * @param rows - cells of text; the first row is the head. Rows may be shorter than the head.
 * @param rightAligned - indices of columns that are aligned to the right, as numbers are.
 */
export function textTable(
  rows: ReadonlyArray<readonly string[]>,
  rightAligned: readonly number[] = [],
): string {
  const width = (column: number): number =>
    Math.max(...rows.map((row) => (row[column] ?? "").length));
  const widths = (rows[0] ?? []).map((_, column) => width(column));
  return rows
    .map((row) =>
      widths
        .map((size, column) => {
          const cell = row[column] ?? "";
          return rightAligned.includes(column) ? cell.padStart(size) : cell.padEnd(size);
        })
        .join(GUTTER)
        .trimEnd(),
    )
    .join("\n");
}

/** The text with every line moved to the right by two spaces. */
export function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}
