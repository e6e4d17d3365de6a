/** Made-up series for tests of fits; knows no fit. */
import { makeRng } from "../../src/base/random.ts";

/** 0, 1, …, n − 1. */
export function rowNumbers(n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => i);
}

/** White normal noise. */
export function whiteNoise(n: number, sd: number, name: string): Float64Array {
  const rng = makeRng(3, name);
  return Float64Array.from({ length: n }, () => sd * rng.normal());
}

/** Entropy that falls from .45 to .1 nats, without noise. */
export function fallingEntropy(n: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => 0.1 + 0.35 * Math.exp((-4 * i) / n));
}

/** R = b − a e^H. */
export function rewardOf(entropy: Float64Array, a = 0.5, b = 1.4): Float64Array {
  return entropy.map((value) => b - a * Math.exp(value));
}
