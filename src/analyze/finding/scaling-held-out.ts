/** Had the budget ended at half, how well would each curve have told the second half? */
import { fitLaw } from "../fit/fit-law.ts";
import { laws } from "../fit/laws.ts";
import { mean } from "../fit/moments.ts";
import type { LawKind } from "../fit/result.ts";
import type { ScalingInput } from "./scaling-input.ts";

/** Root mean squared errors over the points held out; undefined where the curve could not be fitted on the others. */
export interface ScalingHeldOut {
  /** Points fitted, and points held out. */
  readonly fitted: number;
  readonly heldOut: number;
  /** Largest compute of the fitted points, in the unit of x. */
  readonly lastFitted: number;
  readonly sigmoid: number | undefined;
  readonly power: number | undefined;
  /** Baseline: the mean of the last tenth of the fitted points. */
  readonly constant: number;
}

const FITTED_SHARE = 0.5;
const BASELINE_SHARE = 0.1;

/**
 * Fits on the points up to half of the largest compute and predicts the others.
 *
 * @returns undefined where either half has no point.
 * @see arXiv:2510.13786, Fig. 1, which extrapolates from half of the budget.
 */
export function findHeldOut({ x, reward, startReward }: ScalingInput): ScalingHeldOut | undefined {
  const half = FITTED_SHARE * (x.at(-1) ?? 0);
  const fitted = x.filter((value) => value <= half).length;
  if (fitted === 0 || fitted === x.length) return undefined;
  const [restX, restReward] = [x.slice(fitted), reward.slice(fitted)];
  const rmseOf = (predict: (compute: number) => number): number =>
    Math.sqrt(mean(restReward.map((value, i) => (value - predict(restX[i]!)) ** 2)));
  const byLaw = (kind: LawKind): number | undefined => {
    const isHeld = kind === "sigmoid" && startReward !== undefined;
    const fixed = isHeld ? { fixed: { R0: startReward } } : {};
    const fit = fitLaw(kind, x.slice(0, fitted), reward.slice(0, fitted), fixed);
    if (fit.status === "degenerate") return undefined;
    const values = laws[kind].parameters.map((name) => fit.parameters[name]!.value);
    return rmseOf((compute) => laws[kind].value(values, compute));
  };
  const baseline = mean(
    reward.slice(fitted - Math.max(1, Math.floor(BASELINE_SHARE * fitted)), fitted),
  );
  return {
    fitted,
    heldOut: restX.length,
    lastFitted: x[fitted - 1]!,
    sigmoid: byLaw("sigmoid"),
    power: byLaw("power"),
    constant: rmseOf(() => baseline),
  };
}
