/** A scaling curve made straight: log F(R) against log C, whose slope is B; fits no sigmoid. */
import { fitLine } from "../fit/line.ts";
import type { SolvedFit } from "../fit/result.ts";
import type { ScalingInput } from "./scaling-input.ts";

/** The straightened points of one run. */
export interface ScalingLine {
  /** [m], natural logarithms. */
  readonly logCompute: Float64Array;
  readonly logF: Float64Array;
  /** Exponent of the curve: the slope that the points should have, through the origin. */
  readonly exponent: number;
  /** Slope of least squares through the points, a check; undefined for fewer than 3. */
  readonly slope: number | undefined;
  /** Points left out because their reward lies outside (R0, A), where F is not defined. */
  readonly leftOut: number;
}

/**
 * F(R) = C_mid^B / ((A − R0) / (R − R0) − 1), which is C^B on the curve.
 *
 * @param fit - of the sigmoid, in which any parameter may be held.
 * @see arXiv:2510.13786, which compares efficiencies in this picture.
 */
export function scalingLine({ x, reward }: ScalingInput, fit: SolvedFit): ScalingLine {
  const [R0, A, B, C_mid] = ["R0", "A", "B", "C_mid"].map((name) => fit.parameters[name]!.value);
  const rows = [...x.keys()].filter(
    (row) =>
      x[row]! > 0 && (reward[row]! - R0!) / (A! - R0!) > 0 && (reward[row]! - R0!) / (A! - R0!) < 1,
  );
  const logCompute = Float64Array.from(rows, (row) => Math.log(x[row]!));
  const logF = Float64Array.from(
    rows,
    (row) => B! * Math.log(C_mid!) - Math.log((A! - R0!) / (reward[row]! - R0!) - 1),
  );
  return {
    logCompute,
    logF,
    exponent: B!,
    slope: fitLine(logCompute, logF)?.slope,
    leftOut: x.length - rows.length,
  };
}
