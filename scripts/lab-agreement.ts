/**
 * What predicts the change of entropy in the lab's runs.
 *
 *     node scripts/lab-agreement.ts collect RUNS   data/lab/agreement.csv and covariance-tail.csv from the token tables of RUNS/ARM-SEED
 *     node scripts/lab-agreement.ts                tables of docs/experiments.md, from those files
 *     node scripts/lab-agreement.ts all            the same with all sixteen estimators
 */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { AgreementFinding } from "../src/analyze/agreement/agreement-finding.ts";
import { agreementStatistics } from "../src/analyze/agreement/agreement-statistics.ts";
import { ESTIMATOR_NAMES } from "../src/analyze/agreement/estimators.ts";
import { findAgreement } from "../src/analyze/agreement/find-agreement.ts";
import { movingMean } from "../src/analyze/fit/smoothing.ts";
import { readLog } from "../src/ingest/read-log.ts";
import { markdownTable } from "./simulation/markdown-table.ts";

const STATISTICS_FILE = "data/lab/agreement.csv";
const TAIL_FILE = "data/lab/covariance-tail.csv";
const SMOOTHING = 11;
const DIGITS = 4;

const HEAD = [
  "run",
  "points",
  "estimator",
  "n",
  "pearson",
  "spearman",
  "sign",
  "r2",
  "slope",
] as const;
type Row = Readonly<Record<(typeof HEAD)[number], string>>;

/** Statistics of some points of each estimator; all points by default. */
function rowsOf(
  run: string,
  points: string,
  { estimators, y }: AgreementFinding,
  treat: (values: Float64Array) => Float64Array = (values) => values,
): string[] {
  const measured = treat(y);
  return estimators.map(({ estimator, x }) => {
    const predicted = treat(x);
    const isThere = (_: number, i: number): boolean =>
      Number.isFinite(predicted[i]) && Number.isFinite(measured[i]);
    const { n, pearson, spearman, sign, r2, slope } = agreementStatistics(
      predicted.filter(isThere),
      measured.filter(isThere),
    );
    const numbers = [pearson, spearman, sign, r2, slope].map((value) =>
      Number.isFinite(value) ? Number(value.toPrecision(DIGITS)) : "",
    );
    return [run, points, estimator, n, ...numbers].join(",");
  });
}

/** Per step, per step of 11-step means, and per update by its number in the step. */
async function collectRun(path: string): Promise<{ statistics: string[]; tail: string[] }> {
  const run = basename(path);
  const log = await readLog(path);
  const request = { estimators: ESTIMATOR_NAMES, replicates: 0 } as const;
  const bySteps = await findAgreement(log, request);
  const statistics = [
    ...rowsOf(run, "steps", bySteps),
    ...rowsOf(run, "11-step means", bySteps, (values) => movingMean(values, SMOOTHING)),
  ];
  const byUpdates = await findAgreement(log, { ...request, of: "update" });
  const numbers = [...new Set(byUpdates.update)].toSorted((a, b) => a - b);
  for (const number of numbers) {
    const own = (values: Float64Array): Float64Array =>
      values.filter((_, i) => byUpdates.update![i] === number);
    statistics.push(...rowsOf(run, `update ${number}`, byUpdates, own));
  }
  const tail = bySteps.tail.map(({ of, tokens, means }) =>
    [run, of, tokens, ...means.map(({ mean }) => Number(mean.toPrecision(DIGITS)))].join(","),
  );
  return { statistics, tail };
}

async function collect(folder: string): Promise<void> {
  const statistics = [HEAD.join(",")];
  const tail = ["run,of,tokens,top_0.0002,top_0.002,top_0.02,top_0.2,top_0.5,all"];
  for (const path of globSync(`${folder}/*/run.json`).toSorted()) {
    const { status } = JSON.parse(readFileSync(path, "utf8")) as { status: string };
    if (status !== "finished") continue;
    const found = await collectRun(dirname(path));
    statistics.push(...found.statistics);
    tail.push(...found.tail);
    process.stderr.write(`${dirname(path)}\n`);
  }
  writeFileSync(STATISTICS_FILE, `${statistics.join("\n")}\n`);
  writeFileSync(TAIL_FILE, `${tail.join("\n")}\n`);
}

const armOf = (run: string): string => run.slice(0, run.lastIndexOf("-"));

