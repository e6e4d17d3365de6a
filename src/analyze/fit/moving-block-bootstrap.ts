/** The moving-block bootstrap: how far estimates spread when blocks of neighbouring rows are drawn anew; knows no law. */
import { ConfigError } from "../../base/errors.ts";
import type { Rng } from "../../base/random.ts";
import { mean, quantile } from "./moments.ts";

/** How to resample. */
export interface BlockBootstrap {
  /** Number of resampled series. */
  readonly replicates: number;
  /** Stream "bootstrap"; the same seed draws the same blocks. */
  readonly rng: Rng;
  /** Rows a block; default {@link defaultBlockLength}. */
  readonly blockLength?: number;
}

/** ceil(n^(1/3)): long enough for short memory, short enough to leave many blocks. */
export function defaultBlockLength(n: number): number {
  return Math.ceil(Math.cbrt(n));
}

function checkedBlockLength(n: number, { blockLength, replicates }: BlockBootstrap): number {
  const length = blockLength ?? defaultBlockLength(n);
  if (!Number.isInteger(length) || length < 1 || length > n) {
    throw new ConfigError(
      "block-length",
      `a bootstrap block must have from 1 to n = ${n} rows, got ${length}`,
    );
  }
  if (!Number.isInteger(replicates) || replicates < 1) {
    throw new ConfigError(
      "bootstrap-replicates",
      `the bootstrap needs a whole number of replicates of at least 1, got ${replicates}`,
      { fix: "give --bootstrap 1000" },
    );
  }
  return length;
}

/**
 * Re-estimates on resampled rows.
 *
 * Blocks start at any row that leaves room for a whole block; the last block of a series is cut to n rows.
 *
 * @param n - rows.
 * @param plan - how to resample.
 * @param estimate - estimates [p] from the rows drawn [n] (the buffer is reused), or undefined where they give none.
 * @returns [p] arrays [K], K ≤ replicates: those that gave an estimate.
 * @throws {@link ConfigError} for a plan that cannot be followed.
 */
export function bootstrapRows(
  n: number,
  plan: BlockBootstrap,
  estimate: (rows: Int32Array) => ArrayLike<number> | undefined,
): Float64Array[] {
  const length = checkedBlockLength(n, plan);
  const rows = new Int32Array(n);
  const draws: number[][] = [];
  for (let replicate = 0; replicate < plan.replicates; replicate += 1) {
    for (let filled = 0; filled < n; filled += length) {
      const start = plan.rng.below(n - length + 1);
      for (let i = 0; i < Math.min(length, n - filled); i += 1) rows[filled + i] = start + i;
    }
    const values = estimate(rows);
    for (let j = 0; j < (values?.length ?? 0); j += 1) (draws[j] ??= []).push(values![j]!);
  }
  return draws.map((values) => Float64Array.from(values));
}

/** Lines fitted to resampled points. */
export interface LineDraws {
  /** [K] each, K ≤ replicates: series whose x was constant give no line. */
  readonly intercept: Float64Array;
  readonly slope: Float64Array;
}

/**
 * {@link bootstrapRows} for a least-squares line, from sums over blocks: no series is ever written out.
 *
 * @param x - [n].
 * @param y - [n].
 * @param plan - how to resample; draws the same blocks as {@link bootstrapRows} with the same stream.
 * @throws {@link ConfigError} for a plan that cannot be followed.
 */
export function bootstrapLine(x: Float64Array, y: Float64Array, plan: BlockBootstrap): LineDraws {
  const n = x.length;
  const length = checkedBlockLength(n, plan);
  const { rng } = plan;
  const meanX = mean(x);
  const meanY = mean(y);
  const whole = blockSums(x, y, { length, meanX, meanY });
  const wholeBlocks = Math.floor(n / length);
  const rest = n - wholeBlocks * length;
  const cut = rest === 0 ? whole : blockSums(x, y, { length: rest, meanX, meanY });
  const starts = n - length + 1;

  const intercept = new Float64Array(plan.replicates);
  const slope = new Float64Array(plan.replicates);
  let count = 0;
  for (let replicate = 0; replicate < plan.replicates; replicate += 1) {
    let sx = 0;
    let sy = 0;
    let sxx = 0;
    let sxy = 0;
    for (let block = 0; block < wholeBlocks; block += 1) {
      const at = rng.below(starts) * SUMS;
      sx += whole[at]!;
      sy += whole[at + 1]!;
      sxx += whole[at + 2]!;
      sxy += whole[at + 3]!;
    }
    if (rest > 0) {
      const at = rng.below(starts) * SUMS;
      sx += cut[at]!;
      sy += cut[at + 1]!;
      sxx += cut[at + 2]!;
      sxy += cut[at + 3]!;
    }
    const spread = sxx - (sx * sx) / n;
    // What cancellation leaves of a series of one x is no spread.
    if (spread > n * Number.EPSILON * sxx) {
      const drawn = (sxy - (sx * sy) / n) / spread;
      slope[count] = drawn;
      intercept[count] = meanY + sy / n - drawn * (meanX + sx / n);
      count += 1;
    }
  }
  return { intercept: intercept.subarray(0, count), slope: slope.subarray(0, count) };
}

/** Entries a block in {@link blockSums}: Σx, Σy, Σx², Σxy about the means. */
const SUMS = 4;

/** Sums over the block that begins at each row, [(n − length + 1) × 4]. */
function blockSums(
  x: Float64Array,
  y: Float64Array,
  { length, meanX, meanY }: { length: number; meanX: number; meanY: number },
): Float64Array {
  const n = x.length;
  const running = new Float64Array((n + 1) * SUMS); // sums of the rows before each row
  for (let i = 0; i < n; i += 1) {
    const dx = x[i]! - meanX;
    const dy = y[i]! - meanY;
    const at = i * SUMS;
    running[at + SUMS] = running[at]! + dx;
    running[at + SUMS + 1] = running[at + 1]! + dy;
    running[at + SUMS + 2] = running[at + 2]! + dx * dx;
    running[at + SUMS + 3] = running[at + 3]! + dx * dy;
  }
  const ahead = length * SUMS;
  return running.subarray(ahead).map((sum, at) => sum - running[at]!);
}

/**
 * Percentile interval of bootstrap draws, 95 %, with linear interpolation between draws.
 *
 * @param draws - [K], in any order.
 * @returns undefined without draws.
 */
export function percentileInterval95(draws: Float64Array): readonly [number, number] | undefined {
  if (draws.length === 0) return undefined;
  return [quantile(draws, 0.025), quantile(draws, 0.975)];
}
