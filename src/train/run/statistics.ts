/** Means and quantiles of a step's tokens, in float64; knows no tensor and no file. */
import type { Responses } from "../rollout/roll-out.ts";

/** The valid tokens of a step in order: sequence by sequence, position by position. */
export interface TokenPlaces {
  /** N. */
  readonly count: number;
  /** [N], place in [B, R]. */
  readonly place: Int32Array;
  /** [N], the sequence. */
  readonly sequence: Int32Array;
  /** [N], from 0 within the response. */
  readonly position: Int32Array;
}

/** Lists the valid tokens. */
export function tokenPlaces({ count: sequences, longest, lengths }: Responses): TokenPlaces {
  const count = lengths.reduce((sum, length) => sum + length, 0);
  const place = new Int32Array(count);
  const sequence = new Int32Array(count);
  const position = new Int32Array(count);
  let n = 0;
  for (let b = 0; b < sequences; b++) {
    for (let t = 0; t < lengths[b]!; t++, n++) {
      place[n] = b * longest + t;
      sequence[n] = b;
      position[n] = t;
    }
  }
  return { count, place, sequence, position };
}

type Numbers = Float32Array | Float64Array | Int8Array;

/** The values at the valid tokens: [B, R] to [N]. */
export function pick({ place }: TokenPlaces, values: Numbers): Float64Array {
  return Float64Array.from(place, (one) => values[one]!);
}

/** Mean of a list; NaN of nothing. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += values[k]!;
  return sum / values.length;
}

/** Standard deviation with divisor n − 1; 0 of one value. */
export function deviation(values: ArrayLike<number>): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += (values[k]! - centre) ** 2;
  return Math.sqrt(sum / (values.length - 1));
}

/** Mean over sequences of each one's mean over its tokens: the paper's Eq. 5, where the values are entropies. */
export function sequenceMean(
  { sequence }: TokenPlaces,
  values: Float64Array,
  lengths: Int32Array,
): number {
  let sum = 0;
  values.forEach((value, n) => {
    sum += value / lengths[sequence[n]!]!;
  });
  return sum / lengths.length;
}

/** Quantiles by linear interpolation between order statistics, as numpy has them. */
export function quantiles(values: Float64Array, shares: readonly number[]): number[] {
  const sorted = values.toSorted();
  return shares.map((share) => {
    const at = share * (sorted.length - 1);
    const below = sorted[Math.floor(at)]!;
    return below + (sorted[Math.ceil(at)]! - below) * (at - Math.floor(at));
  });
}
