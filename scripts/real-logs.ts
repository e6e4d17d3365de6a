/** Prints the verdict on each public log that is at hand: `node scripts/real-logs.ts [FOLDER]`. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import {
  analyzeEntropyLaw,
  type EntropyLawAnalysis,
} from "../src/analyze/fit/analyze-entropy-law.ts";
import { trendR2 } from "../src/analyze/fit/trend-fit.ts";

const LAB_RUN = "test/golden/logs/golden/run.csv";
const folder = process.argv[2] ?? "../shared/data/real-logs";

/** Columns of a CSV file without quoted cells; an empty cell is NaN. */
function readColumns(path: string): Map<string, Float64Array> {
  const [head = "", ...rows] = readFileSync(path, "utf8").trim().split(/\r?\n/);
  const cells = rows.map((row) => row.split(","));
  return new Map(
    head.split(",").map((name, k) => {
      const values = cells.map((row) => ((row[k] ?? "") === "" ? Number.NaN : Number(row[k])));
      return [name, Float64Array.from(values)];
    }),
  );
}

function column(columns: Map<string, Float64Array>, ...names: string[]): Float64Array {
  const found = names.map((name) => columns.get(name)).find((values) => values !== undefined);
  if (found === undefined) throw new Error(`no column named ${names.join(" or ")}`);
  return found;
}

const digits = (value: number | undefined): string =>
  value === undefined || !Number.isFinite(value) ? "-" : Number(value.toPrecision(3)).toString();

function row(
  name: string,
  { fit, verdict, ceilingBand, detrended, prefix }: EntropyLawAnalysis,
): string[] {
  if (fit.status === "degenerate") return [name, String(fit.n), fit.explanation];
  const { a, b } = fit.parameters;
  const observed = fit.fitted.map((value, i) => value + fit.line.residuals[i]!);
  const band =
    ceilingBand === undefined ? "-" : `${digits(ceilingBand.low)}..${digits(ceilingBand.high)}`;
  const score = prefix?.score;
  return [
    name.replace(/\.csv$/, ""),
    String(fit.n),
    `${digits(a?.value)} ± ${digits(a?.se)}`,
    digits(b?.value),
    `${digits(fit.ceiling?.value)} ± ${digits(fit.ceiling?.se)}`,
    ceilingBand?.bounded === false ? "not bounded" : band,
    String(fit.neighbourhood.gap),
    digits(fit.firstStageF),
    digits(trendR2(fit.line.residuals, observed, fit.line.noise.bounds)),
    detrended.map((slope) => digits(slope.a.value)).join(" / "),
    score === undefined
      ? "-"
      : `${prefix?.status === "refused" ? "refused " : ""}${digits(score.rmse)} / ${digits(score.baselineRmse)} / ${digits(score.logLineRmse)}`,
    score === undefined ? "-" : digits(score.bandCoverage),
    verdict.holds,
    verdict.kind,
    verdict.gates
      .filter(({ passed }) => !passed)
      .map((gate) => gate.name)
      .join(" "),
  ];
}

const HEAD =
  "log|n|a ± se|b|ceiling ± se|ceiling band|gap|F|R2 trend|a off 6/8/10 splines|36 %: rmse law/const/log|band cov.|verdict|kind|failed gates";

const files = [...globSync(join(folder, "*.csv")).toSorted(), LAB_RUN].filter((path) =>
  existsSync(path),
);
console.log(`| ${HEAD.split("|").join(" | ")} |`);
console.log(`|${"---|".repeat(HEAD.split("|").length)}`);
for (const path of files) {
  const columns = readColumns(path);
  const analysis = analyzeEntropyLaw(
    column(columns, "step"),
    column(columns, "entropy", "entropy_avg"),
    column(columns, "reward", "reward_avg"),
  );
  console.log(`| ${row(basename(path), analysis).join(" | ")} |`);
}
if (files.length === 1)
  console.log(`\nno logs under ${folder}: only the lab's own run was analysed`);
