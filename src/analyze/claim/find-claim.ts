/** A paper's claim beside the runs of a sweep: numbers by arm over seeds, and what became of its expectations; knows no output. */
import type { FileSystem } from "../../base/file-system.ts";
import type { SweepClaim } from "../../config/sweep-claims.ts";
import type { RunValue } from "../compare/arm-difference.ts";
import { type GroupEstimate, sumOfMeans } from "../compare/group-means.ts";
import {
  type ClaimEvidence,
  claimNumbers,
  type ClaimRun,
  type ClaimValues,
} from "./claim-evidence.ts";
import { type ExpectationOutcome, judgeExpectation } from "./expectation-outcome.ts";

/** A number of an arm over its seeds. */
interface ClaimNumber extends GroupEstimate {
  /** Runs that have it. */
  readonly n: number;
}

/** One arm of a claim. */
export interface ClaimArm {
  readonly name: string;
  /** Finished runs, in order of seed. */
  readonly runs: ReadonlyArray<{ readonly seed: number; readonly values: ClaimValues }>;
  /** By column; without those that no run has. */
  readonly numbers: Readonly<Record<string, ClaimNumber>>;
}

/** A claim, and what the runs say of it. */
export interface ClaimFinding {
  readonly claim: SweepClaim;
  /** In the claim's order; one that has not run has no runs. */
  readonly arms: readonly ClaimArm[];
  readonly outcomes: readonly ExpectationOutcome[];
  /** Undefined without a finished run. */
  readonly evidence: ClaimEvidence | undefined;
}

/**
 * Holds the runs of a sweep against a claim.
 *
 * @param runs - the finished runs of the sweep, in its order.
 * @throws DataError if a log cannot give what the claim is told by.
 */
export async function findClaim(
  fs: FileSystem,
  claim: SweepClaim,
  runs: readonly ClaimRun[],
): Promise<ClaimFinding> {
  const own = claim.arms.flatMap((arm) => runs.filter((run) => run.arm === arm));
  const [first, ...others] = own;
  const found = first === undefined ? undefined : await claimNumbers(fs, claim, [first, ...others]);
  const arms = claim.arms.map((name): ClaimArm => {
    const ofArm = own.flatMap((run, i) =>
      run.arm === name ? [{ seed: run.seed, values: found?.values[i] ?? {} }] : [],
    );
    return { name, runs: ofArm, numbers: numbersOf(ofArm.map(({ values }) => values)) };
  });
  const outcomes = claim.expects.map((one) =>
    judgeExpectation(one, (name) =>
      valuesOf(
        arms.find((arm) => arm.name === name),
        one.in,
      ),
    ),
  );
  return { claim, arms, outcomes, evidence: found?.evidence };
}

function numbersOf(runs: readonly ClaimValues[]): ClaimArm["numbers"] {
  const keys = new Set(runs.flatMap((values) => Object.keys(values)));
  return Object.fromEntries(
    [...keys].flatMap((key) => {
      const values = Float64Array.from(
        runs.flatMap((run) => run[key] ?? []).filter(Number.isFinite),
      );
      if (values.length === 0) return [];
      return [[key, { ...sumOfMeans([{ weight: 1, values }]), n: values.length }]];
    }),
  );
}

const valuesOf = (arm: ClaimArm | undefined, key: string): RunValue[] =>
  (arm?.runs ?? []).flatMap(({ seed, values }) => {
    const value = values[key];
    return value === undefined || !Number.isFinite(value) ? [] : [{ seed, stratum: "", value }];
  });
