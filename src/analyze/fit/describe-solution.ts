/** Turns solved parameters into the fit that is reported: estimates, ceiling, goodness; knows no method of solving. */
import { makeRng } from "../../base/random.ts";
import { goodnessOfFit } from "./criteria.ts";
import { heldParameters, lawProblem } from "./law-problem.ts";
import { holdParameters } from "./least-squares-problem.ts";
import { bootstrapLine, bootstrapRows, percentileInterval95 } from "./moving-block-bootstrap.ts";
import { profileInterval95 } from "./profile-interval.ts";
import type { Estimate, SolvedFit } from "./result.ts";
import type { ClassicalMethod, FitTask, Solution } from "./solvers.ts";
import { tInterval95 } from "./student-t.ts";

/** Which intervals to give beside value ± t × se. */
export interface DescriptionOptions {
  readonly method: ClassicalMethod;
  /** Replicates of the moving-block bootstrap; 0: none. */
  readonly bootstrap: number;
  readonly seed: number;
  readonly profile: boolean;
}

/** Share of bootstrap series that may give no fit before it is worth a warning. */
const FAILED_SHARE = 0.05;

/**
 * Everything that is said of a solution.
 *
 * @param task - what was fitted.
 * @param solution - what was found.
 * @param options - which intervals.
 */
export function describeSolution(
  task: FitTask,
  solution: Solution,
  options: DescriptionOptions,
): SolvedFit {
  const { law, x, y } = task;
  const { values, free } = solution;
  const n = x.length;
  const p = values.length;
  const fitted = x.map((at) => law.value(values, at));
  const goodness = goodnessOfFit(y, fitted, free.length);
  const draws = options.bootstrap > 0 ? bootstrapDraws(task, solution, options) : [];

  const estimate = (weights: readonly number[]): Estimate => {
    const value = weightedSum(weights, values);
    const se = Math.sqrt(quadraticForm(solution.covariance, weights));
    const ci95 = tInterval95(value, se, n - free.length);
    const profile95 = options.profile
      ? profileOf(weights, { task, solution, rss: goodness.rss, method: options.method, ci95 })
      : undefined;
    const bootstrap95 = percentileInterval95(weightedDraws(weights, draws));
    return {
      value,
      se,
      ci95,
      neweyWestSe: Math.sqrt(quadraticForm(solution.neweyWest, weights)),
      ...(profile95 && { profile95 }),
      ...(bootstrap95 && { bootstrap95 }),
    };
  };
  const unit = (index: number): number[] =>
    Array.from({ length: p }, (_, j) => Number(j === index));
  const { ceilingWeights } = law;
  return {
    status: solution.status,
    law: law.kind,
    method: options.method,
    n,
    parameters: Object.fromEntries(law.parameters.map((name, j) => [name, estimate(unit(j))])),
    covariance: solution.covariance,
    ceiling: ceilingWeights && estimate(ceilingWeights),
    goodness,
    fitted,
    warnings: [
      ...solution.warnings,
      ...failureWarning((draws[0]?.length ?? 0) / options.bootstrap, options.bootstrap),
    ],
  };
}

function weightedSum(weights: readonly number[], values: Float64Array): number {
  return weights.reduce((sum, weight, j) => sum + weight * values[j]!, 0);
}

/** wᵀ Σ w, never below 0 by rounding. */
function quadraticForm(matrix: Float64Array, weights: readonly number[]): number {
  const p = weights.length;
  let sum = 0;
  for (let i = 0; i < p; i += 1) {
    for (let j = 0; j < p; j += 1) sum += weights[i]! * weights[j]! * matrix[i * p + j]!;
  }
  return Math.max(sum, 0);
}

function weightedDraws(weights: readonly number[], draws: readonly Float64Array[]): Float64Array {
  const first = draws[0] ?? new Float64Array();
  return first.map((_, k) => weights.reduce((sum, weight, j) => sum + weight * draws[j]![k]!, 0));
}

/** Parameters of resampled series, [p] arrays of one length. */
function bootstrapDraws(
  { law, x, y, fixed }: FitTask,
  { refit }: Solution,
  { method, bootstrap, seed }: DescriptionOptions,
): readonly Float64Array[] {
  const plan = { replicates: bootstrap, rng: makeRng(seed, "bootstrap") };
  const isLeastSquaresLine = method === "ols" && Object.keys(fixed).length === 0;
  if (law.regressor !== undefined && isLeastSquaresLine) {
    const lines = bootstrapLine(x.map(law.regressor), y, plan);
    return [lines.slope.map((slope) => -slope), lines.intercept];
  }
  const drawnX = new Float64Array(x.length);
  const drawnY = new Float64Array(y.length);
  return bootstrapRows(x.length, plan, (rows) => {
    for (let i = 0; i < rows.length; i += 1) {
      drawnX[i] = x[rows[i]!]!;
      drawnY[i] = y[rows[i]!]!;
    }
    return refit(drawnX, drawnY);
  });
}

function failureWarning(keptShare: number, replicates: number): string[] {
  if (replicates === 0 || keptShare >= 1 - FAILED_SHARE) return [];
  const lost = Math.round((1 - keptShare) * replicates);
  return [
    `${lost} of ${replicates} bootstrap series gave no fit and were left out of its interval`,
  ];
}

/**
 * Profile interval of a weighted sum of parameters.
 *
 * Where the law is linear the profile is a parabola and gives the t interval itself; else it is made for single
 * parameters, which is what the ceilings of the other laws are. Methods that do not minimise the sum of squares have
 * no profile.
 */
function profileOf(
  weights: readonly number[],
  context: {
    readonly task: FitTask;
    readonly solution: Solution;
    readonly rss: number;
    readonly method: ClassicalMethod;
    readonly ci95: readonly [number, number];
  },
): readonly [number, number] | undefined {
  const { task, solution, rss, method, ci95 } = context;
  if (method !== "ols" && method !== "lm") return undefined;
  if (task.law.isLinear) return ci95;
  const index = weights.indexOf(1);
  const isHeld = !solution.free.includes(index);
  if (isHeld) return undefined;
  const p = solution.values.length;
  const problem = lawProblem(task.law, task.x, task.y, task.bounds);
  const reduced = holdParameters(problem, heldParameters(task.law, task.fixed));
  return profileInterval95({
    problem: reduced.problem,
    values: reduced.reduce(solution.values),
    rss,
    index: solution.free.indexOf(index),
    se: Math.sqrt(solution.covariance[index * p + index]!),
  });
}
