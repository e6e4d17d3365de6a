/** Profile-likelihood intervals: how far a parameter can be pushed while the others do their best; knows no law. */
import { descend } from "./damped-descent.ts";
import { gaussNewtonStep } from "./gauss-newton.ts";
import { columnsOf } from "./jacobian-columns.ts";
import { holdParameters, type LeastSquaresProblem } from "./least-squares-problem.ts";
import { tQuantile } from "./student-t.ts";

/** A fitted problem and which of its parameters to push. */
export interface ProfileTask {
  readonly problem: LeastSquaresProblem;
  /** [p], the minimum. */
  readonly values: Float64Array;
  readonly rss: number;
  /** Which parameter. */
  readonly index: number;
  /** Its standard error, which sets the first step. */
  readonly se: number;
}

/** The best fit with the parameter held. */
interface ProfilePoint {
  /** [p]. */
  readonly values: Float64Array;
  /** Root of the rise of the sum of squares in units of the residual variance: ± t at the ends of the interval. */
  readonly root: number;
}

const DESCENT = { damping: 1e-3, maxIterations: 100 };
/** First steps out, in units of the distance at which a straight profile would end: a curved one needs care. */
const FIRST_STEP = 0.25;
const STEP_GROWTH = 2;
const MAX_STEPS_OUT = 15; // 4096 times that distance: a profile that low for so long is flat
const MAX_REFINEMENTS = 30;
const ROOT_TOLERANCE = 1e-6; // of t, far below the third figure that is printed

/**
 * The two-sided 95 % interval of all values whose best fit is not significantly worse:
 * RSS(θ) ≤ RSS (1 + t² / (n − p)).
 *
 * Unlike value ± t se it follows the curvature of the law, and is open where the data do not bound the parameter.
 *
 * @returns an end is ±Infinity where the profile stays below the threshold as far as the parameter may go. The other
 * parameters keep to their bounds.
 * @see Bates and Watts, Nonlinear Regression Analysis and Its Applications (1988), section 6.1.
 */
export function profileInterval95(task: ProfileTask): readonly [number, number] {
  const { problem, values, rss, index, se } = task;
  const dof = problem.observed.length - values.length;
  const estimate = values[index]!;
  if (!(rss > 0) || !(se > 0)) return [estimate, estimate];
  const t = tQuantile(0.975, dof);
  return [endOf(task, t, -t * se), endOf(task, t, t * se)];
}

/** Best fit with the parameter held at a value, found from a neighbouring one along the tangent of the path. */
function profileAt(task: ProfileTask, from: ProfilePoint, value: number): ProfilePoint {
  const { problem, index, rss } = task;
  const p = from.values.length;
  const reduced = holdParameters(problem, new Map([[index, value]]));
  const jacobian = problem.jacobian(from.values);
  const own = columnsOf(jacobian, p, [index]);
  const change = value - from.values[index]!;
  // The others make up for the change as well as the tangent plane allows: J_free δ ≈ −j_index × change.
  const tangent =
    reduced.free.length === 0
      ? undefined
      : gaussNewtonStep(
          columnsOf(jacobian, p, reduced.free),
          own.map((derivative) => -derivative * change),
        );
  const near = reduced.reduce(from.values);
  const ahead = tangent && near.map((other, j) => other + tangent.step[j]!);
  let found = descend(reduced.problem, ahead ?? near, DESCENT);
  if (found.status !== "converged" && ahead !== undefined) {
    const other = descend(reduced.problem, near, DESCENT);
    if (other.rss < found.rss) found = other;
  }
  const variance = rss / (problem.observed.length - p);
  return {
    values: reduced.expand(found.parameters),
    root: Math.sqrt(Math.max(found.rss - rss, 0) / variance),
  };
}

/** Walks out in growing steps until the profile is too high, then closes in on where it crosses. */
function endOf(task: ProfileTask, t: number, reach: number): number {
  const { problem, index } = task;
  const limit = reach > 0 ? problem.upper[index]! : problem.lower[index]!;
  const estimate = task.values[index]!;
  const open = Math.sign(reach) * Number.POSITIVE_INFINITY;
  let inside: ProfilePoint = { values: task.values, root: 0 };
  let outside: ProfilePoint | undefined;
  let step = FIRST_STEP * reach;
  for (let i = 0; i < MAX_STEPS_OUT && outside === undefined; i += 1) {
    const at = inside.values[index]!;
    if (at === limit) return open;
    const next = Math.abs(limit - at) < Math.abs(step) ? limit : at + step;
    const point = profileAt(task, inside, next);
    if (point.root > t) outside = point;
    else inside = point;
    step *= STEP_GROWTH;
  }
  if (outside === undefined) return open;

  // The root is nearly straight in the parameter, so that interpolation closes in; a bisection now and then is a guard.
  for (let i = 0; i < MAX_REFINEMENTS; i += 1) {
    const low = inside.values[index]!;
    const high = outside.values[index]!;
    const share: number = i % 3 === 2 ? 0.5 : (t - inside.root) / (outside.root - inside.root);
    const middle = profileAt(task, inside, low + share * (high - low));
    if (middle.root > t) outside = middle;
    else inside = middle;
    const isClose = Math.abs(middle.root - t) <= ROOT_TOLERANCE * t;
    const isNarrow = Math.abs(high - low) <= ROOT_TOLERANCE * Math.abs(low - estimate);
    if (isClose || isNarrow) return middle.values[index]!;
  }
  return inside.values[index]!;
}
