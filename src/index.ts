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
export { type ColumnChoice, inputOfTable, type LawInput } from "./analyze/finding/law-input.ts";
export type { Chart, ChartKind } from "./report/chart/chart.ts";
export { drawLog, type DrawOptions } from "./report/draw-log.ts";
export { writeChart } from "./report/chart-file.ts";
export { renderReport, type ReportInput } from "./report/report-page.ts";
export { type ReportRequest, writeReport } from "./report/write-report.ts";