/** Mean over seeds, and the lowest and highest of them. */
function overSeeds(values: readonly number[]): string {
  const known = values.filter((value) => !Number.isNaN(value));
  if (known.length === 0) return "-";
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const short = (value: number): string =>
    Math.abs(value) >= 10 ? value.toFixed(0) : value.toFixed(2);
  return `${short(mean)} (${short(Math.min(...known))}, ${short(Math.max(...known))})`;
}

const numberOf = (text: string): number => (text === "" ? Number.NaN : Number(text));

function readRows(): Row[] {
  const [, ...lines] = readFileSync(STATISTICS_FILE, "utf8").trim().split("\n");
  return lines.map((line) => {
    const cells = line.split(",");
    return Object.fromEntries(HEAD.map((name, k) => [name, cells[k] ?? ""])) as Row;
  });
}

const print = (text: string): void => void process.stdout.write(`${text}\n\n`);

/** Those of docs/experiments.md; `all` prints the others too. */
const SHOWN = [
  "batch",
  "npg",
  "pg",
  "pg-token",
  "pg-centred-token",
  "discriminator-token",
  "polarity",
  "lemma",
];

/** One table an arm: each estimator's five numbers over steps, and Pearson of 11-step means. */
function printSteps(rows: readonly Row[], shown: readonly string[]): void {
  for (const [arm, own] of Map.groupBy(rows, ({ run }) => armOf(run))) {
    const steps = own.filter(
      ({ points, estimator }) => points === "steps" && shown.includes(estimator),
    );
    const cells = [...Map.groupBy(steps, ({ estimator }) => estimator)].map(([name, seeds]) => {
      const smooth = own.filter(
        ({ points, estimator }) => points === "11-step means" && estimator === name,
      );
      const over = (column: keyof Row): string =>
        overSeeds(seeds.map((row) => numberOf(row[column])));
      return [
        name,
        over("pearson"),
        over("spearman"),
        over("sign"),
        over("r2"),
        over("slope"),
        overSeeds(smooth.map(({ pearson }) => numberOf(pearson))),
      ];
    });
    print(`#### ${arm}, per step (${new Set(own.map(({ run }) => run)).size} seeds)`);
    const head = ["estimator", "Pearson", "Spearman", "sign", "R²", "slope", "Pearson, 11 steps"];
    print(markdownTable(head, cells));
  }
}

/** Pearson and R² of some estimators by the number of the update in its step. */
function printUpdates(rows: readonly Row[]): void {
  const shown = ["batch", "pg", "pg-token", "npg", "polarity", "lemma"];
  for (const [arm, own] of Map.groupBy(rows, ({ run }) => armOf(run))) {
    const updates = own.filter(({ points }) => points.startsWith("update "));
    const byNumber = Map.groupBy(updates, ({ points }) => points);
    if (byNumber.size < 2) continue;
    const cells = [...byNumber].map(([points, seeds]) => [
      points.slice("update ".length),
      ...shown.flatMap((name) => {
        const named = seeds.filter(({ estimator }) => estimator === name);
        const mean = (column: "pearson" | "r2"): string => {
          const known = named.map((row) => numberOf(row[column]));
          return (known.reduce((sum, value) => sum + value, 0) / known.length).toFixed(2);
        };
        return [`${mean("pearson")} / ${mean("r2")}`];
      }),
    ]);
    print(`#### ${arm}, per update: Pearson / R², means over seeds`);
    print(markdownTable(["update", ...shown], cells));
  }
}

function printTail(): void {
  const [, ...lines] = readFileSync(TAIL_FILE, "utf8").trim().split("\n");
  const rows = lines.map((line) => line.split(","));
  const cells = [...Map.groupBy(rows, ([run = "", of]) => `${armOf(run)},${of}`)].map(
    ([key, own]) => [
      ...key.split(","),
      ...own[0]!.slice(3).map((_, k) => overSeeds(own.map((row) => Number(row[k + 3])))),
    ],
  );
  print("#### Mean covariance of the tokens with the largest covariance");
  const shares = ["top 0.02 %", "top 0.2 %", "top 2 %", "top 20 %", "top 50 %", "all"];
  print(markdownTable(["arm", "of", ...shares], cells));
}

const [command, folder] = process.argv.slice(2);
if (command === "collect" && folder !== undefined) await collect(folder);
else {
  const rows = readRows();
  printSteps(rows, command === "all" ? ESTIMATOR_NAMES : SHOWN);
  printUpdates(rows);
  printTail();
}
