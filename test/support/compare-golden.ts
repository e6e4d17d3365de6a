/** What rliable, scipy and statsmodels say of made-up scores (`scripts/compare-golden.py`). */
import { readFileSync } from "node:fs";

/** Both ends of an interval over repeated bootstraps. */
interface Ends {
  readonly mean: readonly [number, number];
  readonly sd: readonly [number, number];
}

interface Aggregates {
  readonly iqm: number;
  readonly mean: number;
  readonly optimalityGap: number;
  readonly profile: readonly number[];
  readonly iqmEnds: Ends;
  readonly meanEnds: Ends;
}

interface Test {
  readonly p: number;
  readonly ci95: readonly [number, number];
}

interface GoldenCase {
  readonly name: string;
  /** One list a task. */
  readonly x: ReadonlyArray<readonly number[]>;
  readonly y: ReadonlyArray<readonly number[]>;
  readonly of: { readonly x: Aggregates; readonly y: Aggregates };
  readonly improvement: { readonly value: number; readonly ends: Ends };
  /** Of the first task. */
  readonly welch: Test;
  readonly paired: Test | null;
}

interface Golden {
  readonly replicates: number;
  readonly tau: readonly number[];
  readonly cases: readonly GoldenCase[];
  readonly holm: { readonly p: readonly number[]; readonly adjusted: readonly number[] };
}

export const compareGolden = JSON.parse(readFileSync("test/golden/compare.json", "utf8")) as Golden;

/** How far an end of one bootstrap may be from the mean of many: five times their scatter. */
export const endTolerance = (sd: number): number => 5 * sd + 1e-9;

/** A golden list of lists as scores. */
export const goldenScores = (tasks: ReadonlyArray<readonly number[]>): Float64Array[] =>
  tasks.map((scores) => Float64Array.from(scores));
