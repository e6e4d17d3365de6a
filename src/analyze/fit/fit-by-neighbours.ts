/** The default fit of the entropy law, R = b − a e^H with noise in H; knows no verdict, no file and no other form. */
import { goodnessOfFit } from "./criteria.ts";
import { LAW_FORM, transformEntropy } from "./entropy-form.ts";
import { formLine } from "./form-lines.ts";
import { chooseNeighbourhood, minimumRows, type Neighbourhood } from "./instrument.ts";
import {
  neweyWestError,
  slopeVariance,
  valueAt,
  weightsAt,
  type InstrumentalLine,
} from "./instrumental-line.ts";
import { isConstant } from "./line.ts";
import type { DegenerateFit, DegenerateReason, SolvedFit } from "./result.ts";
import { estimateWith } from "./sandwich.ts";

/** A fit by two-stage least squares, with what its intervals rest on. */
export interface NeighbourFit extends SolvedFit {
  readonly law: "entropy";
  readonly method: "iv";
  /** Signed strength of the instrument; below 10 the slope is not identified. */
  readonly firstStageF: number;
  /** Degrees of freedom of the intervals. */
  readonly dof: number;
  /** Autocorrelation of neighbouring block means of the residuals. */
  readonly phi: number;
  /** Which neighbours the instrument is the mean of. */
  readonly neighbourhood: Neighbourhood;
  /** The line reward = ceiling − a (e^H − 1) itself, for what is derived from it. */
  readonly line: InstrumentalLine;
}

/** Options of {@link fitByNeighbours}. */
export interface NeighbourOptions {
  /** Which neighbours to use; left out: chosen from the noise of entropy. */
  readonly neighbourhood?: Neighbourhood;
}

/** Entropy at which e^H − 1 is 0, where the line takes its ceiling; and e^0, by which b lies above it. */
const SPENT = { regressor: 0, b: -1 } as const;
const LAW_PARAMETERS = 2;
/** The sandwich wants at least two rows in each of its blocks, and more blocks than parameters. */
const MIN_ROWS = 8;

function degenerate(n: number, reason: DegenerateReason, explanation: string): DegenerateFit {
  return { status: "degenerate", law: "entropy", method: "iv", n, reason, explanation };
}

/** Why the series cannot be fitted, or undefined. */
function obstacle(
  x: Float64Array,
  reward: Float64Array,
  neighbourhood: Neighbourhood,
): DegenerateFit | undefined {
  const n = x.length;
  const needed = Math.max(MIN_ROWS, minimumRows(neighbourhood));
  if (n < needed) {
    return degenerate(n, "too-few-points", `a fit needs at least ${needed} steps, got ${n}`);
  }
  if (!x.every(Number.isFinite) || !reward.every(Number.isFinite)) {
    return degenerate(n, "not-finite", "e^H and reward must be finite at every step");
  }
  if (isConstant(x)) {
    return degenerate(
      n,
      "constant-x",
      `entropy is the same at all ${n} steps: no slope can be seen`,
    );
  }
  return undefined;
}

/** Puts the line into the law's own parameters. */
function lawFit(
  line: InstrumentalLine,
  reward: Float64Array,
  neighbourhood: Neighbourhood,
): NeighbourFit {
  const { dof, phi } = line.noise;
  const varianceA = slopeVariance(line);
  const top = valueAt(line, SPENT.regressor);
  const b = valueAt(line, SPENT.b);
  // Chosen so that Var(b − a) is the variance of the ceiling exactly.
  const covarianceAB = (varianceA + b.variance - top.variance) / 2;
  const fitted = reward.map((value, i) => value - line.residuals[i]!);
  return {
    status: "converged",
    law: "entropy",
    method: "iv",
    n: reward.length,
    parameters: {
      a: {
        ...estimateWith(-line.slope, varianceA, dof),
        neweyWestSe: neweyWestError(line, line.weights),
      },
      b: {
        ...estimateWith(b.value, b.variance, dof),
        neweyWestSe: neweyWestError(line, weightsAt(line, SPENT.b)),
      },
    },
    covariance: Float64Array.of(varianceA, covarianceAB, covarianceAB, b.variance),
    ceiling: {
      ...estimateWith(top.value, top.variance, dof),
      neweyWestSe: neweyWestError(line, weightsAt(line, SPENT.regressor)),
    },
    goodness: goodnessOfFit(reward, fitted, LAW_PARAMETERS),
    fitted,
    warnings: [],
    firstStageF: line.firstStageF,
    dof,
    phi,
    neighbourhood,
    line,
  };
}

/**
 * Fits R = b − a e^H with the mean of each step's neighbours as the instrument for its e^H.
 *
 * **Details** Measured entropy is noisy, and least squares then finds a slope that is too small, up to fourfold on
 * public logs. The trend of e^H is shared with the neighbours, the noise of a batch is not. No size of the noise need
 * be known; it may differ from step to step and may correlate between entropy and reward of one batch.
 *
 * **Gotchas** R² and the criteria are those of the fitted line on the raw steps: noise in entropy makes them worse
 * than those of least squares, whose slope is nevertheless the wrong one.
 *
 * @param entropy - [n], nats, finite, in order of step.
 * @param reward - [n].
 */
export function fitByNeighbours(
  entropy: Float64Array,
  reward: Float64Array,
  options: NeighbourOptions = {},
): NeighbourFit | DegenerateFit {
  const x = transformEntropy(LAW_FORM, entropy);
  const neighbourhood = options.neighbourhood ?? chooseNeighbourhood(x);
  const trouble = obstacle(x, reward, neighbourhood);
  if (trouble !== undefined) return trouble;
  const line = formLine(LAW_FORM, entropy, reward, neighbourhood);
  if (line === undefined) {
    const explanation = "the neighbours of a step say nothing about its entropy";
    return degenerate(x.length, "constant-x", explanation);
  }
  return lawFit(line, reward, neighbourhood);
}
