/** What is compared of one run, taken from its log and fitted once; knows no other run. */
import { requireRoles } from "../../ingest/require-roles.ts";
import type { StepLog } from "../../log/step-log.ts";
import { inputOfLog } from "../finding/law-input.ts";
import { analyzeEntropyLaw, type EntropyLawAnalysis } from "../fit/analyze-entropy-law.ts";

/** One run. */
export interface RunSeries {
  readonly log: string;
  /** The law on this run, and the steps with entropy and reward that it was fitted to. */
  readonly law: EntropyLawAnalysis;
  /** Column of the held-out scores; undefined without one. */
  readonly validationColumn: string | undefined;
  /** Held-out scores in order of step, where there are any. */
  readonly validation: Float64Array;
}

/**
 * Takes what is compared of a log.
 *
 * @throws DataError if it has no entropy or no reward.
 */
export function runSeriesOf(log: StepLog): RunSeries {
  const { step, entropy, reward } = inputOfLog(requireRoles(log));
  const validationColumn = log.validation[0];
  const scores = validationColumn === undefined ? [] : log.table.columns.get(validationColumn);
  return {
    log: log.source,
    law: analyzeEntropyLaw(step, entropy, reward),
    validationColumn,
    validation: Float64Array.from(scores ?? []).filter(Number.isFinite),
  };
}
