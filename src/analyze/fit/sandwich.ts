/** Standard errors of linear statistics of residuals with memory and a size that drifts: a blocked sandwich; knows no law. */
import { centred, dot } from "./moments.ts";
import type { Estimate } from "./result.ts";
import { tInterval95 } from "./student-t.ts";

/**
 * What residuals say about the noise behind them, after cutting the run into consecutive blocks.
 *
 * Block means, each divided by the size of the noise around it, are modelled as AR(1): a run is short, its trend sits
 * in a few dozen steps, and estimators that need many independent scores (Newey–West, moving blocks) then cover far
 * less than they promise. The size must be local because the noise of e^H grows with e^H, hence is largest where the
 * trend is.
 */
export interface BlockNoise {
  /** [B + 1]: block k holds the rows bounds[k] ≤ i < bounds[k + 1]. */
  readonly bounds: Int32Array;
  /** Autocorrelation of neighbouring block means, corrected for small samples. */
  readonly phi: number;
  /** [B]; size of the noise around each block beside that of the whole run: 1 everywhere for noise that never changes. */
  readonly scale: Float64Array;
  /** Variance of one block mean where the scale is 1, corrected for the parameters fitted. */
  readonly blockVariance: number;
  /** Degrees of freedom of intervals made with it; never below 3. */
  readonly dof: number;
  /** Number of independent block means that carry as much information. */
  readonly effectiveBlocks: number;
}

/** Enough degrees of freedom, and blocks longer than the memory of noise from batch to batch. */
const USUAL_BLOCKS = 30;
/** Blocks of a long run are no longer than this: a trend that is over within one block would be averaged away. */
const LONGEST_BLOCK = 30;
/** Blocks far shorter than a slow error see only its steps, and its memory is no longer AR(1). */
const MAX_BLOCKS = 100;
/** The small-sample correction may not push the memory to a unit root. */
const MAX_PHI = 0.97;
/** Below this the memory is negative for sure and the (upward) correction does not apply. */
const CLEARLY_NEGATIVE_PHI = -0.3;
const MIN_DOF = 3;
/** The size of the noise is read from a block and this many on each side: fewer are too noisy, more blur its drift. */
const SCALE_REACH = 2;
/** Where residuals all but vanish the size is held at a tenth of the run's, so that no block is blown up without end. */
const LEAST_SCALE = 0.1;

/**
 * Bounds of `count` consecutive blocks of n rows; the first n mod count blocks hold one row more.
 *
 * @returns [count + 1], from 0 to n.
 */
export function blockBounds(n: number, count: number): Int32Array {
  const size = Math.floor(n / count);
  const larger = n % count;
  const bounds = new Int32Array(count + 1);
  for (let k = 0; k < count; k += 1) bounds[k + 1] = bounds[k]! + size + (k < larger ? 1 : 0);
  return bounds;
}

/** Number of blocks a run of n rows is cut into: 30, more from 930 rows on, fewer below 60. */
export function blockCount(n: number): number {
  const wanted = Math.max(USUAL_BLOCKS, Math.floor(n / LONGEST_BLOCK));
  return Math.min(wanted, MAX_BLOCKS, Math.floor(n / 2));
}

/** Sum of `values` over each block. */
export function blockSums(values: Float64Array, bounds: Int32Array): Float64Array {
  const sums = new Float64Array(bounds.length - 1);
  for (let k = 0; k < sums.length; k += 1) {
    for (let i = bounds[k]!; i < bounds[k + 1]!; i += 1) sums[k]! += values[i]!;
  }
  return sums;
}

/** Mean of `values` over each block. */
export function blockMeans(values: Float64Array, bounds: Int32Array): Float64Array {
  return blockSums(values, bounds).map((sum, k) => sum / (bounds[k + 1]! - bounds[k]!));
}

/**
 * Local root mean square of residuals over that of all of them.
 *
 * @param residuals - [n].
 * @returns [B]; 1 everywhere for residuals that are all zero.
 */
function noiseScale(residuals: Float64Array, bounds: Int32Array): Float64Array {
  const squares = blockSums(
    residuals.map((value) => value * value),
    bounds,
  );
  const overall = squares.reduce((sum, value) => sum + value, 0) / residuals.length;
  const last = squares.length - 1;
  return squares.map((_, k) => {
    const from = Math.max(k - SCALE_REACH, 0);
    const to = Math.min(k + SCALE_REACH, last) + 1;
    const local = squares.subarray(from, to).reduce((sum, value) => sum + value, 0);
    const share = local / (bounds[to]! - bounds[from]!) / overall;
    return overall > 0 ? Math.max(Math.sqrt(share), LEAST_SCALE) : 1;
  });
}

/**
 * Memory and size of the noise in residuals.
 *
 * @param residuals - [n], n ≥ 4, in order of step.
 * @param parameters - how many numbers the fit that left them had.
 * @param size - `local`: the noise may grow and shrink along the run; `overall`: one size for all of it.
 */
export function blockNoise(
  residuals: Float64Array,
  parameters: number,
  size: "local" | "overall" = "local",
): BlockNoise {
  const count = blockCount(residuals.length);
  const bounds = blockBounds(residuals.length, count);
  const scale = size === "local" ? noiseScale(residuals, bounds) : new Float64Array(count).fill(1);
  const means = centred(blockMeans(residuals, bounds)).map((value, k) => value / scale[k]!);
  const power = dot(means, means) / count;
  let lagged = 0;
  for (let k = 1; k < count; k += 1) lagged += means[k - 1]! * means[k]!;
  const raw = power > 0 ? lagged / count / power : 0;
  const corrected = Math.min(raw + (parameters + (2 + parameters) * raw) / count, MAX_PHI);
  const phi = raw <= CLEARLY_NEGATIVE_PHI ? raw : corrected;
  let inflation = 1;
  for (let k = 1, decay = phi; k < count; k += 1, decay *= phi) {
    inflation += 2 * (1 - k / count) * decay;
  }
  const effectiveBlocks = count / Math.max(1, inflation);
  return {
    bounds,
    scale,
    phi,
    blockVariance: (power * effectiveBlocks) / Math.max(effectiveBlocks - parameters, 1),
    dof: Math.max(effectiveBlocks - parameters, MIN_DOF),
    effectiveBlocks,
  };
}

/**
 * Variance of Σ weightᵢ · noiseᵢ.
 *
 * Never smaller than what independent blocks would give: negative memory is not trusted to shrink an interval.
 *
 * @param weights - [n].
 */
export function sandwichVariance(noise: BlockNoise, weights: Float64Array): number {
  return varianceOfBlockSums(noise, blockSums(weights, noise.bounds));
}

/**
 * {@link sandwichVariance} from the sums of the weights over the blocks.
 *
 * @param sums - [B].
 */
export function varianceOfBlockSums(noise: BlockNoise, sums: Float64Array): number {
  const scaled = sums.map((sum, k) => sum * noise.scale[k]!);
  const independent = dot(scaled, scaled);
  // Σ over k, l of W_k W_l phi^|k−l|, in one pass: carry = Σ over l < k of W_l phi^(k−l); W scaled.
  let dependent = independent;
  let carry = 0;
  for (let k = 1; k < scaled.length; k += 1) {
    carry = noise.phi * (carry + scaled[k - 1]!);
    dependent += 2 * carry * scaled[k]!;
  }
  return noise.blockVariance * Math.max(dependent, independent);
}

/** Estimate with the two-sided 95 % interval of Student's t. */
export function estimateWith(value: number, variance: number, dof: number): Estimate {
  const se = Math.sqrt(variance);
  return { value, se, ci95: tInterval95(value, se, dof) };
}
