/** The arms of an ablation side by side, each against the baseline of the same seed; knows no file and no process. */
import { tQuantile } from "../../src/analyze/fit/student-t.ts";
import { markdownTable } from "../simulation/markdown-table.ts";

/** Rows of `steps.jsonl`, in order. */
export type StepRows = readonly Readonly<Record<string, number | null>>[];

/** One finished run. */
export interface AblationRun {
  readonly arm: string;
  readonly seed: number;
  readonly rows: StepRows;
}

/** What arms are compared with. */
export const BASELINE = "grpo";

/** Share of the steps, at a run's end, over which its ends are averaged. */
const END_SHARE = 0.2;
const DIGITS = 3;

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean of a column over its last values, or over all; NaN where it has none. */
function meanOf(rows: StepRows, column: string, last = rows.length): number {
  const values = rows.map((row) => row[column]).filter((value) => typeof value === "number");
  return mean(values.slice(-last));
}

const endOf = (column: string) => (rows: StepRows) =>
  meanOf(rows, column, Math.max(1, Math.round(END_SHARE * rows.length)));
const lastOf = (column: string) => (rows: StepRows) => meanOf(rows, column, 1);

/** What is compared, by the heading of its column. */
const COMPARED = {
  reward: endOf("reward"),
  entropy: endOf("entropy"),
  validation: lastOf("validation"),
  pass: lastOf("validation_pass"),
} as const satisfies Record<string, (rows: StepRows) => number>;

/** What else is told of an arm. */
const TOLD = {
  "seconds a step": (rows) =>
    ["seconds_rollout", "seconds_update", "seconds_log"].reduce(
      (sum, column) => sum + meanOf(rows, column),
      0,
    ),
  "selected share": (rows) => meanOf(rows, "selected_share"),
} as const satisfies Record<string, (rows: StepRows) => number>;

/** Mean over seeds, with its 95 % interval (Student's t) from two seeds on; "-" where a run has no such number. */
function overSeeds(values: readonly number[], signed = false): string {
  if (values.length === 0 || values.some(Number.isNaN)) return "-";
  const centre = mean(values);
  const text = `${signed && centre > 0 ? "+" : ""}${centre.toFixed(DIGITS)}`;
  if (values.length < 2) return text;
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  const error = Math.sqrt(squares / (values.length - 1) / values.length);
  return `${text} ± ${(tQuantile(0.975, values.length - 1) * error).toFixed(DIGITS)}`;
}

function armRow(arm: string, runs: readonly AblationRun[], baseline: readonly AblationRun[]) {
  const ends = [...Object.values(COMPARED), ...Object.values(TOLD)].map((of) =>
    overSeeds(runs.map(({ rows }) => of(rows))),
  );
  const pairs = runs.flatMap((run) => {
    const other = baseline.find(({ seed }) => seed === run.seed);
    return other === undefined ? [] : [[run.rows, other.rows] as const];
  });
  const differences = Object.values(COMPARED).map((of) =>
    arm === BASELINE
      ? ""
      : overSeeds(
          pairs.map(([one, other]) => of(one) - of(other)),
          true,
        ),
  );
  return [arm, String(runs.length), ...ends, ...differences];
}

/** The table as Markdown: a row an arm, in the order of the runs. */
export function ablationTable(runs: readonly AblationRun[]): string {
  const arms = [...new Set(runs.map(({ arm }) => arm))];
  const of = (arm: string): AblationRun[] => runs.filter((run) => run.arm === arm);
  const compared = Object.keys(COMPARED);
  const head = [
    "arm",
    "seeds",
    ...compared,
    ...Object.keys(TOLD),
    ...compared.map((name) => `${name} − ${BASELINE}`),
  ];
  return markdownTable(
    head,
    arms.map((arm) => armRow(arm, of(arm), of(BASELINE))),
  );
}
