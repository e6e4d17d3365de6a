/** Everything that can be said of some logs, computed and written as one page; knows no command line. */
import { createHash } from "node:crypto";
import { type ComparisonFinding, compareRuns } from "../analyze/compare/comparison.ts";
import { comparisonToJson } from "../analyze/compare/comparison-to-json.ts";
import { agreementToJson } from "../analyze/agreement/agreement-to-json.ts";
import type { AgreementFinding } from "../analyze/agreement/agreement-finding.ts";
import { findAgreement } from "../analyze/agreement/find-agreement.ts";
import { budgetToJson } from "../analyze/finding/budget-to-json.ts";
import { findEntropyBudget } from "../analyze/finding/entropy-budget.ts";
import { type EntropyLawFinding, findEntropyLaw } from "../analyze/finding/entropy-law.ts";
import { inputsOf } from "../analyze/finding/fit-logs.ts";
import { fitToJson } from "../analyze/finding/fit-to-json.ts";
import { findLawComparison } from "../analyze/finding/law-comparison.ts";
import { findPrediction } from "../analyze/finding/prediction.ts";
import { predictionToJson } from "../analyze/finding/prediction-to-json.ts";
import { findWindowSensitivity } from "../analyze/finding/window-sensitivity.ts";
import { writeFileAtomic } from "../base/atomic-write.ts";
import { DataError, EntlawError } from "../base/errors.ts";
import { disk } from "../base/file-system.ts";
import type { StepLog } from "../log/step-log.ts";
import type { InputFile } from "./page/footer.ts";
import { renderReport } from "./report-page.ts";

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
  const reported = [];
  for (const { log, input, warnings } of inputsOf(logs)) {
    const finding = findEntropyLaw(input, {});
    const { agreement, doubts } = await agreementOf(log);
    reported.push({
      finding: { ...finding, warnings: [...warnings, ...finding.warnings, ...doubts] },
      inspection: log,
      prediction: findPrediction(input, { fitOn }),
      window: findWindowSensitivity(input),
      comparison: findLawComparison(input),
      budget: findEntropyBudget(input),
      agreement,
    });
  }
  const findings = reported.map(({ finding }) => finding);
  const { arms, whyNoArms } = armsOf(logs);
  const page = await renderReport({
    logs: reported,
    arms,
    whyNoArms,
    command,
    version,
    document: {
      fits: findings.map(fitToJson),
      predictions: reported.map(({ prediction }) => predictionToJson(prediction)),
      budgets: reported.map(({ budget }) => budgetToJson(budget)),
      agreement: agreementToJson(
        reported.map(({ agreement }) => agreement).filter((one) => one !== undefined),
      ),
      ...(arms === undefined ? {} : { comparison: comparisonToJson(arms) }),
    },
    inputs: logs.map(fingerprint).filter((input) => input !== undefined),
  });
  const bytes = Buffer.from(page);
  writeFileAtomic(disk, out, bytes);
  return { findings, bytes: bytes.length };
}

/**
 * What is known of the drive of entropy: of runs that measured its change step by step, with or without their tokens.
 *
 * A token table that cannot be read is a doubt, and no reason to withhold the rest.
 */
async function agreementOf(log: StepLog): Promise<{
  readonly agreement: AgreementFinding | undefined;
  readonly doubts: readonly string[];
}> {
  try {
    const finding = await findAgreement(log, { by: ["accuracy"] });
    const isMeasured = finding.source === "tokens" || finding.measuredAs === "change";
    const isTold = isMeasured && finding.estimators.length > 0;
    return { agreement: isTold ? finding : undefined, doubts: [] };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    return { agreement: undefined, doubts: [`tokens were left out: ${error.message}`] };
  }
}

/** The arms that the logs are runs of; none where there is but one, or where the logs cannot be held together. */
function armsOf(logs: readonly StepLog[]): {
  readonly arms?: ComparisonFinding;
  readonly whyNoArms?: string;
} {
  try {
    const finding = logs.length > 1 ? compareRuns(disk, logs) : undefined;
    const isShown = finding !== undefined && finding.arms.length > 1 && isAblation(finding);
    return isShown ? { arms: finding } : {};
  } catch (error) {
    if (error instanceof EntlawError) return { whyNoArms: error.message };
    throw error;
  }
}

/** Logs of any origin are no arms: either they are runs of the lab, or some are seeds of one arm. */
const isAblation = ({ arms, isNamedOnly }: ComparisonFinding): boolean =>
  !isNamedOnly || arms.some(({ runs }) => runs.length > 1);

/** SHA-256 of a log that is one file. */
function fingerprint({ source }: StepLog): InputFile | undefined {
  if (disk.status(source)?.kind !== "file") return undefined;
  return { path: source, sha256: createHash("sha256").update(disk.readFile(source)).digest("hex") };
}
