/** From a foreign log that was read to a run of ours: canonical columns beside the log's own; knows no format. */
import { basename } from "node:path";
import { SCHEMA_VERSION } from "./manifest.ts";
import type { Run } from "./run-directory.ts";
import type { StepLog } from "./step-log.ts";
import { type Table, makeTable } from "./table.ts";

const STEP = "step";

/**
 * The run that `entlaw ingest` writes for a log.
 *
 * The columns `entropy`, `reward` and `validation` are copies of those chosen for the roles. A column of the log that has
 * one of these names without being chosen for it keeps its numbers under `source/<name>`, or what else is free. So do
 * steps that are no integers, such as shares of an epoch: the run's are then 1, 2, …
 *
 * @param version - of entlaw, for the manifest.
 */
export function ingestedRun(log: StepLog, version: string): Run {
  const roles = rolesOf(log);
  const { table, renamed, warnings } = withRoles(log.table, roles);
  const doubts = [...log.warnings, ...warnings];
  const file = basename(log.source);
  return {
    table,
    manifest: {
      schema: SCHEMA_VERSION,
      id: file,
      status: "finished",
      versions: { entlaw: version },
      ...(log.entropy === undefined ? {} : { entropy: log.entropy.definition }),
      source: {
        file,
        format: log.format,
        columns: Object.fromEntries(roles),
        ...(renamed.size === 0 ? {} : { renamed: Object.fromEntries(renamed) }),
        ...(doubts.length === 0 ? {} : { warnings: doubts }),
      },
    },
  };
}

/** Our column to the log's. */
function rolesOf(log: StepLog): Map<string, string> {
  const chosen = [
    ["reward", log.reward?.column],
    ["validation", log.validation[0]],
    ["entropy", log.entropy?.column],
  ] as const;
  return new Map(
    chosen.filter((role): role is [(typeof role)[0], string] => role[1] !== undefined),
  );
}

interface RenamedTable {
  readonly table: Table;
  /** New name to the log's own. */
  readonly renamed: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
}

function withRoles(table: Table, roles: ReadonlyMap<string, string>): RenamedTable {
  const steps = table.columns.get(STEP)!;
  const areIntegers = steps.every(Number.isSafeInteger);
  const columns = new Map([[STEP, areIntegers ? steps : steps.map((_, row) => row + 1)]]);
  const renamed = new Map<string, string>();
  for (const [role, column] of roles) columns.set(role, table.columns.get(column)!);
  for (const [name, values] of table.columns) {
    const isInPlace = name === STEP ? areIntegers : roles.get(name) === name;
    if (isInPlace) continue;
    const kept = columns.has(name) ? freeName(table, name) : name;
    columns.set(kept, values);
    if (kept !== name) renamed.set(kept, name);
  }
  const warnings = areIntegers
    ? []
    : [
        `the steps are no integers, so rows are numbered from 1; the log's own are in "${freeName(table, STEP)}"`,
      ];
  return { table: makeTable(columns), renamed, warnings };
}

function freeName(table: Table, name: string): string {
  const candidate = `source/${name}`;
  return table.columns.has(candidate) ? freeName(table, candidate) : candidate;
}
