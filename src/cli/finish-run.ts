/** What to say of a run that has ended: what its log shows, and its report; computes nothing itself. */
import { join } from "node:path";
import { EntlawError } from "../base/errors.ts";
import type { TrainResult } from "../train/run/train.ts";

/** How a run's end is told. */
export interface FinishOptions {
  readonly report: boolean;
  /** The command line, for the report's foot. */
  readonly command: readonly string[];
  readonly version: string;
}

/** Prefix of the report's backtest, as `entlaw report` has it. */
const FIT_ON = 0.36;

/** Text and JSON of a run's end. A log that is too short for a fit is said to be; the run itself has ended well. */
export async function finishRun(
  out: string,
  result: TrainResult,
  { report, command, version }: FinishOptions,
): Promise<{ readonly text: string; readonly json: unknown }> {
  const { readLog } = await import("../ingest/read-log.ts");
  const { fitLogs } = await import("../analyze/finding/fit-logs.ts");
  const { fitToJson } = await import("../analyze/finding/fit-to-json.ts");
  const { fitsText } = await import("../report/text/fits-text.ts");
  const lines = [`${result.status} after ${result.steps} steps: ${out}`];
  const summary = { run: out, status: result.status, steps: result.steps, taken: result.taken };
  if (result.taken === 0) lines.push("nothing was left to do");
  try {
    const logs = [await readLog(out, {})];
    const path = join(out, "report.html");
    const findings = report
      ? await import("../report/write-report.ts").then(({ writeReport }) =>
          writeReport({ logs, fitOn: FIT_ON, out: path, command, version }).then(
            (written) => written.findings,
          ),
        )
      : fitLogs(logs, { law: "entropy" });
    lines.push("", fitsText(findings));
    if (report) lines.push("", `report: ${path} (opens offline)`);
    const json = { ...summary, report: report ? path : null, fits: findings.map(fitToJson) };
    return { text: lines.join("\n"), json };
  } catch (error) {
    if (!(error instanceof EntlawError)) throw error;
    lines.push(`no report: ${error.message}`);
    return { text: lines.join("\n"), json: { ...summary, report: null, fits: [] } };
  }
}
