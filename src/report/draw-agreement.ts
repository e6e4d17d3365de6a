/** One chart of predicted against measured entropy change: makes the finding that it needs; writes no file. */
import { findAgreement } from "../analyze/agreement/find-agreement.ts";
import type { StepLog } from "../log/step-log.ts";
import type { AgreementChartKind, Chart } from "./chart/chart.ts";
import { charts } from "./chart/charts.ts";

/**
 * Draws a chart of a log; a run directory with a token table gives all of it.
 *
 * @throws DataError if the token table cannot be read.
 */
export async function drawAgreement(kind: AgreementChartKind, log: StepLog): Promise<Chart> {
  return charts[kind](await findAgreement(log, { by: ["accuracy"] }));
}
