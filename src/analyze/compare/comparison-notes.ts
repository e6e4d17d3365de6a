/** What a reader of a comparison must know besides its numbers, as sentences. */
import { mixedDefinitionWarnings } from "../../ingest/mixed-definitions.ts";
import type { StepLog } from "../../log/step-log.ts";
import { short } from "../fit/short-number.ts";
import { tQuantile } from "../fit/student-t.ts";
import type { RunArm } from "./arms-of-runs.ts";
import type { MeasureFrame } from "./measures.ts";
import type { RunSeries } from "./run-series.ts";

const NORMAL_95 = 1.96;
/** Arms with fewer runs get a note on their bootstrap. */
const FEW_RUNS = 10;

/** What a comparison is made of. */
interface Compared {
  readonly logs: readonly StepLog[];
  readonly series: readonly RunSeries[];
  readonly arms: readonly RunArm[];
  readonly frame: MeasureFrame;
}

/** All that is doubtful or easily misread. */
export const comparisonNotes = ({ logs, series, arms, frame }: Compared): string[] => [
  ...logNotes(logs),
  ...lengthNotes(series, frame),
  ...validationNotes(series),
  ...strataNotes(arms),
  ...fewNotes(arms),
];

/** Doubts about single logs, each once, and about their entropies together. */
function logNotes(logs: readonly StepLog[]): string[] {
  const sources = new Map<string, string[]>();
  for (const { source, warnings } of logs) {
    for (const warning of warnings) sources.set(warning, [...(sources.get(warning) ?? []), source]);
  }
  const single = [...sources].map(([warning, found]) =>
    found.length === logs.length ? warning : `${found.join(", ")}: ${warning}`,
  );
  return [...single, ...mixedDefinitionWarnings(logs)];
}

function lengthNotes(series: readonly RunSeries[], { steps: [, last] }: MeasureFrame): string[] {
  const longest = Math.max(...series.map(({ law }) => law.series.step.at(-1)!));
  return longest === last
    ? []
    : [
        `the runs end between steps ${last} and ${longest}: ends are those of each run, means over steps go to step ${last}`,
      ];
}

function validationNotes(series: readonly RunSeries[]): string[] {
  const columns = new Set(series.flatMap(({ validationColumn }) => validationColumn ?? []));
  return columns.size < 2
    ? []
    : [`held-out scores are of different columns: ${[...columns].join(", ")}`];
}

/** Scores of other tasks are no scores of better arms. */
function strataNotes(arms: readonly RunArm[]): string[] {
  const strata = arms.map(({ runs }) =>
    [...new Set(runs.map(({ stratum }) => stratum))].toSorted().join(", "),
  );
  return new Set(strata).size < 2
    ? []
    : [
        `not all arms have the same strata: differences are over those that both have, means and profiles are not (${arms.map(({ name }, i) => `${name}: ${strata[i]}`).join("; ")})`,
      ];
}

function fewNotes(arms: readonly RunArm[]): string[] {
  const counts = arms.map(({ runs }) => runs.length).filter((n) => n > 1 && n < FEW_RUNS);
  const single = arms.filter(({ runs }) => runs.length === 1).map(({ name }) => name);
  const notes: string[] = [];
  if (counts.length > 0) {
    const n = Math.min(...counts);
    const share = (NORMAL_95 * Math.sqrt((n - 1) / n)) / tQuantile(0.975, n - 1);
    notes.push(
      `bootstrap intervals over ${n} seeds are too narrow: about ${short(share)} of the width of Student's t; quote Student's t`,
    );
  }
  if (single.length > 0) notes.push(`one run says nothing of other seeds: ${single.join(", ")}`);
  return notes;
}
