/** The table of formats as lines for the terminal. */
import { textTable } from "./text-table.ts";

/** What `formats` tells of one format. */
export interface FormatSummary {
  readonly name: string;
  readonly summary: string;
  readonly recognisedBy: string;
}

/** One line a format. */
export function formatsText(formats: readonly FormatSummary[]): string {
  const rows = formats.map(({ name, summary, recognisedBy }) => [name, summary, recognisedBy]);
  return textTable([["NAME", "WRITTEN BY", "RECOGNISED BY"], ...rows]);
}
