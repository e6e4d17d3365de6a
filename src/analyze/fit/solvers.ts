/** The classical methods as one table: data and a law in, parameters with covariances out; knows no intervals. */
import { ConfigError } from "../../base/errors.ts";
import { descend } from "./damped-descent.ts";
import { fitDeming, type NoiseMatrix, noiseOfRatio } from "./deming.ts";
import { gaussNewtonStep } from "./gauss-newton.ts";
import { heldParameters, lawProblem } from "./law-problem.ts";
import type { Law } from "./laws.ts";
import { type LeastSquaresProblem, holdParameters } from "./least-squares-problem.ts";
import { leastSquares } from "./least-squares.ts";
import { neweyWestCovariance, neweyWestLag } from "./newey-west.ts";
import { jointNoise } from "./noise.ts";
import type { DegenerateReason, FitMethod } from "./result.ts";
import { sigmoidDoubts } from "./sigmoid-doubts.ts";
import { defaultSigmoidGrid, fitSigmoidGrid, type SigmoidGrid } from "./sigmoid-grid.ts";

/** What is to be fitted, and the choices that some methods need. */
export interface FitTask {
  readonly law: Law;
  /** [n]. */
  readonly x: Float64Array;
  /** [n]. */
  readonly y: Float64Array;
  /** Parameters held at a value, by name. */
  readonly fixed: Readonly<Record<string, number>>;
  /** Limits in place of the law's own, by name. */
  readonly bounds: Readonly<Record<string, readonly [number, number]>>;
  readonly noiseRatio: number | undefined;
  readonly grid: SigmoidGrid | undefined;
}

/** Parameters with what is known of their errors. Matrices are [p × p], row-major, 0 for held parameters. */
export interface Solution {
  readonly status: "converged" | "max-iterations";
  /** [p], in the law's order. */
  readonly values: Float64Array;
  /** Indices of the parameters that were fitted. */
  readonly free: readonly number[];
  readonly covariance: Float64Array;
  readonly neweyWest: Float64Array;
  readonly warnings: readonly string[];
  /** The same fit of other data of the same length, from where this one ended. */
  readonly refit: (x: Float64Array, y: Float64Array) => Float64Array | undefined;
}

/** Why there is no solution. */
export interface Obstacle {
  readonly reason: DegenerateReason;
  readonly explanation: string;
}

/** Methods that need no instrument. */
export type ClassicalMethod = Exclude<FitMethod, "iv">;

/** All of them. */
export const solvers: { readonly [K in ClassicalMethod]: (task: FitTask) => Solution | Obstacle } =
  {
    ols: solveLinear,
    lm: solveByDescent,
    deming: solveByDeming,
    grid: solveByGrid,
  };

/** A resampled series has its minimum near that of the series itself. */
const REFIT = { damping: 1e-3, maxIterations: 100 };

function unfit(method: ClassicalMethod, law: Law, advice: string): ConfigError {
  return new ConfigError("method-of-law", `the method ${method} cannot fit the law ${law.kind}`, {
    fix: advice,
  });
}

/** Closed form: one orthogonal step from anywhere is exact where the law is linear. */
function solveLinear(task: FitTask): Solution | Obstacle {
  const { law, x, y } = task;
  if (!law.isLinear) throw unfit("ols", law, "use --method lm");
  const held = heldParameters(law, task.fixed);
  const solve = (otherX: Float64Array, otherY: Float64Array): Float64Array | undefined => {
    const reduced = holdParameters(lawProblem(law, otherX, otherY), held);
    const origin = new Float64Array(reduced.free.length);
    const offset = reduced.problem.model(origin);
    const newton = gaussNewtonStep(
      reduced.problem.jacobian(origin),
      otherY.map((value, i) => value - offset[i]!),
    );
    return newton && reduced.expand(newton.step);
  };
  const values = solve(x, y);
  if (values === undefined) return notIdentified(law);
  return leastSquaresSolution(task, lawProblem(law, x, y), values, { refit: solve });
}

