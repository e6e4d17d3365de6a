/** Input of a report of one made-up run with everything in it; asserts nothing. */
import type { ReportInput } from "../../src/report/report-page.ts";
import type { StepLog } from "../../src/log/step-log.ts";
import { makeTable } from "../../src/log/table.ts";
import { madeUpAgreement } from "./agreement-findings.ts";
import {
  type MadeUp,
  madeUpBudget,
  madeUpComparison,
  madeUpLaw,
  madeUpPrediction,
  madeUpSeries,
  madeUpWindows,
} from "./findings.ts";

function madeUpLog(name: string, column: string): StepLog {
  const { step } = madeUpSeries();
  return {
    source: name,
    format: "verl-jsonl",
    table: makeTable([["step", step]]),
    entropy: {
      column,
      reason: "the only column named entropy",
      definition: {
        kind: "exact",
        when: "before-update",
        aggregation: "token-mean",
        temperature: 1,
      },
    },
    reward: { column, reason: "mean score of the step" },
    validation: [column],
    repeatedSteps: [3, 4],
    gaps: [[7, 9]],
    warnings: [`steps 7 to 9 of ${name} are missing`],
  };
}

/** One log with every optional part. */
export function fullReport(
  made: MadeUp & { readonly label?: string; readonly law?: string } = {},
): ReportInput {
  const name = made.log ?? "runs/grpo-7b/verl.jsonl";
  const finding = madeUpLaw("weak", made);
  return {
    logs: [
      {
        finding,
        inspection: madeUpLog(name, made.entropyColumn ?? "actor/entropy"),
        prediction: madeUpPrediction("predicted", made),
        window: madeUpWindows(made),
        comparison: madeUpComparison(made),
        budget: madeUpBudget(made),
        agreement: madeUpAgreement(made.log === undefined ? {} : { run: made.log }),
      },
    ],
    command: ["entlaw", "report", made.log ?? "runs/grpo 7b"],
    version: "0.1.0",
    document: { fits: [{ log: name, verdict: finding.verdict }] },
    inputs: [{ path: name, sha256: "ab".repeat(32) }],
  };
}
