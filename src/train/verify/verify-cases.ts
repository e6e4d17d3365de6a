/** Runs cases of another trainer through our losses and estimators, and measures how far apart the two are. */
import { DataError, ShapeError } from "../../base/errors.ts";
import { computeAdvantages } from "../advantage/advantages.ts";
import { type AdvantageCase, type CaseFile, caseName, type LossCase } from "./case-file.ts";
import { type Comparison, largestErrors, type LargestErrors } from "./case-errors.ts";
import { computeLossCase } from "./loss-case.ts";
import { inFloat64, type RunFunction } from "./run-function.ts";
import { estimatorNamed, lossNamed } from "./verl-names.ts";

/** The largest errors of one case. */
export interface CaseErrors extends LargestErrors {
  readonly kind: "loss" | "advantage";
  /** Place in its list of the file, from 0. */
  readonly index: number;
  /** The other trainer's name of the loss or the estimator. */
  readonly name: string;
}

/** All cases in the order of the file, losses first. */
export interface Verification {
  readonly source: string | undefined;
  readonly cases: readonly CaseErrors[];
  /** The case with the largest relative error. */
  readonly worst: CaseErrors | undefined;
}

async function lossErrors(given: LossCase, index: number, run: RunFunction): Promise<CaseErrors> {
  const name = given.loss_mode;
  const config = lossNamed(given, caseName("losses", index, name));
  const { loss, gradient, covariance } = await computeLossCase(given, config, run);
  const { expected, response_mask: mask } = given;
  const comparisons: Comparison[] = [
    { quantity: "loss", expected: [expected.loss], found: [loss] },
    { quantity: "gradient", expected: expected.grad_log_prob.values, found: gradient },
  ];
  const wanted = expected.token_covariance;
  if (wanted !== null && wanted !== undefined) {
    const compared = { expected: wanted.values, found: covariance, where: mask.values };
    comparisons.push({ quantity: "token covariance", ...compared });
  }
  return { kind: "loss", index, name, ...largestErrors(comparisons) };
}

/** Groups may be named by anything. */
function groupNumbers(group: readonly (number | string)[]): Int32Array {
  const numbers = new Map<number | string, number>();
  for (const id of group) if (!numbers.has(id)) numbers.set(id, numbers.size);
  return Int32Array.from(group, (id) => numbers.get(id) ?? 0);
}

function advantageErrors(given: AdvantageCase, index: number): CaseErrors {
  const name = given.estimator;
  const called = caseName("advantages", index, name);
  const config = estimatorNamed(given, called);
  const { expected, response_mask: mask } = given;
  try {
    const { advantages, returns } = computeAdvantages(
      {
        rewards: given.token_level_rewards,
        mask,
        group: groupNumbers(given.group),
        values: given.values ?? undefined,
        baseline: given.reward_baselines ? Float64Array.from(given.reward_baselines) : undefined,
      },
      config,
    );
    const where = mask.values;
    const comparisons: Comparison[] = [
      {
        quantity: "advantages",
        expected: expected.advantages.values,
        found: advantages.values,
        where,
      },
    ];
    if (expected.returns !== null && expected.returns !== undefined) {
      const compared = { expected: expected.returns.values, found: returns.values, where };
      comparisons.push({ quantity: "returns", ...compared });
    }
    return { kind: "advantage", index, name, ...largestErrors(comparisons) };
  } catch (cause) {
    if (!(cause instanceof ShapeError)) throw cause;
    throw new DataError("case-shape", `${called}: ${cause.message}`, { cause });
  }
}

/**
 * Runs all cases.
 *
 * **Details** Losses are computed in two passes as in a run, selections in row-major order. Advantages, returns and
 * covariances are compared where the mask is 1; the gradient everywhere, since it must be 0 elsewhere.
 *
 * @param run - how tensor functions are run; in float64 if left out.
 * @throws {@link DataError} for a case that names what we do not have, or lacks what its estimator needs.
 */
export async function verifyCases(
  { source, losses, advantages }: CaseFile,
  run: RunFunction = inFloat64,
): Promise<Verification> {
  const cases: CaseErrors[] = [];
  for (const [index, given] of losses.entries()) cases.push(await lossErrors(given, index, run));
  for (const [index, given] of advantages.entries()) cases.push(advantageErrors(given, index));
  const [worst] = cases.toSorted((one, other) => other.maxRelError - one.maxRelError);
  return { source, cases, worst };
}
