/** The points of a run that have a measured entropy change, and where its tokens lie; knows no estimator. */
import { basename, dirname, join } from "node:path";
import { disk } from "../../base/file-system.ts";
import { readSteps } from "../../log/read-steps.ts";
import { STEPS, UPDATES } from "../../log/run-files.ts";
import type { StepLog } from "../../log/step-log.ts";
import { makeTable } from "../../log/table.ts";
import type { PointKind } from "../../log/token-points.ts";
import { hasTokens } from "../../log/token-files.ts";
import type { MissingPart } from "./agreement-finding.ts";
import { type MeasuredChange, measuredChange } from "./measured-change.ts";

/** The points of one run. */
export interface LogPoints extends MeasuredChange {
  /** The directory with the `tokens` folder; undefined where there is none. */
  readonly tokensIn: string | undefined;
  readonly missing: readonly MissingPart[];
  readonly warnings: readonly string[];
}

/**
 * Takes the points of a log: its steps, or the updates of its run directory.
 *
 * @throws DataError if `updates.jsonl` is damaged.
 */
export function pointsOfLog(log: StepLog, of: PointKind): LogPoints {
  const folder = folderOf(log.source);
  const tokensIn = folder !== undefined && hasTokens(disk, folder) ? folder : undefined;
  return { tokensIn, ...(of === "step" ? stepPoints(log) : updatePoints(folder)) };
}

type Measured = Omit<LogPoints, "tokensIn">;

function stepPoints(log: StepLog): Measured {
  const points = measuredChange(log.table, log.entropy?.column);
  if (points.y.length === 0) {
    const needs =
      "the column `measured_entropy_change`, or an entropy at two steps that are next to each other";
    return { ...points, missing: [{ what: "measured change", needs }], warnings: [] };
  }
  const warning = `the change is that of \`${log.entropy?.column}\` from one step to the next, since \`measured_entropy_change\` is missing: it holds the change of prompts as well`;
  return { ...points, missing: [], warnings: points.measuredAs === "difference" ? [warning] : [] };
}

function updatePoints(folder: string | undefined): Measured {
  const path = folder === undefined ? undefined : join(folder, UPDATES);
  const read =
    path === undefined || disk.status(path) === undefined ? undefined : readSteps(disk, path);
  const points = measuredChange(read?.table ?? NO_UPDATES, undefined);
  const needs =
    read === undefined
      ? `\`${UPDATES}\` in the run directory`
      : `the column \`measured_entropy_change\` of \`${UPDATES}\``;
  const missing = points.y.length === 0 ? [{ what: "level update", needs }] : [];
  return { ...points, missing, warnings: read?.warnings ?? [] };
}

const NO_UPDATES = makeTable([
  ["step", new Float64Array(0)],
  ["update", new Float64Array(0)],
]);

/** The run directory that a log is, or whose step log it is. */
function folderOf(source: string): string | undefined {
  if (disk.status(source)?.kind === "directory") return source;
  return basename(source) === STEPS ? dirname(source) : undefined;
}
