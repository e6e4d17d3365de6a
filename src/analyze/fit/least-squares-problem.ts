/** What least squares needs to know of a model, whole or with some parameters held; knows no law and no solver. */
import { columnsOf } from "./jacobian-columns.ts";

/** A model of n points with p parameters. */
export interface LeastSquaresProblem {
  /** [n], the values to meet. */
  readonly observed: Float64Array;
  /** Model values [n]; not finite where the model is not defined. */
  readonly model: (parameters: Float64Array) => Float64Array;
  /** [n × p], row-major: derivative of each model value by each parameter. */
  readonly jacobian: (parameters: Float64Array) => Float64Array;
  /** [p] each; ±Infinity where there is no bound. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** A problem in fewer parameters, and the way between the two. */
export interface ReducedProblem {
  readonly problem: LeastSquaresProblem;
  /** Indices of the parameters that still move. */
  readonly free: readonly number[];
  /** Free values [f] to all values [p]. */
  readonly expand: (values: Float64Array) => Float64Array;
  /** All values [p] to the free ones [f]. */
  readonly reduce: (values: Float64Array) => Float64Array;
}

/**
 * Holds some parameters of a problem at given values.
 *
 * @param problem - in p parameters.
 * @param held - index to value; may be empty.
 */
export function holdParameters(
  problem: LeastSquaresProblem,
  held: ReadonlyMap<number, number>,
): ReducedProblem {
  const p = problem.lower.length;
  const free = Array.from({ length: p }, (_, j) => j).filter((j) => !held.has(j));
  const template = Float64Array.from({ length: p }, (_, j) => held.get(j) ?? 0);
  const reduce = (values: Float64Array): Float64Array => Float64Array.from(free, (j) => values[j]!);
  const expand = (values: Float64Array): Float64Array => {
    const all = template.slice();
    for (let j = 0; j < free.length; j += 1) all[free[j]!] = values[j]!;
    return all;
  };
  return {
    free,
    reduce,
    expand,
    problem: {
      observed: problem.observed,
      model: (values) => problem.model(expand(values)),
      jacobian: (values) => columnsOf(problem.jacobian(expand(values)), p, free),
      lower: reduce(problem.lower),
      upper: reduce(problem.upper),
    },
  };
}
