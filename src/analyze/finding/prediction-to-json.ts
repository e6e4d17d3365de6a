/** A prediction as the JSON document that scripts read (`entlaw predict --json`); field names are a promise. */
import { toSnakeCase } from "../../base/snake-case.ts";
import type { PredictionFinding } from "./prediction.ts";

/** One element of `predictions`. A number that does not exist is null, and `reasons` says why. */
export function predictionToJson(finding: PredictionFinding): unknown {
  const { log, fitted, predicted, lastFittedStep, status, reasons } = finding;
  return toSnakeCase({
    log,
    fitted,
    predicted,
    lastFittedStep,
    status,
    reasons,
    meansOver: finding.meansOver,
    rmse: finding.rmse ?? null,
    baselineRmse: finding.baselineRmse ?? null,
    logLineRmse: finding.logLineRmse ?? null,
    finalError: finding.finalError ?? null,
    ceiling: finding.ceiling ?? null,
    beatsBaseline: finding.beatsBaseline ?? null,
    bandCoverage: finding.bandCoverage ?? null,
  });
}