/** Levenberg–Marquardt from the law's own starts. */
function solveByDescent(task: FitTask): Solution | Obstacle {
  const { law, x, y, bounds } = task;
  const held = heldParameters(law, task.fixed);
  const problem = lawProblem(law, x, y, bounds);
  const reduced = holdParameters(problem, held);
  const starts = law.starts(x, y).map((start) => reduced.reduce(Float64Array.from(start)));
  if (starts.length === 0) return notIdentified(law);
  const found = leastSquares(reduced.problem, starts);
  if (found.status === "degenerate" || found.bread === undefined) return notIdentified(law);
  const values = reduced.expand(found.parameters);
  const atBound = found.atBound.map((j) => {
    const name = law.parameters[reduced.free[j]!]!;
    return `${name} is at its bound ${found.parameters[j]}: the data pull beyond it, and its interval means little`;
  });
  const unfinished =
    found.status === "converged"
      ? []
      : [`no minimum was reached in ${found.iterations} steps: these are the best numbers found`];
  return leastSquaresSolution(task, problem, values, {
    status: found.status,
    warnings: [...unfinished, ...atBound, ...doubtsOf(law, values, x)],
    refit: refitNear(task, values),
  });
}

/** Errors in both variables, for a law that is a line in some t(x). */
function solveByDeming(task: FitTask): Solution | Obstacle {
  const { law, x, y, noiseRatio } = task;
  const { regressor } = law;
  if (regressor === undefined || Object.keys(task.fixed).length > 0) {
    throw unfit(
      "deming",
      law,
      "errors in both variables need a straight line with both parameters free",
    );
  }
  const t = x.map(regressor);
  const noise =
    noiseRatio === undefined ? jointNoiseMatrix(t, y) : noiseOfRatio(checkedRatio(noiseRatio));
  const solve = (otherX: Float64Array, otherY: Float64Array): Float64Array | undefined => {
    const line = fitDeming(otherX.map(regressor), otherY, noise);
    return line && Float64Array.of(-line.slope, line.intercept);
  };
  const line = fitDeming(t, y, noise);
  if (line === undefined) return notIdentified(law);
  return {
    status: "converged",
    values: Float64Array.of(-line.slope, line.intercept),
    free: [0, 1],
    covariance: ofLawParameters(line.covariance),
    neweyWest: ofLawParameters(line.neweyWest),
    warnings: [],
    refit: solve,
  };
}

/** ScaleRL's grid, for the sigmoid alone. */
function solveByGrid(task: FitTask): Solution | Obstacle {
  const { law, x, y, fixed, bounds } = task;
  if (law.kind !== "sigmoid") throw unfit("grid", law, "use --method lm");
  const { R0: startReward, ...others } = fixed;
  if (Object.keys(others).length > 0) throw unfit("grid", law, "only R0 can be held on the grid");
  const problem = lawProblem(law, x, y, bounds);
  const exponentAt = law.parameters.indexOf("B");
  const found = fitSigmoidGrid(x, y, {
    grid: task.grid ?? defaultSigmoidGrid(x, y),
    exponent: [problem.lower[exponentAt]!, problem.upper[exponentAt]!],
    ...(startReward === undefined ? {} : { startReward }),
  });
  const values = Float64Array.of(found.R0, found.A, found.B, found.C_mid);
  const warnings = sigmoidDoubts(found, x);
  if (found.isAsymptoteAtEdge) warnings.push(`A = ${found.A} is at the edge of its grid`);
  if (found.isMidpointAtEdge) warnings.push(`C_mid = ${found.C_mid} is at the edge of its grid`);
  if (found.isExponentAtBound) warnings.push(`B = ${found.B} is at its bound`);
  return leastSquaresSolution(task, problem, values, { warnings, refit: refitNear(task, values) });
}

