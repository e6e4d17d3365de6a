/**
 * The lab's experiments: keeps compact logs of runs in data/lab, and prints what they say.
 *
 *     node scripts/lab-experiments.ts                  tables of docs/experiments.md, from data/lab
 *     node scripts/lab-experiments.ts collect RUNS     data/lab/NAME.csv from RUNS/NAME/steps.jsonl
 *     node scripts/lab-experiments.ts collect RUNS DIR     DIR/NAME.csv, as for the runs of sweeps/paper.yaml
 *     node scripts/lab-evaluate.ts RUNS                data/lab/held-out.csv from the last checkpoints
 *
 * A run is named ARM-SEED.
 */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { agreementStatistics } from "../src/analyze/agreement/agreement-statistics.ts";
import { analyzeEntropyLaw } from "../src/analyze/fit/analyze-entropy-law.ts";
import { armsSlope, meanArm } from "../src/analyze/fit/arms.ts";
import type { Estimate } from "../src/analyze/fit/result.ts";
import { movingMean } from "../src/analyze/fit/smoothing.ts";
import { tQuantile } from "../src/analyze/fit/student-t.ts";
import { checkExperiment } from "../src/config/parse-experiment.ts";
import { parameterCount } from "../src/train/policy/policy-shape.ts";
import { makeExam } from "../src/train/run/lab.ts";
import { markdownTable } from "./simulation/markdown-table.ts";

const COLUMNS = [
  "step",
  "reward",
  "entropy",
  "token_covariance_mean",
  "predicted_entropy_change",
  "measured_entropy_change",
  "approx_kl",
  "selected_share",
  "validation",
  "validation_greedy",
  "validation_pass",
  "validation_entropy",
] as const;
type Column = (typeof COLUMNS)[number];

const HELD_OUT = "data/lab/held-out.csv";
const DIGITS = 6;
/** Steps at a run's end over which its reward and entropy are averaged. */
const LAST_STEPS = 50;
/** Evaluations at its end. */
const LAST_EVALUATIONS = 3;
const SMOOTHING = 11;

interface Run {
  readonly arm: string;
  readonly seed: string;
  readonly columns: Readonly<Record<Column, Float64Array>>;
}

function collect(folder: string, into: string): void {
  for (const path of globSync(`${folder}/*/steps.jsonl`)) {
    const { status } = JSON.parse(readFileSync(`${dirname(path)}/run.json`, "utf8")) as {
      status: string;
    };
    if (status !== "finished") continue;
    const rows = readFileSync(path, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, number | null>);
    const cell = (value: number | null | undefined): string =>
      value === null || value === undefined ? "" : String(Number(value.toPrecision(DIGITS)));
    const lines = rows.map((row) => COLUMNS.map((name) => cell(row[name])).join(","));
    const target = `${into}/${basename(dirname(path))}.csv`;
    writeFileSync(target, `${[COLUMNS.join(","), ...lines].join("\n")}\n`);
  }
}

function readRun(path: string): Run {
  const [, ...lines] = readFileSync(path, "utf8").trim().split("\n");
  const cells = lines.map((line) => line.split(","));
  const column = (k: number): Float64Array =>
    Float64Array.from(cells, (row) => ((row[k] ?? "") === "" ? Number.NaN : Number(row[k])));
  const name = basename(path, ".csv");
  const dash = name.lastIndexOf("-");
  const columns = Object.fromEntries(COLUMNS.map((one, k) => [one, column(k)]));
  return {
    arm: name.slice(0, dash),
    seed: name.slice(dash + 1),
    columns: columns as Record<Column, Float64Array>,
  };
}

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

/** Mean over seeds with its 95 % interval (Student's t); the mean alone for one seed. */
function overSeeds(values: readonly number[], digits = 3): string {
  const centre = mean(values);
  if (values.length < 2) return centre.toFixed(digits);
  const spread = Math.sqrt(
    values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1),
  );
  const half = (tQuantile(0.975, values.length - 1) * spread) / Math.sqrt(values.length);
  return `${centre.toFixed(digits)} ± ${half.toFixed(digits)}`;
}

