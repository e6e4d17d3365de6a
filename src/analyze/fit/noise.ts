/** How much of each series is batch noise, read from second differences; knows no law. */
import { median, variance } from "./moments.ts";

/** Noise of one series. A slow trend cancels in second differences; what is left is noise. */
export interface SeriesNoise {
  /** Variance of the noise of one step, from second differences. */
  readonly variance: number;
  /** The same from the median absolute deviation: spikes do not count. Reported, never used. */
  readonly robustVariance: number;
  /**
   * Half the mean squared change over 2 and 4 steps, over `variance`. White noise on a slow trend gives 1; above 1.3
   * the noise has memory or the trend is rough, and one run cannot say which. NaN without noise.
   */
  readonly variogramRatio2: number;
  readonly variogramRatio4: number;
  /** Share of the variance of the series that is not noise; can be negative. NaN for a constant series. */
  readonly reliability: number;
}

/** Noise of two series measured on the same batches. */
export interface JointNoise {
  readonly x: SeriesNoise;
  readonly y: SeriesNoise;
  /** Covariance of the two noises. */
  readonly covariance: number;
  /** Correlation of the two noises, in [-1, 1]; 0 where one has none. */
  readonly correlation: number;
  /** The same correlation from median absolute deviations. */
  readonly robustCorrelation: number;
}

/** Sum of squared weights (1, −2, 1) of a second difference: what it multiplies white noise's variance by. */
const SECOND_DIFFERENCE_GAIN = 6;

/** Median absolute deviation of a normal variable times this is its standard deviation. */
const MAD_TO_SIGMA = 1.4826;

/** z[i−1] − 2 z[i] + z[i+1] for the inner rows. */
function secondDifferences(values: Float64Array): Float64Array {
  const out = new Float64Array(Math.max(values.length - 2, 0));
  for (let i = 0; i < out.length; i += 1) {
    out[i] = values[i]! - 2 * values[i + 1]! + values[i + 2]!;
  }
  return out;
}

/** Mean of the products of second differences, as a (co)variance of the noise of one step. */
function differenceCovariance(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < left.length; i += 1) sum += left[i]! * right[i]!;
  return left.length === 0 ? 0 : sum / (SECOND_DIFFERENCE_GAIN * left.length);
}

function robustScale(values: Float64Array): number {
  if (values.length === 0) return 0;
  const centre = median(values);
  return MAD_TO_SIGMA * median(values.map((value) => Math.abs(value - centre)));
}

/**
 * Variance of the noise of one step from second differences.
 *
 * @param values - [n]; 0 for n < 3.
 */
export function differenceVariance(values: Float64Array): number {
  const differences = secondDifferences(values);
  return differenceCovariance(differences, differences);
}

/** V(k): half the mean squared change over k steps. */
function variogram(values: Float64Array, lag: number): number {
  let sum = 0;
  for (let i = lag; i < values.length; i += 1) sum += (values[i]! - values[i - lag]!) ** 2;
  return sum / (2 * (values.length - lag));
}

/**
 * Noise of one series.
 *
 * **Gotchas** No difference estimator survives noise with memory: it then reports too little of it.
 *
 * @param values - [n], n ≥ 5, in order of step.
 */
export function seriesNoise(values: Float64Array): SeriesNoise {
  const noise = differenceVariance(values);
  return {
    variance: noise,
    robustVariance: robustScale(secondDifferences(values)) ** 2 / SECOND_DIFFERENCE_GAIN,
    variogramRatio2: variogram(values, 2) / noise,
    variogramRatio4: variogram(values, 4) / noise,
    reliability: 1 - noise / variance(values),
  };
}

/** Correlation from the scales of the sum and the difference of two standardised series (Gnanadesikan–Kettenring). */
function robustCorrelation(left: Float64Array, right: Float64Array): number {
  const leftScale = robustScale(left);
  const rightScale = robustScale(right);
  if (leftScale === 0 || rightScale === 0) return 0;
  const sum = robustScale(left.map((value, i) => value / leftScale + right[i]! / rightScale)) ** 2;
  const gap = robustScale(left.map((value, i) => value / leftScale - right[i]! / rightScale)) ** 2;
  return sum + gap === 0 ? 0 : (sum - gap) / (sum + gap);
}

/**
 * Noise of two series and what they share: the same batch is behind both, so their noises may correlate.
 *
 * @param x - [n], n ≥ 5.
 * @param y - [n].
 */
export function jointNoise(x: Float64Array, y: Float64Array): JointNoise {
  const xDifferences = secondDifferences(x);
  const yDifferences = secondDifferences(y);
  const noiseX = seriesNoise(x);
  const noiseY = seriesNoise(y);
  const covariance = differenceCovariance(xDifferences, yDifferences);
  const scale = Math.sqrt(noiseX.variance * noiseY.variance);
  return {
    x: noiseX,
    y: noiseY,
    covariance,
    correlation: scale > 0 ? covariance / scale : 0,
    robustCorrelation: robustCorrelation(xDifferences, yDifferences),
  };
}
