/** The instrument that takes measurement noise out of entropy: what its neighbours in time say; knows no reward. */
import { variance } from "./moments.ts";
import { seriesNoise } from "./noise.ts";

/** Which neighbours of a step count: those more than `gap` and at most `gap + reach` rows away, on both sides. */
export interface Neighbourhood {
  /** Rows used on each side. */
  readonly reach: number;
  /** Rows skipped on each side, so that noise with a short memory does not leak into the instrument. */
  readonly gap: number;
}

const DEFAULT_NEIGHBOURHOOD: Neighbourhood = { reach: 10, gap: 2 };
/** For noise whose memory is longer than two rows. */
const WIDE_NEIGHBOURHOOD: Neighbourhood = { reach: 10, gap: 5 };
/** From this many rows on the trend reaches across a gap of a hundredth of the run, up to the widest. */
const LONG_RUN_ROWS = 500;
const LONG_RUN_GAP_SHARE = 0.01;
const WIDEST_GAP = 20;

/** Half the mean squared change over two rows, in units of the noise of one: white noise gives 1. */
const WHITE_VARIOGRAM_LIMIT = 1.3;
/** A series that is nearly all signal also has a rough variogram; then the narrow gap is right. */
const NOISY_SHARE = 0.1;
/** On shorter runs the ratio is too noisy to act on, and the trend does not reach across the wide gap. */
const MIN_ROWS_TO_WIDEN = 100;

/**
 * Mean of the neighbours of each row. The trend is shared with the neighbours, the noise of a batch is not.
 *
 * @param values - [n].
 * @returns [n]; near the ends only the neighbours inside the run count. NaN for a row that has none.
 */
export function neighbourMean(values: Float64Array, { reach, gap }: Neighbourhood): Float64Array {
  const n = values.length;
  const out = new Float64Array(n);
  for (let i = 0; i < n; i += 1) {
    let sum = 0;
    let count = 0;
    for (let distance = gap + 1; distance <= gap + reach; distance += 1) {
      if (i - distance >= 0) {
        sum += values[i - distance]!;
        count += 1;
      }
      if (i + distance < n) {
        sum += values[i + distance]!;
        count += 1;
      }
    }
    out[i] = sum / count;
  }
  return out;
}

/** Fewest rows with which every row has a neighbour. */
export function minimumRows({ gap }: Neighbourhood): number {
  return 2 * gap + 2;
}

/**
 * The neighbourhood for a series: a wide gap when the noise looks as if it had memory and is not small.
 *
 * **Details** With noise of memory .7 that hides most of the trend, the narrow gap leaks noise into the instrument and
 * a is covered less than 90 % of the time; the wide gap repairs that (docs/experiments.md). The longer the run, the
 * smaller the leak that matters and the less a wider gap costs: a long run widens it whatever the size of the noise.
 *
 * @param x - [n], the noisy regressor.
 */
export function chooseNeighbourhood(x: Float64Array): Neighbourhood {
  if (x.length < MIN_ROWS_TO_WIDEN) return DEFAULT_NEIGHBOURHOOD;
  const noise = seriesNoise(x);
  const remembers = noise.variogramRatio2 > WHITE_VARIOGRAM_LIMIT;
  if (remembers && x.length >= LONG_RUN_ROWS) {
    const gap = Math.min(Math.floor(x.length * LONG_RUN_GAP_SHARE), WIDEST_GAP);
    return { ...WIDE_NEIGHBOURHOOD, gap };
  }
  // Differences over 4 rows see most of a noise with memory, second differences of neighbouring rows little of it.
  const roughness = noise.variance * noise.variogramRatio4;
  return remembers && roughness > NOISY_SHARE * variance(x)
    ? WIDE_NEIGHBOURHOOD
    : DEFAULT_NEIGHBOURHOOD;
}
