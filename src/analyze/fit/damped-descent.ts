/** Walks from one start to a minimum within bounds and sharpens it; knows no law and no other starts. */
import { type GaussNewtonStep, gaussNewtonStep } from "./gauss-newton.ts";
import { columnLengths, columnsOf } from "./jacobian-columns.ts";
import {
  holdParameters,
  type LeastSquaresProblem,
  type ReducedProblem,
} from "./least-squares-problem.ts";
import { makeDampedStep } from "./levenberg-marquardt.ts";

/** Where a descent ended. */
export interface Descent {
  /**
   * `converged`: a minimum within the bounds; `max-iterations`: the best point found, no minimum; `degenerate`: the
   * model is not defined at the start, or its derivatives at the end are dependent: the data do not determine all
   * parameters.
   */
  readonly status: "converged" | "max-iterations" | "degenerate";
  /** [p]. */
  readonly parameters: Float64Array;
  /** Infinity where the model is not defined at the start. */
  readonly rss: number;
  /** Steps tried, good or bad. */
  readonly iterations: number;
  /** Indices of parameters that ended on a bound with the data pulling beyond it. */
  readonly atBound: readonly number[];
}

/** How to walk. */
export interface DescentOptions {
  /** Damping of the first step; 1 is the curvature of one parameter. */
  readonly damping: number;
  /** Most steps to try. */
  readonly maxIterations: number;
}

// Distances from the minimum in standard errors: where full steps are tried first, and far below any printed figure.
const OFFSET_TOLERANCES = [1e-3, 1e-8];
// After the last sharpening, rounding may leave more than that on an ill-conditioned problem.
const ACCEPTED_OFFSET = 1e-5;
// Change of the model values by a full step, over the observed ones: where residuals vanish, the offset is all rounding.
const CHANGE_TOLERANCE = 1e-13;
// Small changes follow curved valleys; a fast fall of the damping jumps out of them and pays for the way back.
const DAMPING_DOWN = 1 / 2;
const DAMPING_UP = 2;
const MIN_DAMPING = 1e-10; // keeps the library's Cholesky positive definite in rounding
const MAX_DAMPING = 1e16; // a step damped that much changes nothing
const POLISH_STEPS = 20;

/** A point with all that is known of it. */
interface Point {
  /** [p]. */
  readonly parameters: Float64Array;
  /** [n], model values. */
  readonly fitted: Float64Array;
  readonly rss: number;
  /** [n × p]. */
  readonly jacobian: Float64Array;
  /** Parameters on a bound towards which the residuals pull: they cannot move. */
  readonly blocked: readonly number[];
  /** The problem in the parameters that can. */
  readonly reduced: ReducedProblem;
  /** [n × free]. */
  readonly freeJacobian: Float64Array;
  /** Undefined where the derivatives by the free parameters are dependent. */
  readonly newton: GaussNewtonStep | undefined;
}

function pointAt(problem: LeastSquaresProblem, parameters: Float64Array): Point {
  const fitted = problem.model(parameters);
  const residuals = problem.observed.map((value, i) => value - fitted[i]!);
  const jacobian = problem.jacobian(parameters);
  const blocked = blockedParameters(problem, parameters, downhill(jacobian, residuals));
  const reduced = holdParameters(problem, new Map(blocked.map((j) => [j, parameters[j]!])));
  const freeJacobian = columnsOf(jacobian, parameters.length, reduced.free);
  return {
    parameters,
    fitted,
    rss: residuals.reduce((sum, residual) => sum + residual ** 2, 0),
    jacobian,
    blocked,
    reduced,
    freeJacobian,
    newton: reduced.free.length === 0 ? undefined : gaussNewtonStep(freeJacobian, residuals),
  };
}

/** Jᵀr: the direction in which the sum of squares falls. */
function downhill(jacobian: Float64Array, residuals: Float64Array): Float64Array {
  const p = jacobian.length / residuals.length;
  const sum = new Float64Array(p);
  for (let i = 0; i < residuals.length; i += 1) {
    for (let j = 0; j < p; j += 1) sum[j]! += jacobian[i * p + j]! * residuals[i]!;
  }
  return sum;
}

function blockedParameters(
  { lower, upper }: LeastSquaresProblem,
  parameters: Float64Array,
  pull: Float64Array,
): number[] {
  const indices: number[] = [];
  for (let j = 0; j < parameters.length; j += 1) {
    const isPulledBelow = parameters[j]! <= lower[j]! && pull[j]! <= 0;
    const isPulledAbove = parameters[j]! >= upper[j]! && pull[j]! >= 0;
    if (isPulledBelow || isPulledAbove) indices.push(j);
  }
  return indices;
}

