/** Simulated runs on which the law is true and known, for coverage and bias; knows no verdict. */
import type { Rng } from "../../src/base/random.ts";
import { add, arNoise, series } from "./noise.ts";

/** Entropy and reward as a log would hold them. */
export interface Run {
  readonly entropy: Float64Array;
  readonly reward: Float64Array;
}

/** True entropy: an exponential decay from `start` to `end` nats with a time constant in shares of the run. */
export interface Decay {
  readonly start: number;
  readonly end: number;
  readonly timeConstant: number;
}

/** One setting of a law run. */
export interface LawSetting {
  readonly decay: Decay;
  readonly a: number;
  readonly b: number;
  /** Standard deviation of the measurement noise of H (nats) and of the batch noise of R. */
  readonly entropyNoise: number;
  readonly rewardNoise: number;
}

/**
 * Five sizes of noise, by what a reader of public logs meets. A batch of some hundred responses measures H to a
 * few hundredths of a nat and a reward near .7 to about two hundredths.
 *
 * `low`: large batches, entropy collapses by .35 nats, noise is a twentieth of that. `moderate`: the same collapse,
 * noise a tenth: least squares loses about a sixth of the slope. `strong`: noise a fifth: least squares loses two
 * fifths. `high`: entropy moves by .12 nats only, noise is
 * nearly half of that: least squares loses about two thirds. `wide`: a base model whose entropy falls from 1.5 nats;
 * one size of noise in H is then four times as large in e^H at the start, where the trend is, as at the end.
 */
export const LAW_SETTINGS = {
  low: {
    decay: { start: 0.45, end: 0.1, timeConstant: 0.25 },
    a: 0.5,
    b: 1.4,
    entropyNoise: 0.015,
    rewardNoise: 0.01,
  },
  moderate: {
    decay: { start: 0.45, end: 0.1, timeConstant: 0.25 },
    a: 0.5,
    b: 1.4,
    entropyNoise: 0.04,
    rewardNoise: 0.02,
  },
  strong: {
    decay: { start: 0.45, end: 0.1, timeConstant: 0.25 },
    a: 0.5,
    b: 1.4,
    entropyNoise: 0.075,
    rewardNoise: 0.02,
  },
  high: {
    decay: { start: 0.42, end: 0.3, timeConstant: 0.33 },
    a: 0.75,
    b: 1.85,
    entropyNoise: 0.05,
    rewardNoise: 0.02,
  },
  wide: {
    decay: { start: 1.5, end: 0.1, timeConstant: 0.25 },
    a: 0.15,
    b: 1.15,
    entropyNoise: 0.1,
    rewardNoise: 0.01,
  },
} as const satisfies Record<string, LawSetting>;

/** Which series has noise with memory, and how much. */
export interface Memory {
  readonly entropy: number;
  readonly reward: number;
}

export const MEMORIES = {
  white: { entropy: 0, reward: 0 },
  "AR .3 both": { entropy: 0.3, reward: 0.3 },
  "AR .7 in R": { entropy: 0, reward: 0.7 },
  "AR .7 both": { entropy: 0.7, reward: 0.7 },
} as const satisfies Record<string, Memory>;

/** The decay, without noise. */
export function decayPath(n: number, { start, end, timeConstant }: Decay): Float64Array {
  return series(n, (i) => end + (start - end) * Math.exp(-i / n / timeConstant));
}

/** A run of n steps on which R = b − a e^H holds for the entropy that is not seen. */
export function lawRun(n: number, setting: LawSetting, memory: Memory, rng: Rng): Run {
  const truth = decayPath(n, setting.decay);
  return {
    entropy: add(truth, arNoise(n, setting.entropyNoise, memory.entropy, rng)),
    reward: add(
      truth.map((entropy) => setting.b - setting.a * Math.exp(entropy)),
      arNoise(n, setting.rewardNoise, memory.reward, rng),
    ),
  };
}
