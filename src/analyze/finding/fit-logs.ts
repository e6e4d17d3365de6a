/** From logs to findings: each law that is asked for, on each log; knows no output. */
import { ConfigError } from "../../base/errors.ts";
import { mixedDefinitionWarnings } from "../../ingest/mixed-definitions.ts";
import { requireRoles } from "../../ingest/require-roles.ts";
import type { StepLog } from "../../log/step-log.ts";
import { laws } from "../fit/laws.ts";
import type { LawKind } from "../fit/result.ts";
import type { FitRequest } from "./choices.ts";
import { type EntropyLawFinding, findEntropyLaw } from "./entropy-law.ts";
import { type LawFitFinding, type OtherLaw, findLawFit } from "./law-fit.ts";
import { type LawInput, inputOfLog } from "./law-input.ts";
import { type PredictionFinding, type PredictionRequest, findPrediction } from "./prediction.ts";

/** What `entlaw fit` may ask of logs. */
export interface LogsFitRequest extends FitRequest {
  readonly law: LawKind | "all";
  /** Column of progress, for laws in progress; default: step + 1. */
  readonly x?: string | undefined;
}

/** A log with its series, and the doubts about it and about the logs together. */
export interface LogInput {
  readonly log: StepLog;
  readonly input: LawInput;
  readonly warnings: readonly string[];
}

/**
 * Takes the series of each log.
 *
 * @param progress - column for laws in progress; default: step + 1.
 * @throws DataError if a log has no entropy, no reward or no such column.
 */
export function inputsOf(logs: readonly StepLog[], progress?: string): LogInput[] {
  const mixed = mixedDefinitionWarnings(logs);
  return logs.map((log) => ({ ...inputOf(log, progress), warnings: [...log.warnings, ...mixed] }));
}

/** {@link inputsOf} for one log. */
export function inputOf(log: StepLog, progress?: string): LogInput {
  return { log, input: inputOfLog(requireRoles(log), progress), warnings: log.warnings };
}

/**
 * Fits the law, or all laws, to every log.
 *
 * @throws DataError as {@link inputsOf}; ConfigError for options that contradict each other.
 */
export function fitLogs(
  logs: readonly StepLog[],
  request: LogsFitRequest,
): Array<EntropyLawFinding | LawFitFinding> {
  const { law, x } = request;
  if (x !== undefined && law !== "all" && laws[law].x === "entropy") {
    throw new ConfigError("x-of-law", `the law ${law} takes entropy as x, got the column "${x}"`, {
      fix: "choose the entropy with --entropy, or fit sigmoid or power",
    });
  }
  return inputsOf(logs, x).flatMap(({ input, warnings }) =>
    findingsOf(input, request).map((finding) => ({
      ...finding,
      warnings: [...warnings, ...finding.warnings],
    })),
  );
}

function findingsOf(
  input: LawInput,
  { law, ...request }: LogsFitRequest,
): Array<EntropyLawFinding | LawFitFinding> {
  if (law === "entropy") return [findEntropyLaw(input, request)];
  if (law !== "all") return [findLawFit(input, law, request)];
  // What is asked for together with all laws is meant for the entropy law; the others take their own method.
  const { smooth, window, bootstrap, seed } = request;
  const others = Object.keys(laws).filter((kind): kind is OtherLaw => kind !== "entropy");
  return [
    findEntropyLaw(input, request),
    ...others.map((kind) => findLawFit(input, kind, { smooth, window, bootstrap, seed })),
  ];
}

/** Predicts the rest of every log from its prefix. */
export function predictLogs(
  logs: readonly StepLog[],
  request: PredictionRequest,
): PredictionFinding[] {
  return inputsOf(logs).map(({ input }) => findPrediction(input, request));
}
