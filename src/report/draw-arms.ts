/** One chart of the arms that some logs are runs of: makes the finding that it needs; writes no file. */
import { compareRuns } from "../analyze/compare/comparison.ts";
import { DataError } from "../base/errors.ts";
import { disk } from "../base/file-system.ts";
import type { StepLog } from "../log/step-log.ts";
import type { ArmsChartKind, Chart } from "./chart/chart.ts";
import { charts } from "./chart/charts.ts";

/**
 * Draws a chart of several logs.
 *
 * @throws DataError or ConfigError as {@link compareRuns}; DataError where sizes are asked for and there are not three.
 */
export function drawArms(kind: ArmsChartKind, logs: readonly StepLog[]): Chart {
  const finding = compareRuns(disk, logs);
  if (kind !== "sizes") return charts[kind](finding);
  if (finding.sizes !== undefined) return charts.sizes(finding.sizes);
  throw new DataError(
    "too-few-sizes",
    `a chart of sizes must have arms of three policy.size that are alike otherwise, got ${finding.arms.map(({ name }) => name).join(", ")}`,
    { fix: "name run directories of the lab, of three sizes" },
  );
}