const lastOf = (values: Float64Array, count: number): number =>
  mean(values.filter((value) => !Number.isNaN(value)).slice(-count));

const bounds = ({ value, ci95 }: Estimate): string =>
  `${value.toFixed(2)} [${ci95[0].toFixed(2)}, ${ci95[1].toFixed(2)}]`;

/** What arms are compared by, and how many of the last values are averaged. */
const COMPARED = [
  ["entropy", LAST_STEPS],
  ["reward", LAST_STEPS],
  ["validation_greedy", LAST_EVALUATIONS],
  ["validation", LAST_EVALUATIONS],
  ["validation_pass", LAST_EVALUATIONS],
] as const satisfies readonly (readonly [Column, number])[];

function armRow(arm: string, runs: readonly Run[]): string[] {
  const ends = COMPARED.map(([name, count]) =>
    overSeeds(runs.map(({ columns }) => lastOf(columns[name], count))),
  );
  return [arm, String(runs.length), ...ends];
}

const BASELINE = "grpo";
/** An arm less the baseline of the same seed, which has the same held-out problems. */
function pairedRow(arm: string, runs: readonly Run[], baseline: readonly Run[]): string[] {
  const pairs = runs.flatMap((run) => {
    const other = baseline.find(({ seed }) => seed === run.seed);
    return other === undefined ? [] : [[run, other] as const];
  });
  const differences = COMPARED.map(([name, count]) =>
    overSeeds(
      pairs.map(
        ([run, other]) => lastOf(run.columns[name], count) - lastOf(other.columns[name], count),
      ),
    ),
  );
  return [arm, String(pairs.length), ...differences];
}

function lawRow({ arm, seed, columns }: Run): string[] {
  const { step, entropy, reward } = columns;
  const { fit, verdict } = analyzeEntropyLaw(step, entropy, reward);
  const smoothed = (values: Float64Array): Float64Array => movingMean(values, SMOOTHING);
  const change = smoothed(columns.measured_entropy_change);
  const covariance = smoothed(columns.token_covariance_mean).map((value) => -value);
  const predicted = smoothed(columns.predicted_entropy_change);
  const agreement = [covariance, predicted].map((x) =>
    agreementStatistics(x, change).pearson.toFixed(2),
  );
  if (fit.status === "degenerate") return [arm, seed, "-", "-", "-", verdict.holds, ...agreement];
  const { a, b } = fit.parameters;
  return [arm, seed, bounds(a!), bounds(b!), bounds(fit.ceiling!), verdict.holds, ...agreement];
}

/** The last policies on the same held-out problems. */
function heldOutTable(): string {
  const [head = "", ...lines] = readFileSync(HELD_OUT, "utf8").trim().split("\n");
  const rows = lines.map((line) => line.split(","));
  const arms = Map.groupBy(rows, ([name = ""]) => name.slice(0, name.lastIndexOf("-")));
  const columns = head.split(",").slice(1);
  const cells = [...arms].map(([arm, own]) => [
    arm,
    String(own.length),
    ...columns.map((_, k) => overSeeds(own.map((row) => Number(row[k + 1])))),
  ]);
  return markdownTable(["arm", "seeds", ...columns], cells);
}

/** Runs that were examined at every step: the same training, measured on the same problems each time. */
const isExamined = ({ columns }: Run): boolean =>
  columns.validation.every((value) => !Number.isNaN(value));

/** The law between entropy and reward on the held-out problems, and how far entropy moves off its trend there. */
function examinedRow({ arm, seed, columns }: Run): string[] {
  const { step, validation, validation_entropy: entropy } = columns;
  const { fit, verdict } = analyzeEntropyLaw(step, entropy, validation);
  const detrended = verdict.gates.find(({ name }) => name === "detrended");
  if (fit.status === "degenerate") return [arm, seed, "-", "-", "-", verdict.holds, "-"];
  const { a, b } = fit.parameters;
  const law = [a!, b!, fit.ceiling!].map(bounds);
  return [arm, seed, ...law, verdict.holds, detrended?.detail ?? ""];
}

