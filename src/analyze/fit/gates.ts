/** The rules of the verdict, one function a rule: what was required, what was found; decides nothing. */
import { TREND_SIZES, type DetrendedSlope } from "./detrended.ts";
import {
  IDENTIFYING_F,
  instrumentalLine,
  slopeVariance,
  type InstrumentalLine,
} from "./instrumental-line.ts";
import { localMean } from "./local-mean.ts";
import { median, quantile } from "./moments.ts";
import type { Estimate } from "./result.ts";
import { estimateWith } from "./sandwich.ts";
import { short, shortRange } from "./short-number.ts";
import { trendR2 } from "./trend-fit.ts";
import type { Gate } from "./verdict.ts";

/** Fewer steps than this leave the intervals nothing to stand on. */
const MIN_STEPS = 50;
/** Share of the trend of the reward that the curve must explain. */
const MIN_TREND_R2 = 0.8;
/** Entropy is smoothed over this many steps before its largest value is taken. */
const REGIME_WINDOW = 11;
/** Largest share of the leading rows that say where entropy started, and the fewest of them. */
const START_SHARE = 0.1;
const MIN_START_ROWS = 10;
/** `stable` leaves out the rows whose neighbours have the highest fifth of e^H. */
const STABLE_SHARE = 0.8;
const MAX_SLOPE_RATIO = 3;
/** No sixth of the run may hold more than this share of the detrended evidence. */
const MAX_PART_SHARE = 0.6;

/** G1: long enough to be judged. */
export function lengthGate(n: number): Gate {
  return {
    name: "length",
    passed: n >= MIN_STEPS,
    detail: `${n} steps, must be at least ${MIN_STEPS}`,
  };
}

/** Highest entropy, in nats, that still counts as the regime a run started in. */
export function regimeLimit(entropy: Float64Array): number {
  const rows = Math.max(MIN_START_ROWS, Math.floor(entropy.length * START_SHARE));
  return 2 * median(entropy.subarray(0, rows)) + 0.5;
}

/** Largest entropy after smoothing, so that one odd batch does not count. */
export function highestEntropy(entropy: Float64Array): number {
  return localMean(entropy, REGIME_WINDOW).reduce(
    (most, value) => Math.max(most, value),
    -Infinity,
  );
}

/** G2: entropy did not explode. */
export function regimeGate(entropy: Float64Array): Gate {
  const highest = highestEntropy(entropy);
  const limit = regimeLimit(entropy);
  return {
    name: "regime",
    passed: highest <= limit,
    detail: `largest ${REGIME_WINDOW}-step mean of entropy = ${short(highest)} nats, must be at most ${short(limit)} (twice the starting median + 0.5)`,
  };
}

/** G3: the neighbours of a step say something about its entropy. */
export function identifiedGate({ firstStageF }: InstrumentalLine): Gate {
  return {
    name: "identified",
    passed: firstStageF >= IDENTIFYING_F,
    detail: `first-stage F = ${short(firstStageF)}, must be at least ${IDENTIFYING_F}`,
  };
}

/** G4: the slope has the sign of the law. */
export function slopeGate(a: Estimate): Gate {
  return {
    name: "slope",
    passed: a.ci95[0] > 0,
    detail: `95 % interval of a = ${shortRange(a.ci95)}, must lie above 0`,
  };
}

/** G5: the curve explains the trend of the reward. */
export function fitGate(line: InstrumentalLine, reward: Float64Array): Gate {
  const share = trendR2(line.residuals, reward, line.noise.bounds);
  const found =
    share === undefined ? "the reward has no trend above its noise" : `trend R2 = ${short(share)}`;
  return {
    name: "fit",
    passed: share !== undefined && share >= MIN_TREND_R2,
    detail: `${found}, trend R2 must be at least ${MIN_TREND_R2}`,
  };
}

/**
 * G6: the slope survives without the highest fifth of entropy, or cannot be seen without it.
 *
 * @param x - [n], e^H.
 * @param z - [n], the instrument; not computed anew for the rows that are kept.
 */
export function stableGate(
  x: Float64Array,
  reward: Float64Array,
  z: Float64Array,
  a: Estimate,
): Gate {
  const limit = quantile(z, STABLE_SHARE);
  const keep = (values: Float64Array): Float64Array => values.filter((_, i) => z[i]! <= limit);
  const rest = instrumentalLine(keep(x), keep(reward), keep(z));
  const name = "stable";
  const withoutFifth = "without the fifth of the steps with the highest entropy";
  if (rest === undefined || rest.firstStageF < IDENTIFYING_F) {
    return { name, passed: true, detail: `${withoutFifth} the slope cannot be seen either way` };
  }
  const { ci95 } = estimateWith(-rest.slope, slopeVariance(rest), rest.noise.dof);
  const allowed = [a.value / MAX_SLOPE_RATIO, a.value * MAX_SLOPE_RATIO] as const;
  const lowest = Math.min(...allowed);
  const highest = Math.max(...allowed);
  return {
    name,
    passed: ci95[1] >= lowest && ci95[0] <= highest,
    detail: `${withoutFifth} a = ${shortRange(ci95)}, must reach ${shortRange([lowest, highest])}`,
  };
}

/** What a detrended slope must be, beside the slope of the whole run. */
function isCarried({ a, firstStageF }: DetrendedSlope, whole: number): boolean {
  return (
    firstStageF >= IDENTIFYING_F &&
    a.ci95[0] > 0 &&
    a.value >= whole / 3 &&
    a.ci95[1] >= whole / 2 &&
    a.ci95[0] <= 2 * whole
  );
}

/** G7: reward follows entropy beyond a smooth trend of step, whatever the size of the trend. */
export function detrendedGate(slopes: readonly DetrendedSlope[], a: Estimate): Gate {
  const found = slopes.map(
    (slope) =>
      `${short(slope.a.value)} (${shortRange(slope.a.ci95)}, F = ${short(slope.firstStageF)}) off ${slope.functions} splines`,
  );
  return {
    name: "detrended",
    passed:
      slopes.length === TREND_SIZES.length && slopes.every((slope) => isCarried(slope, a.value)),
    detail: `a beyond the trend = ${found.join(", ") || "not estimable"}; each must have F of at least ${IDENTIFYING_F}, lie above 0 and agree with ${short(a.value)}`,
  };
}

/** G8: the detrended evidence does not rest on one part of the run. */
export function spreadGate(slopes: readonly DetrendedSlope[], a: Estimate): Gate {
  const largest = Math.max(...slopes.map(({ largestShare }) => largestShare));
  const least = Math.min(...slopes.flatMap(({ withoutPart }) => [...withoutPart]));
  const found =
    slopes.length === 0
      ? "no detrended evidence"
      : `one sixth of the run holds up to ${short(largest)} of the detrended evidence, and without one sixth a falls to ${short(least)}`;
  return {
    name: "spread",
    passed:
      slopes.length === TREND_SIZES.length && largest <= MAX_PART_SHARE && least >= a.value / 3,
    detail: `${found}; must be at most ${MAX_PART_SHARE} and at least ${short(a.value / 3)}`,
  };
}

/** Only asked for when an intervention is known: it moves entropy and reward at once, which looks like the law. */
export function undisturbedGate(): Gate {
  return {
    name: "undisturbed",
    passed: false,
    detail:
      "a change in mid-run (learning rate, data, entropy control) is known; a run with one cannot be given `yes`",
  };
}
