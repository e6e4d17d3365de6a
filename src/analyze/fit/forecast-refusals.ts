/** When a prefix is too weak to foretell anything: the bars of a forecast, lower than those of the verdict. */
import type { NeighbourFit } from "./fit-by-neighbours.ts";
import { highestEntropy, regimeLimit } from "./gates.ts";
import { IDENTIFYING_F } from "./instrumental-line.ts";
import { short } from "./short-number.ts";
import { tQuantile } from "./student-t.ts";
import { trendR2 } from "./trend-fit.ts";

const MIN_PREFIX = 40;
const MIN_TREND_R2 = 0.6;
/** Lower end of a two-sided 90 % interval. */
const LOWER_LIMIT = 0.95;

/**
 * Why a prefix does not identify the law; empty if it does.
 *
 * @param fit - the law on the prefix.
 * @param entropy - [m], nats, of the prefix.
 * @param reward - [m].
 */
export function forecastRefusals(
  fit: NeighbourFit,
  entropy: Float64Array,
  reward: Float64Array,
): string[] {
  const { line, dof, parameters } = fit;
  const a = parameters["a"]!;
  const lowest = a.value - tQuantile(LOWER_LIMIT, dof) * a.se;
  const share = trendR2(line.residuals, reward, line.noise.bounds);
  const highest = highestEntropy(entropy);
  const limit = regimeLimit(entropy);
  const reasons: Array<string | undefined> = [
    reward.length < MIN_PREFIX
      ? `the prefix has ${reward.length} steps, must have at least ${MIN_PREFIX}`
      : undefined,
    fit.firstStageF < IDENTIFYING_F
      ? `first-stage F = ${short(fit.firstStageF)} on the prefix, must be at least ${IDENTIFYING_F}`
      : undefined,
    lowest <= 0
      ? `lower 90 % limit of a = ${short(lowest)} on the prefix, must be above 0`
      : undefined,
    share === undefined || share < MIN_TREND_R2
      ? `trend R2 = ${share === undefined ? "undefined" : short(share)} on the prefix, must be at least ${MIN_TREND_R2}`
      : undefined,
    highest > limit
      ? `entropy reaches ${short(highest)} nats in the prefix, must stay below ${short(limit)}`
      : undefined,
  ];
  return reasons.filter((reason) => reason !== undefined);
}
