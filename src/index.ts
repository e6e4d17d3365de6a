/** The public API, in the order of the story: read a log, fit the law, ask further questions, draw and report. */
export { ConfigError, DataError, EntlawError, RunError, ShapeError } from "./base/errors.ts";
export { makeTable, type Table } from "./log/table.ts";
export type { EntropyDefinition, StepLog } from "./log/step-log.ts";
export { expandLogs } from "./ingest/expand-logs.ts";
export { readLog } from "./ingest/read-log.ts";
export { fromDataFrame, toDataFrame, type FrameLike } from "./analyze/frame/data-frame.ts";
export type {
  DegenerateFit,
  Estimate,
  FitMethod,
  Goodness,
  LawFit,
  LawKind,
  SolvedFit,
} from "./analyze/fit/result.ts";
export { type FitLawOptions, fitLaw } from "./analyze/fit/fit-law.ts";
export type { FitRequest } from "./analyze/finding/choices.ts";
export {
  fitEntropyLaw,
  type CeilingBand,
  type EntropyLawFinding,
  type Gate,
  type Verdict,
} from "./analyze/finding/entropy-law.ts";
export { fitLogs, type LogsFitRequest, predictLogs } from "./analyze/finding/fit-logs.ts";
export type { LawFitFinding } from "./analyze/finding/law-fit.ts";
export { fitToJson } from "./analyze/finding/fit-to-json.ts";
export { predictionToJson } from "./analyze/finding/prediction-to-json.ts";
export { fitsToFrame, readFrame } from "./analyze/finding/frames.ts";
export {
  predictEntropyLaw,
  type PredictionFinding,
  type PredictionRequest,
} from "./analyze/finding/prediction.ts";
export { findLawComparison, type LawComparisonFinding } from "./analyze/finding/law-comparison.ts";
export {
  findWindowSensitivity,
  type WindowSensitivityFinding,
} from "./analyze/finding/window-sensitivity.ts";
export { type EntropyBudgetFinding, findEntropyBudget } from "./analyze/finding/entropy-budget.ts";
export { budgetToJson } from "./analyze/finding/budget-to-json.ts";
export { findScalingCurve } from "./analyze/finding/scaling-curve.ts";
export { compareScaling } from "./analyze/finding/scaling-comparison.ts";
export { scalingInputOf } from "./analyze/finding/scaling-input.ts";
export { type AgreementRequest, findAgreement } from "./analyze/agreement/find-agreement.ts";
export type {
  Agreement,
  AgreementFinding,
  CovarianceTail,
} from "./analyze/agreement/agreement-finding.ts";
export { agreementToJson } from "./analyze/agreement/agreement-to-json.ts";
export {
  type ComparisonFinding,
  compareRuns,
  type CompareRequest,
} from "./analyze/compare/comparison.ts";
export { comparisonToJson } from "./analyze/compare/comparison-to-json.ts";
export { type ColumnChoice, inputOfTable, type LawInput } from "./analyze/finding/law-input.ts";
export type { Chart, ChartKind } from "./report/chart/chart.ts";
export { drawLog, type DrawOptions } from "./report/draw-log.ts";
export { drawAgreement } from "./report/draw-agreement.ts";
export { drawArms } from "./report/draw-arms.ts";
export { drawScaling } from "./report/draw-scaling.ts";
export { writeChart } from "./report/chart-file.ts";
export { renderReport, type ReportInput } from "./report/report-page.ts";
export { type ReportRequest, writeReport } from "./report/write-report.ts";
