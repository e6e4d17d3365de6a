/** What makes a fitted sigmoid doubtful although it converged, as sentences; knows no method of fitting. */
import { short } from "./short-number.ts";

/** The four numbers of a sigmoid. */
export interface SigmoidValues {
  readonly R0: number;
  readonly A: number;
  readonly B: number;
  readonly C_mid: number;
}

/** Below this many points four parameters follow the noise. */
const FEW_POINTS = 8;
/** The middle 80 % of the rise must hold this many points for its shape to be seen. */
const POINTS_IN_RISE = 4;
const NINE = 9; // share .9 is (C / C_mid)^B = 9, share .1 is 1/9

/**
 * Doubts about a sigmoid, each with its numbers.
 *
 * @param values - fitted parameters.
 * @param x - [n], progress in the unit of C_mid.
 */
export function sigmoidDoubts({ R0, A, B, C_mid }: SigmoidValues, x: Float64Array): string[] {
  const doubts: string[] = [];
  const last = x.reduce((largest, value) => Math.max(largest, value), Number.NEGATIVE_INFINITY);
  if (x.length < FEW_POINTS) {
    doubts.push(`only ${x.length} points for a curve of four parameters`);
  }
  if (last < C_mid) {
    doubts.push(
      `the run ends at ${short(last)}, before the midpoint C_mid = ${short(C_mid)}: less than half of the rise was seen, and the asymptote is an extrapolation`,
    );
  }
  if (A < R0)
    doubts.push(`reward falls: the asymptote ${short(A)} lies below the start ${short(R0)}`);
  const reach = NINE ** (1 / B);
  const inRise = x.filter((value) => value > C_mid / reach && value < C_mid * reach).length;
  if (inRise < POINTS_IN_RISE && last >= C_mid) {
    doubts.push(`the change is a step: only ${inRise} points lie between 10 % and 90 % of it`);
  }
  return doubts;
}