function clip({ lower, upper }: LeastSquaresProblem, parameters: Float64Array): Float64Array {
  return parameters.map((value, j) => Math.min(Math.max(value, lower[j]!), upper[j]!));
}

/** Whether a full Gauss–Newton step would change nothing that matters. */
function isMinimum({ newton, reduced }: Point, offsetTolerance: number): boolean {
  if (reduced.free.length === 0) return true;
  if (newton === undefined) return false;
  const size = columnLengths(reduced.problem.observed, 1)[0]!;
  return newton.relativeOffset <= offsetTolerance || newton.change <= CHANGE_TOLERANCE * size;
}

/** What is carried from step to step. */
interface WalkState {
  damping: number;
  /** Steps that may still be tried. */
  left: number;
  /** [p], the longest each column has been: a parameter that lost its influence does not run off (Moré 1978). */
  readonly reach: Float64Array;
}

/** Tries ever shorter steps until one lowers the sum of squares. */
function improve(problem: LeastSquaresProblem, point: Point, state: WalkState): Point | undefined {
  const { reduced } = point;
  const step = makeDampedStep({
    ...reduced.problem,
    parameters: reduced.reduce(point.parameters),
    fitted: point.fitted,
    jacobian: point.freeJacobian,
    scale: reduced.reduce(state.reach),
  });
  while (state.left > 0 && state.damping < MAX_DAMPING) {
    state.left -= 1;
    const better = step(state.damping);
    if (better !== undefined) {
      state.damping = Math.max(state.damping * DAMPING_DOWN, MIN_DAMPING);
      return pointAt(problem, reduced.expand(better));
    }
    state.damping *= DAMPING_UP;
  }
  return undefined;
}

/** Improves until the minimum is near, or no step helps. */
function walk(
  problem: LeastSquaresProblem,
  start: Point,
  { tolerance, state }: { tolerance: number; state: WalkState },
): Point {
  let point = start;
  while (!isMinimum(point, tolerance)) {
    const length = columnLengths(point.jacobian, point.parameters.length);
    for (let j = 0; j < length.length; j += 1) {
      state.reach[j] = Math.max(state.reach[j]!, length[j]!) || 1;
    }
    const next = improve(problem, point, state);
    if (next === undefined) break;
    point = next;
  }
  return point;
}

/**
 * Full Gauss–Newton steps as long as each lands nearer to the minimum.
 *
 * Near the minimum the sum of squares is flat to rounding and can no longer choose between points; the tangent plane
 * still can, and gives the last digits.
 */
function polish(problem: LeastSquaresProblem, start: Point): Point {
  let point = start;
  for (let i = 0; i < POLISH_STEPS && point.newton !== undefined; i += 1) {
    const { newton, reduced } = point;
    const moved = reduced.reduce(point.parameters).map((value, j) => value + newton.step[j]!);
    const next = pointAt(problem, clip(problem, reduced.expand(moved)));
    const isNearer =
      next.newton !== undefined &&
      next.blocked.length === point.blocked.length &&
      next.newton.relativeOffset < newton.relativeOffset &&
      next.rss <= point.rss * (1 + Math.sqrt(Number.EPSILON));
    if (!isNearer) break;
    point = next;
  }
  return point;
}

/**
 * Descends from one start.
 *
 * A parameter on a bound towards which the data pull is held there while the others move, so that a bound never
 * stalls the rest.
 *
 * @param problem - the model; its values at the start must be finite to get anywhere.
 * @param start - [p]; moved onto the bounds where outside.
 * @param options - how to walk.
 */
export function descend(
  problem: LeastSquaresProblem,
  start: Float64Array,
  options: DescentOptions,
): Descent {
  let point = pointAt(problem, clip(problem, start));
  if (!Number.isFinite(point.rss)) {
    return {
      status: "degenerate",
      parameters: point.parameters,
      rss: Number.POSITIVE_INFINITY,
      iterations: 0,
      atBound: [],
    };
  }
  const state: WalkState = {
    damping: options.damping,
    left: options.maxIterations,
    reach: new Float64Array(start.length),
  };
  for (const tolerance of OFFSET_TOLERANCES) {
    point = polish(problem, walk(problem, point, { tolerance, state }));
  }
  const isDetermined = point.newton !== undefined || point.reduced.free.length === 0;
  const isConverged = isMinimum(point, ACCEPTED_OFFSET);
  return {
    status: isDetermined ? (isConverged ? "converged" : "max-iterations") : "degenerate",
    parameters: point.parameters,
    rss: point.rss,
    iterations: options.maxIterations - state.left,
    atBound: point.blocked,
  };
}