/**
 * Levenberg–Marquardt of other data from where the fit ended, and from their own best start where that is far away.
 *
 * Where the data hardly determine the law the minimum lies in a flat valley; the best point of two walks then stands
 * for it, so that one replicate in a hundred does not cost more than all others.
 */
function refitNear(task: FitTask, values: Float64Array): Solution["refit"] {
  const { law, fixed, bounds } = task;
  const held = heldParameters(law, fixed);
  // The limits are those of the data at hand: a resampled series must not move them.
  const { lower, upper } = lawProblem(law, task.x, task.y, bounds);
  return (x, y) => {
    const reduced = holdParameters({ ...lawProblem(law, x, y), lower, upper }, held);
    let found = descend(reduced.problem, reduced.reduce(values), REFIT);
    const [own] = found.status === "converged" ? [] : law.starts(x, y);
    if (own !== undefined) {
      const other = descend(reduced.problem, reduced.reduce(Float64Array.from(own)), REFIT);
      if (other.rss < found.rss) found = other;
    }
    return found.status === "degenerate" ? undefined : reduced.expand(found.parameters);
  };
}

/** Covariances of least squares at a point: s² (JᵀJ)⁻¹ and its Newey–West form. */
function leastSquaresSolution(
  task: FitTask,
  problem: LeastSquaresProblem,
  values: Float64Array,
  rest: Pick<Solution, "refit"> & Partial<Pick<Solution, "status" | "warnings">>,
): Solution | Obstacle {
  const reduced = holdParameters(problem, heldParameters(task.law, task.fixed));
  const { free } = reduced;
  const model = problem.model(values);
  const residuals = task.y.map((value, i) => value - model[i]!);
  const jacobian = reduced.problem.jacobian(reduced.reduce(values));
  const bread = gaussNewtonStep(jacobian, residuals)?.bread;
  if (bread === undefined) return notIdentified(task.law);
  const n = residuals.length;
  const rss = residuals.reduce((sum, residual) => sum + residual ** 2, 0);
  const variance = rss / (n - free.length);
  const p = values.length;
  return {
    status: "converged",
    warnings: [],
    ...rest,
    values,
    free,
    covariance: embed(
      bread.map((value) => value * variance),
      free,
      p,
    ),
    neweyWest: embed(neweyWestCovariance(jacobian, residuals, bread, neweyWestLag(n)), free, p),
  };
}

function notIdentified(law: Law): Obstacle {
  return {
    reason: "not-identified",
    explanation: `these data do not determine ${law.parameters.join(", ")}: several values fit equally well`,
  };
}

function doubtsOf(
  law: Law,
  [R0 = 0, A = 0, B = 0, C_mid = 0]: Float64Array,
  x: Float64Array,
): string[] {
  return law.kind === "sigmoid" ? sigmoidDoubts({ R0, A, B, C_mid }, x) : [];
}

function checkedRatio(ratio: number): number {
  if (ratio > 0 && Number.isFinite(ratio)) return ratio;
  throw new ConfigError(
    "noise-ratio",
    `the ratio of the noise variances, reward over regressor, must be above 0, got ${ratio}`,
  );
}

function jointNoiseMatrix(t: Float64Array, y: Float64Array): NoiseMatrix {
  const noise = jointNoise(t, y);
  return { x: noise.x.variance, y: noise.y.variance, covariance: noise.covariance };
}

/** Covariance of (a, b) = (−slope, intercept) from that of (intercept, slope). */
function ofLawParameters([ii = 0, is = 0, , ss = 0]: Float64Array): Float64Array {
  return Float64Array.of(ss, -is, -is, ii);
}

/** A matrix over the free parameters within one over all of them. */
function embed(matrix: Float64Array, free: readonly number[], p: number): Float64Array {
  const out = new Float64Array(p * p);
  for (let i = 0; i < free.length; i += 1) {
    for (let j = 0; j < free.length; j += 1) {
      out[free[i]! * p + free[j]!] = matrix[i * free.length + j]!;
    }
  }
  return out;
}
