/** Fits a NIST dataset from one of its starts and counts the digits that agree with the certified ones. */
import { leastSquares } from "../../src/analyze/fit/least-squares.ts";
import type { LeastSquaresProblem } from "../../src/analyze/fit/least-squares-problem.ts";
import { ConfigError } from "../../src/base/errors.ts";
import { nistModels } from "./models.ts";
import type { NistDataset } from "./read-dataset.ts";

/** How near a fit came. */
export interface NistScore {
  readonly status: "converged" | "max-iterations" | "degenerate";
  readonly iterations: number;
  /** Log relative error of the worst parameter: the number of correct significant digits, at most 11. */
  readonly parameterDigits: number;
  /** The same of the worst standard deviation; 0 where there is none. */
  readonly deviationDigits: number;
}

/** Digits to which the certified values are given. */
const CERTIFIED_DIGITS = 11;

function digits(got: number, certified: number): number {
  const relative = Math.abs(got - certified) / Math.abs(certified);
  return Math.min(Math.max(-Math.log10(relative), 0), CERTIFIED_DIGITS);
}

/**
 * A dataset as a least-squares problem without bounds.
 *
 * @throws {@link ConfigError} for a dataset whose model is not written down.
 */
export function nistProblem({ name, parameters, x, y }: NistDataset): LeastSquaresProblem {
  const model = nistModels[name];
  if (model === undefined) throw new ConfigError("nist-model", `there is no model for ${name}`);
  const p = parameters.length;
  return {
    observed: y,
    model: (b) => Float64Array.from(x, (row) => model(b, row)[0]),
    jacobian: (b) => Float64Array.from(x.flatMap((row) => model(b, row)[1])),
    lower: new Float64Array(p).fill(Number.NEGATIVE_INFINITY),
    upper: new Float64Array(p).fill(Number.POSITIVE_INFINITY),
  };
}

/**
 * Fits from one certified start, and from no other.
 *
 * @param dataset - a dataset.
 * @param start - 0: the far one; 1: the near one.
 */
export function fitNistDataset(dataset: NistDataset, start: 0 | 1): NistScore {
  const { parameters, y } = dataset;
  const p = parameters.length;
  const from = Float64Array.from(parameters, ({ starts }) => starts[start]);
  const found = leastSquares(nistProblem(dataset), [from]);
  const variance = found.rss / (y.length - p);
  const { bread } = found;
  return {
    status: found.status,
    iterations: found.iterations,
    parameterDigits: Math.min(
      ...parameters.map(({ value }, j) => digits(found.parameters[j]!, value)),
    ),
    deviationDigits:
      bread === undefined
        ? 0
        : Math.min(
            ...parameters.map(({ standardDeviation }, j) =>
              digits(Math.sqrt(variance * bread[j * p + j]!), standardDeviation),
            ),
          ),
  };
}
