/** The chart of scaling curves of some logs, all of one arm: makes the findings that it needs; writes no file. */
import { findScalingCurve } from "../analyze/finding/scaling-curve.ts";
import { scalingInputOf } from "../analyze/finding/scaling-input.ts";
import type { StepLog } from "../log/step-log.ts";
import type { Chart } from "./chart/chart.ts";
import { charts } from "./chart/charts.ts";

/**
 * Draws reward over compute, compute being step + 1.
 *
 * @param isRewardNamed - whether the caller named the reward; otherwise held-out scores come first.
 * @throws DataError if a log has no reward.
 */
export function drawScaling(logs: readonly StepLog[], isRewardNamed: boolean): Chart {
  const arm = logs.map((log) => findScalingCurve(scalingInputOf(log, { isRewardNamed })));
  return charts.scaling({ arms: [arm], comparison: undefined });
}
