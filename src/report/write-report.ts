/** Everything that can be said of some logs, computed and written as one page; knows no command line. */
import { createHash } from "node:crypto";
import { type EntropyLawFinding, findEntropyLaw } from "../analyze/finding/entropy-law.ts";
import { inputsOf } from "../analyze/finding/fit-logs.ts";
import { fitToJson } from "../analyze/finding/fit-to-json.ts";
import { findLawComparison } from "../analyze/finding/law-comparison.ts";
import { findPrediction } from "../analyze/finding/prediction.ts";
import { predictionToJson } from "../analyze/finding/prediction-to-json.ts";
import { findWindowSensitivity } from "../analyze/finding/window-sensitivity.ts";
import { writeFileAtomic } from "../base/atomic-write.ts";
import { disk } from "../base/file-system.ts";
import type { StepLog } from "../log/step-log.ts";
import { type InputFile, renderReport } from "./report-page.ts";

/** What a report is made from. */
export interface ReportRequest {
  readonly logs: readonly StepLog[];
  /** Prefix of the backtested prediction: steps, or a share of the run. */
  readonly fitOn: number;
  readonly out: string;
  /** The command line, program first, for the page's foot. */
  readonly command: readonly string[];
  readonly version: string;
}

/**
 * Computes all findings and writes the page, whole or not at all.
 *
 * @returns the fits, and the size of the page in bytes.
 * @throws DataError if a log has no entropy or no reward; RunError if the disk refuses.
 */
export async function writeReport(
  request: ReportRequest,
): Promise<{ findings: EntropyLawFinding[]; bytes: number }> {
  const { logs, fitOn, out, command, version } = request;
  const reported = inputsOf(logs).map(({ log, input, warnings }) => {
    const finding = findEntropyLaw(input, {});
    return {
      finding: { ...finding, warnings: [...warnings, ...finding.warnings] },
      inspection: log,
      prediction: findPrediction(input, { fitOn }),
      window: findWindowSensitivity(input),
      comparison: findLawComparison(input),
    };
  });
  const findings = reported.map(({ finding }) => finding);
  const page = await renderReport({
    logs: reported,
    command,
    version,
    document: {
      fits: findings.map(fitToJson),
      predictions: reported.map(({ prediction }) => predictionToJson(prediction)),
    },
    inputs: logs.map(fingerprint).filter((input) => input !== undefined),
  });
  const bytes = Buffer.from(page);
  writeFileAtomic(disk, out, bytes);
  return { findings, bytes: bytes.length };
}

/** SHA-256 of a log that is one file. */
function fingerprint({ source }: StepLog): InputFile | undefined {
  if (disk.status(source)?.kind !== "file") return undefined;
  return { path: source, sha256: createHash("sha256").update(disk.readFile(source)).digest("hex") };
}
