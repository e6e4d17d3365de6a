/** One chart of the arms that some logs are runs of: makes the finding that it needs; writes no file. */
import { compareRuns } from "../analyze/compare/comparison.ts";
import { disk } from "../base/file-system.ts";
import type { StepLog } from "../log/step-log.ts";
import type { ArmsChartKind, Chart } from "./chart/chart.ts";
import { charts } from "./chart/charts.ts";

/**
 * Draws a chart of several logs.
 *
 * @throws DataError or ConfigError as {@link compareRuns}.
 */
export function drawArms(kind: ArmsChartKind, logs: readonly StepLog[]): Chart {
  return charts[kind](compareRuns(disk, logs));
}
