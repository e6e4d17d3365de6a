/** The numbers of each run that a claim is told by, and what its chart is drawn from; knows no published number. */
import type { FileSystem } from "../../base/file-system.ts";
import type { ExperimentConfig } from "../../config/experiment-config.ts";
import { CLAIM_COLUMNS, type ClaimKind, type SweepClaim } from "../../config/sweep-claims.ts";
import type { StepLog } from "../../log/step-log.ts";
import type { AgreementFinding } from "../agreement/agreement-finding.ts";
import { agreementStatistics } from "../agreement/agreement-statistics.ts";
import { findAgreement } from "../agreement/find-agreement.ts";
import { type ComparisonFinding, compareRuns } from "../compare/comparison.ts";
import { type EntropyBudgetFinding, findEntropyBudget } from "../finding/entropy-budget.ts";
import { inputsOf } from "../finding/fit-logs.ts";
import type { LawInput } from "../finding/law-input.ts";
import { findPrediction, type PredictionFinding } from "../finding/prediction.ts";
import { movingMean } from "../fit/smoothing.ts";

/** A finished run of a claim's arm. */
export interface ClaimRun {
  readonly arm: string;
  readonly seed: number;
  readonly config: ExperimentConfig;
  readonly log: StepLog;
}

/** Numbers by column; one that the run does not have is undefined. */
export type ClaimValues = Readonly<Record<string, number | undefined>>;

/** What a claim's charts are drawn from: all its runs, or the first of them. */
export type ClaimEvidence =
  | { readonly shows: "spending"; readonly budget: EntropyBudgetFinding }
  | { readonly shows: "prediction"; readonly prediction: PredictionFinding }
  | { readonly shows: "law" | "sizes" | "arms"; readonly comparison: ComparisonFinding }
  | { readonly shows: "agreement" | "tail"; readonly agreement: AgreementFinding };

/** The numbers of every run, in the order of the runs, and the evidence. */
export interface ClaimNumbers {
  readonly values: readonly ClaimValues[];
  readonly evidence: ClaimEvidence;
}

/** Steps of the means in which the paper's curves are compared by eye. */
const SMOOTHING = 11;
/** The covariance of the paper's Fig. 8. */
const PAPERS_ESTIMATOR = "pg";

type FirstAndRest<T> = readonly [T, ...T[]];

/**
 * Takes the numbers of a claim from its runs.
 *
 * @param runs - of all its arms, the baseline's first.
 * @throws DataError if a log has no entropy, no reward or too few steps, or its token table cannot be read.
 */
export async function claimNumbers(
  fs: FileSystem,
  claim: SweepClaim,
  runs: FirstAndRest<ClaimRun>,
): Promise<ClaimNumbers> {
  const { shows } = claim;
  switch (shows) {
    case "spending": {
      const found = ofEach(runs, (input) => findEntropyBudget(input));
      return { values: found.map(spendingOf), evidence: { shows, budget: found[0] } };
    }
    case "prediction": {
      const { fitOn } = claim;
      const found = ofEach(runs, (input) => ({
        byLeastSquares: findPrediction(input, { fitOn, method: "ols", smooth: SMOOTHING }),
        byDefault: findPrediction(input, { fitOn }),
      }));
      return {
        values: found.map(errorsOf),
        evidence: { shows, prediction: found[0].byLeastSquares },
      };
    }
    case "law":
    case "sizes":
    case "arms": {
      const comparison = comparisonOf(fs, claim, runs);
      return {
        values: runs.map((run) => measuresOf(comparison, run, shows)),
        evidence: { shows, comparison },
      };
    }
    case "agreement":
    case "tail": {
      const found: AgreementFinding[] = [];
      for (const { log } of runs) found.push(await findAgreement(log, { by: ["accuracy"] }));
      const values = found.map(shows === "tail" ? tailOf : agreementOf);
      const shown = found[0]!;
      return { values, evidence: { shows, agreement: byPapersEstimator(shown) } };
    }
  }
}

function ofEach<T>(runs: FirstAndRest<ClaimRun>, find: (input: LawInput) => T): FirstAndRest<T> {
  const [first, ...rest] = inputsOf(runs.map(({ log }) => log)).map(({ input }) => find(input));
  return [first!, ...rest]; // one for each run
}

const spendingOf = ({ marks }: EntropyBudgetFinding): ClaimValues => {
  const at = (share: number) => marks.find((mark) => mark.share === share);
  const [twelfth, third] = [at(1 / 12), at(1 / 3)];
  return {
    drop12: twelfth?.dropShare?.value,
    gain12: twelfth?.gainShare?.value,
    drop3: third?.dropShare?.value,
    gain3: third?.gainShare?.value,
  };
};

const errorsOf = (found: {
  readonly byLeastSquares: PredictionFinding;
  readonly byDefault: PredictionFinding;
}): ClaimValues => {
  const { rmse, baselineRmse, logLineRmse, finalError } = found.byLeastSquares;
  return {
    rmse,
    constantRmse: baselineRmse,
    logLineRmse,
    finalError: finalError === undefined ? undefined : Math.abs(finalError),
    given: found.byDefault.status === "predicted" ? 1 : 0,
  };
};

function comparisonOf(
  fs: FileSystem,
  { arms: [baseline] }: SweepClaim,
  runs: readonly ClaimRun[],
): ComparisonFinding {
  const known = runs.map(({ arm, seed, config }) => ({ named: arm, seed, config }));
  return compareRuns(
    fs,
    runs.map(({ log }) => log),
    { known, baseline: known.find(({ named }) => named === baseline)?.named },
  );
}

function measuresOf(
  { arms }: ComparisonFinding,
  { arm, log }: ClaimRun,
  shows: "law" | "sizes" | "arms",
): ClaimValues {
  const run = arms.find(({ name }) => name === arm)?.runs.find((one) => one.log === log.source);
  if (run === undefined) return {};
  const { fit, verdict } = run.series.law;
  const r2 = fit.status === "degenerate" ? undefined : fit.goodness.r2;
  return pick({ ...run.values, r2, kept: verdict.holds === "no" ? 0 : 1 }, shows);
}

/** The columns of a kind, of numbers that have the same names. */
function pick(values: ClaimValues, shows: ClaimKind): ClaimValues {
  return Object.fromEntries(Object.keys(CLAIM_COLUMNS[shows]).map((key) => [key, values[key]]));
}

function agreementOf({ estimators, y }: AgreementFinding): ClaimValues {
  const found = estimators.find(({ estimator }) => estimator === PAPERS_ESTIMATOR);
  if (found === undefined) return {};
  const smooth = (values: Float64Array) => movingMean(values, Math.min(SMOOTHING, values.length));
  const { pearson, r2 } = found.agreement;
  return { pearson, r2, pearson11: agreementStatistics(smooth(found.x), smooth(y)).pearson };
}

/** Of the estimator that the claim is about alone; another one that does better says nothing of it. */
const byPapersEstimator = (finding: AgreementFinding): AgreementFinding => ({
  ...finding,
  estimators: finding.estimators.filter(({ estimator }) => estimator === PAPERS_ESTIMATOR),
});

/** In the order of the shares, which is that of the columns. */
function tailOf({ tail }: AgreementFinding): ClaimValues {
  const means = tail.find(({ of }) => of === "all")?.means ?? [];
  return Object.fromEntries(Object.keys(CLAIM_COLUMNS.tail).map((key, i) => [key, means[i]?.mean]));
}
