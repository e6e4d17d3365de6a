/** What `entlaw inspect` tells of a log: facts and decisions as plain data; prints nothing. */
import type { EntropyDefinition, StepLog } from "../log/step-log.ts";

/** What one column holds. */
interface ColumnInspection {
  readonly name: string;
  /** Steps with a finite value. */
  readonly count: number;
  /** First finite value and its like; null where the column has none. */
  readonly first: number | null;
  readonly last: number | null;
  readonly min: number | null;
  readonly max: number | null;
}

/** One log, inspected. */
export interface LogInspection {
  readonly log: string;
  readonly format: string;
  readonly formatReason: string | null;
  readonly steps: number;
  readonly firstStep: number | null;
  readonly lastStep: number | null;
  readonly entropy: {
    readonly column: string;
    readonly reason: string;
    readonly definition: EntropyDefinition;
  } | null;
  readonly reward: { readonly column: string; readonly reason: string } | null;
  readonly validation: readonly string[];
  readonly columns: readonly ColumnInspection[];
  readonly gaps: StepLog["gaps"];
  readonly repeatedSteps: readonly number[];
  readonly warnings: readonly string[];
}

function inspectColumn(name: string, values: Float64Array): ColumnInspection {
  let count = 0;
  let first: number | null = null;
  let last: number | null = null;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    count += 1;
    first ??= value;
    last = value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return count === 0
    ? { name, count, first, last, min: null, max: null }
    : { name, count, first, last, min, max };
}

/** Collects what was found in a log and what was decided about it. */
export function inspection(log: StepLog): LogInspection {
  const steps = log.table.columns.get("step");
  return {
    log: log.source,
    format: log.format,
    formatReason: log.formatReason ?? null,
    steps: log.table.length,
    firstStep: steps?.[0] ?? null,
    lastStep: steps?.at(-1) ?? null,
    entropy: log.entropy ?? null,
    reward: log.reward ?? null,
    validation: log.validation,
    columns: [...log.table.columns].map(([name, values]) => inspectColumn(name, values)),
    gaps: log.gaps,
    repeatedSteps: log.repeatedSteps,
    warnings: log.warnings,
  };
}
