/** Noise and paths that simulated runs are put together from; knows no law. */
import type { Rng } from "../../src/base/random.ts";

/** A series of n values from its row number. */
export function series(n: number, value: (i: number) => number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => value(i));
}

/**
 * Stationary AR(1) noise of standard deviation `sd`; `memory` 0 is white noise.
 *
 * @returns [n].
 */
export function arNoise(n: number, sd: number, memory: number, rng: Rng): Float64Array {
  const innovation = sd * Math.sqrt(1 - memory ** 2);
  let last = sd * rng.normal();
  return series(n, () => {
    const now = last;
    last = memory * last + innovation * rng.normal();
    return now;
  });
}

/** Random walk whose end is normal with standard deviation `sd`. */
export function randomWalk(n: number, sd: number, rng: Rng): Float64Array {
  let position = 0;
  return series(n, () => (position += (sd / Math.sqrt(n)) * rng.normal()));
}

/** Sum of series, row by row. */
export function add(first: Float64Array, ...rest: Float64Array[]): Float64Array {
  return first.map((value, i) => rest.reduce((sum, other) => sum + other[i]!, value));
}

/** Uniform in [low, high). */
export function between(low: number, high: number, rng: Rng): number {
  return low + (high - low) * rng.uniform();
}