const SIZES = [
  ["xs", "grpo-xs"],
  ["s", "grpo"],
  ["m", "grpo-m"],
] as const;

/** a, b and the ceiling by number of parameters, over seeds. */
function sizeRow(size: (typeof SIZES)[number][0], runs: readonly Run[]): string[] {
  const { shape } = makeExam(checkExperiment({ policy: { size } }));
  const withoutEmbeddings = parameterCount(shape) - (shape.vocabulary + shape.length) * shape.width;
  const fits = runs.flatMap(({ columns }) => {
    const { fit } = analyzeEntropyLaw(columns.step, columns.entropy, columns.reward);
    return fit.status === "degenerate" ? [] : [fit];
  });
  const over = (values: readonly number[]): string => overSeeds(values, 2);
  return [
    size,
    String(withoutEmbeddings),
    String(fits.length),
    over(fits.map(({ parameters }) => parameters["a"]!.value)),
    over(fits.map(({ parameters }) => parameters["b"]!.value)),
    over(fits.map(({ ceiling }) => ceiling!.value)),
    overSeeds(runs.map(({ columns }) => columns.entropy[0]!)),
    overSeeds(runs.map(({ columns }) => lastOf(columns.entropy, LAST_STEPS))),
    overSeeds(runs.map(({ columns }) => lastOf(columns.reward, LAST_STEPS))),
    String(Math.min(...runs.map(({ columns }) => columns.step.length))),
  ];
}

function report(): void {
  const all = globSync("data/lab/*-[0-9].csv").toSorted().map(readRun);
  const runs = all.filter((run) => !isExamined(run));
  const arms = Map.groupBy(runs, ({ arm }) => arm);
  const head = ["arm", "seeds", "entropy", "reward", "greedy", "avg@4", "pass@4"];
  process.stdout.write(
    `${markdownTable(
      head,
      [...arms].map(([arm, own]) => armRow(arm, own)),
    )}\n\n`,
  );
  const baseline = arms.get(BASELINE) ?? [];
  const paired = [...arms]
    .filter(([arm]) => arm !== BASELINE)
    .map(([arm, own]) => pairedRow(arm, own, baseline));
  process.stdout.write(`${markdownTable(head, paired)}\n\n`);
  process.stdout.write(`${heldOutTable()}\n\n`);
  const lawHead = ["arm", "seed", "a", "b", "ceiling", "verdict", "covariance", "Lemma 1"];
  process.stdout.write(`${markdownTable(lawHead, runs.map(lawRow))}\n\n`);
  const main = ["grpo", "clip-cov", "kl-cov", "clip-higher"].map((arm) =>
    meanArm((arms.get(arm) ?? []).map(({ columns }) => columns)),
  );
  const slope = armsSlope(main);
  const text =
    slope.status === "degenerate"
      ? slope.explanation
      : `a between ${slope.arms} arms = ${bounds(slope.a)}, first-stage F ${slope.firstStageF.toFixed(0)}`;
  process.stdout.write(`${text}\n\n`);
  const sizeHead = ["size", "parameters", "seeds", "a", "b", "ceiling"];
  const sizeRows = SIZES.map(([size, arm]) => sizeRow(size, arms.get(arm) ?? []));
  const ends = ["first entropy", "last entropy", "last reward", "steps"];
  process.stdout.write(`${markdownTable([...sizeHead, ...ends], sizeRows)}\n\n`);
  const examinedHead = ["arm", "seed", "a", "b", "ceiling", "verdict", "beyond the trend"];
  const examined = all.filter(isExamined).map(examinedRow);
  process.stdout.write(`${markdownTable(examinedHead, examined)}\n`);
}

const [command, folder, into = "data/lab"] = process.argv.slice(2);
if (command === "collect" && folder !== undefined) collect(folder, into);
else report();
