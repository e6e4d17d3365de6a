/** Non-linear least squares with bounds, from one start or many; knows no law, only a model and its derivatives. */
import { ConfigError } from "../../base/errors.ts";
import { descend, type Descent } from "./damped-descent.ts";
import { gaussNewtonStep } from "./gauss-newton.ts";
import type { LeastSquaresProblem } from "./least-squares-problem.ts";

/** The best point found over all starts. */
export interface LeastSquaresResult extends Descent {
  /** [p × p], row-major, (JᵀJ)⁻¹ at the parameters, bounds ignored; undefined where the derivatives are dependent. */
  readonly bread: Float64Array | undefined;
}

const MAX_ITERATIONS = 2000;
// A first step that trusts the linearisation, a cautious one, a short one downhill.
const FIRST_DAMPINGS = [1e-3, 1, 1e3];

/**
 * Minimises the sum of squared residuals.
 *
 * All starts are descended from; where none of them reaches a minimum, again with more cautious first steps. Of the
 * points reached, a minimum beats what is not one, then the smaller sum of squares.
 *
 * @param problem - model, derivatives and bounds.
 * @param starts - at least one vector [p].
 * @param maxIterations - steps tried from one start, good or bad.
 * @throws {@link ConfigError} without a start.
 */
export function leastSquares(
  problem: LeastSquaresProblem,
  starts: ReadonlyArray<Float64Array>,
  maxIterations = MAX_ITERATIONS,
): LeastSquaresResult {
  let best: Descent | undefined;
  for (const damping of FIRST_DAMPINGS) {
    for (const start of starts) {
      const descent = descend(problem, start, { damping, maxIterations });
      if (best === undefined || isBetter(descent, best)) best = descent;
    }
    if (best?.status === "converged") break;
  }
  if (best === undefined) {
    throw new ConfigError("no-start", "least squares needs at least one start, got none");
  }
  const jacobian = problem.jacobian(best.parameters);
  // The residuals do not matter here: only the triangle of the Jacobian is wanted.
  const bread = gaussNewtonStep(jacobian, new Float64Array(problem.observed.length))?.bread;
  return { ...best, bread };
}

const RANK = { converged: 0, "max-iterations": 1, degenerate: 2 } as const;

function isBetter(left: Descent, right: Descent): boolean {
  const byStatus = RANK[left.status] - RANK[right.status];
  return byStatus === 0 ? left.rss < right.rss : byStatus < 0;
}
