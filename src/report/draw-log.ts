/** One chart of one log: makes the finding that the chart needs; knows no file. */
import { findEntropyBudget } from "../analyze/finding/entropy-budget.ts";
import { inputOf } from "../analyze/finding/fit-logs.ts";
import { findEntropyLaw } from "../analyze/finding/entropy-law.ts";
import { findLawComparison } from "../analyze/finding/law-comparison.ts";
import type { LawInput } from "../analyze/finding/law-input.ts";
import { findPrediction } from "../analyze/finding/prediction.ts";
import { findWindowSensitivity } from "../analyze/finding/window-sensitivity.ts";
import type { StepLog } from "../log/step-log.ts";
import type { Chart, LogChartKind } from "./chart/chart.ts";
import { type ChartFinding, charts } from "./chart/charts.ts";

/** Options of the findings behind charts. */
export interface DrawOptions {
  /** Prefix of the prediction: steps, or a share of the run. */
  readonly fitOn: number;
}

type FindingMaker<K extends LogChartKind> = (
  input: LawInput,
  options: DrawOptions,
) => ChartFinding[K];

const findings: { readonly [K in LogChartKind]: FindingMaker<K> } = {
  law: (input) => findEntropyLaw(input, {}),
  steps: (input) => findEntropyLaw(input, {}),
  residuals: (input) => findEntropyLaw(input, {}),
  prediction: (input, { fitOn }) => findPrediction(input, { fitOn }),
  window: (input) => findWindowSensitivity(input),
  comparison: (input) => findLawComparison(input),
  budget: (input) => findEntropyBudget(input),
};

/**
 * Draws a chart of a log.
 *
 * @throws DataError if the log has no entropy or no reward.
 */
export function drawLog<K extends LogChartKind>(
  kind: K,
  log: StepLog,
  options: DrawOptions,
): Chart {
  const { input } = inputOf(log);
  const find: FindingMaker<K> = findings[kind];
  const draw: (finding: ChartFinding[K]) => Chart = charts[kind];
  return draw(find(input, options));
}
