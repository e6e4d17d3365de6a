/** The one door to ml-levenberg-marquardt: damped steps of a scaled problem; knows no law and no stopping rule. */
import { levenbergMarquardt } from "ml-levenberg-marquardt";

/** A model about one point, as the library is to see it. */
export interface Linearisation {
  /** [n], the values to meet. */
  readonly observed: Float64Array;
  /** [p], where steps start. */
  readonly parameters: Float64Array;
  /** [n], model values there. */
  readonly fitted: Float64Array;
  /** [n × p], row-major: derivative of the model there. */
  readonly jacobian: Float64Array;
  /** [p], > 0: typical length of each Jacobian column; a step is damped in units of its inverse. */
  readonly scale: Float64Array;
  /** [p] each; ±Infinity where there is no bound. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Model values [n] at any parameters; not finite where the model is not defined. */
  readonly model: (parameters: Float64Array) => Float64Array;
}

/**
 * Takes one Levenberg–Marquardt step.
 *
 * @param damping - > 0; small: Gauss–Newton, large: a short step downhill.
 * @returns [p], parameters with a smaller residual sum of squares, or undefined where the step found none.
 */
export type DampedStep = (damping: number) => Float64Array | undefined;

/**
 * Makes steps from one point.
 *
 * The library damps with a bare multiple of the identity, never takes back a bad step, and stops only at an absolute
 * error. So it is asked for one step at a time, in variables in which the Jacobian's columns have unit length, and
 * whoever calls decides on damping and on when to stop.
 *
 * @param at - the model about the point.
 */
export function makeDampedStep(at: Linearisation): DampedStep {
  const { observed, scale, model } = at;
  const p = scale.length;
  const scaled = (values: Float64Array): number[] =>
    Array.from(values, (value, j) => value * scale[j]!);
  const unscaled = (values: readonly number[]): Float64Array =>
    Float64Array.from(values, (value, j) => value / scale[j]!);

  const start = scaled(at.parameters);
  const isStart = (values: readonly number[]): boolean =>
    values.every((value, j) => value === start[j]);
  const data = { x: observed.map((_, row) => row), y: observed }; // x is the row: the model knows its own x
  const gradients: number[][] = [];
  for (let i = 0; i < observed.length; i += 1) {
    const gradient: number[] = [];
    for (let j = 0; j < p; j += 1) gradient.push(at.jacobian[i * p + j]! / scale[j]!);
    gradients.push(gradient);
  }
  const options = {
    initialValues: start,
    maxIterations: 1,
    errorTolerance: 0,
    // Left out, the library's bounds are ±2⁵³.
    minValues: scaled(at.lower),
    maxValues: scaled(at.upper),
    jacobianFunction: () => (row: number) => gradients[row] ?? [],
  };
  const evaluate = (values: number[]): ((row: number) => number) => {
    // The library asks for the start twice a step.
    const fitted = isStart(values) ? at.fitted : model(unscaled(values));
    return (row) => fitted[row]!;
  };
  return (damping) => {
    const { parameterValues } = levenbergMarquardt(data, evaluate, { ...options, damping });
    return isStart(parameterValues) ? undefined : unscaled(parameterValues);
  };
}
