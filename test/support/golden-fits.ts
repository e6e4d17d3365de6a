/** The golden fits with the series they were made from, where those are at hand. */
import { existsSync, readFileSync } from "node:fs";

/** Numbers of one least-squares fit of the entropy law. */
export interface GoldenLine {
  readonly a: number;
  readonly b: number;
  readonly se_a: number;
  readonly se_b: number;
  readonly cov_ab: number;
  readonly ceiling: number;
  readonly se_ceiling: number;
  readonly ci95_ceiling: readonly [number, number];
  readonly r2: number;
  readonly rmse: number;
  readonly durbin_watson: number;
  readonly newey_west: { readonly lag: number; readonly se_a: number; readonly se_b: number };
  readonly aic: number;
  readonly aicc: number;
  readonly bic: number;
}

/** All golden numbers of one log. */
interface GoldenFit {
  readonly file: string;
  readonly n: number;
  readonly raw: GoldenLine;
  readonly smoothed_11: GoldenLine;
  readonly deming: ReadonlyArray<{
    readonly ratio: number;
    readonly a: number;
    readonly b: number;
  }>;
  readonly early: ReadonlyArray<{
    readonly fraction: number;
    readonly fitted: number;
    readonly rmse: number;
    readonly baseline_rmse: number;
    readonly final_error: number;
  }>;
  readonly sigmoid: {
    readonly R0: number;
    readonly A: number;
    readonly B: number;
    readonly C_mid: number;
    readonly se: readonly number[];
    readonly rss: number;
  };
}

/** One log, or where it would be. */
export interface GoldenCase {
  readonly golden: GoldenFit;
  /** Name of the case, which says so where the log is not at hand. */
  readonly title: string;
  /** Undefined where the log is not at hand. */
  readonly series:
    | { readonly step: Float64Array; readonly entropy: Float64Array; readonly reward: Float64Array }
    | undefined;
}

const OWN = "test/golden/logs/golden/run.csv";
const PUBLIC = "../shared/data/real-logs";

/** Reads step, entropy and reward; of repeated steps the last row counts. */
function readSeries(path: string): GoldenCase["series"] {
  if (!existsSync(path)) return undefined;
  const [header = [], ...rows] = readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(","));
  const column = (...names: string[]): number => header.findIndex((name) => names.includes(name));
  const [step, entropy, reward] = [
    column("step"),
    column("entropy", "entropy_avg"),
    column("reward", "reward_avg"),
  ] as const;
  const byStep = new Map<number, string[]>();
  for (const row of rows) {
    if (row[entropy] !== "" && row[reward] !== "") byStep.set(Number(row[step]), row);
  }
  const kept = [...byStep].toSorted(([left], [right]) => left - right).map(([, row]) => row);
  const values = (index: number): Float64Array =>
    Float64Array.from(kept, (row) => Number(row[index]));
  return { step: values(step), entropy: values(entropy), reward: values(reward) };
}

const { fits } = JSON.parse(readFileSync("test/golden/fits-golden.json", "utf8")) as {
  fits: GoldenFit[];
};

/** Every golden log. */
export const goldenCases: readonly GoldenCase[] = fits.map((golden) => {
  const series = readSeries(golden.file === "run.csv" ? OWN : `${PUBLIC}/${golden.file}`);
  const missing = series === undefined ? " (skipped: the public log is not at hand)" : "";
  return { golden, series, title: `${golden.file}${missing}` };
});

/** |got − wanted| / |wanted|. */
export function relativeError(got: number, wanted: number): number {
  return got === wanted ? 0 : Math.abs(got - wanted) / Math.abs(wanted);
}
