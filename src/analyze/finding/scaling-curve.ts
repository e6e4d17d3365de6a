/** Which curve of reward over compute describes a run, where does it end, and what makes that doubtful; knows no other run. */
import { fitLaw } from "../fit/fit-law.ts";
import { fitLine } from "../fit/line.ts";
import type { LawFit } from "../fit/result.ts";
import { tInterval95 } from "../fit/student-t.ts";
import { type ScalingHeldOut, findHeldOut } from "./scaling-held-out.ts";
import type { ScalingInput } from "./scaling-input.ts";
import { type ScalingWindow, findScalingWindows } from "./scaling-windows.ts";

/** The sigmoid by one method, with R0 held or not. */
interface SigmoidVariant {
  readonly method: "lm" | "grid";
  readonly isStartHeld: boolean;
  readonly fit: LawFit;
}

/** Everything that is said about the scaling curve of one log. */
export interface ScalingFinding {
  readonly question: "scaling";
  readonly input: ScalingInput;
  /** The one to quote: all parameters at once, R0 held where it is known. */
  readonly sigmoid: LawFit;
  /** The same curve in the other ways: by ScaleRL's grid, and with R0 the other way round. */
  readonly variants: readonly SigmoidVariant[];
  /** The rival without an inflection, R = A − D C^−B. */
  readonly power: LawFit;
  readonly windows: readonly ScalingWindow[];
  /** Fitted on the first half of the compute, asked for the second. */
  readonly heldOut: ScalingHeldOut | undefined;
  /** Doubts about the quoted curve, each with its numbers. */
  readonly flags: readonly string[];
}

/** Points of the end whose trend is looked at, as a share. */
const TAIL_SHARE = 1 / 3;
const MIN_TAIL = 4;

/**
 * Fits R = R0 + (A − R0) / (1 + (C_mid / C)^B) in every way that is asked of it, and its rival.
 *
 * @see arXiv:2510.13786, Eq. 1 and App. A.5 to A.7.
 */
export function findScalingCurve(input: ScalingInput): ScalingFinding {
  const { x, reward } = input;
  const held = heldStart(input);
  const variant = (method: "lm" | "grid", isStartHeld: boolean): SigmoidVariant => ({
    method,
    isStartHeld,
    fit: fitLaw("sigmoid", x, reward, { method, ...(isStartHeld ? held : {}) }),
  });
  const isHeld = input.startReward !== undefined;
  const quoted = variant("lm", isHeld);
  const variants = isHeld
    ? [variant("grid", true), variant("lm", false), variant("grid", false)]
    : [variant("grid", false)];
  return {
    question: "scaling",
    input,
    sigmoid: quoted.fit,
    variants,
    power: fitLaw("power", x, reward),
    windows: findScalingWindows(input),
    heldOut: findHeldOut(input),
    flags: flagsOf(input, [
      quoted,
      ...variants.filter(({ isStartHeld }) => isStartHeld === isHeld),
    ]),
  };
}

/** R0 as a parameter that is held, where it is known. */
export function heldStart({ startReward }: ScalingInput): {
  readonly fixed?: Readonly<Record<string, number>>;
} {
  return startReward === undefined ? {} : { fixed: { R0: startReward } };
}

/** What the quoted fit and the grid in the same way say against the curve; what both say is said once. */
function flagsOf({ x, reward }: ScalingInput, fits: readonly SigmoidVariant[]): string[] {
  const found = fits.map(({ fit }) =>
    fit.status === "degenerate" ? [fit.explanation] : fit.warnings,
  );
  const [own = [], ...others] = found;
  const ofGrid = others
    .flat()
    .filter((flag) => !own.includes(flag))
    .map((flag) => `on the grid: ${flag}`);
  return [...own, ...ofGrid, ...fallingTail(x, reward)];
}

/** A sigmoid never falls: a run that does at its end has another story. */
function fallingTail(x: Float64Array, reward: Float64Array): string[] {
  const count = Math.floor(TAIL_SHARE * x.length);
  if (count < MIN_TAIL) return [];
  const tail = fitLine(x.slice(-count), reward.slice(-count));
  if (tail === undefined) return [];
  const [, high] = tInterval95(tail.slope, Math.sqrt(tail.slopeVariance), count - 2);
  return high < 0 ? [`reward falls over the last ${count} points, which no sigmoid does`] : [];
}
