/** Diversity as the JSON document that scripts read (`entlaw diversity --json`); field names are a promise. */
import { toSnakeCase } from "../../base/snake-case.ts";
import { DIVERSITY_COLUMNS } from "../../log/aggregate-rollouts.ts";
import type { DiversityFinding } from "./diversity.ts";

/** The field `diversity`: the trends, and one object a step. A number that does not exist is null. */
export function diversityToJson(finding: DiversityFinding): unknown {
  const { run, alpha, groupSize, meansOver, trends, notes, aggregate } = finding;
  const { table, correctFrom } = aggregate;
  const number = (value: number): number | null => (Number.isFinite(value) ? value : null);
  return toSnakeCase({
    run,
    alpha,
    correctFrom,
    groupSize,
    meansOver,
    trends: trends.map(({ column, first, last, change }) => ({
      quantity: column,
      first: first ?? null,
      last: last ?? null,
      change: change ?? null,
    })),
    steps: Array.from({ length: table.length }, (_, row) =>
      Object.fromEntries(
        DIVERSITY_COLUMNS.map((name) => [name, number(table.columns.get(name)![row]!)]),
      ),
    ),
    notes,
  });
}
