/** Made-up tokens of a mini-batch, and losses of them computed in float64. */
import { type Matrix, makeMatrix } from "../../src/base/matrix.ts";
import { makeRng } from "../../src/base/random.ts";
import { evaluateInFloat64 } from "../../src/engine/run/evaluate-graph.ts";
import { tf } from "../../src/engine/tfjs.ts";
import type { TokenTensors } from "../../src/train/loss/surrogate.ts";

/** Tokens of B sequences of at most T, [B T] each; 0 outside the mask. */
export interface TokenBatch {
  readonly rows: number;
  readonly columns: number;
  readonly logProb: Float64Array;
  readonly oldLogProb: Float64Array;
  readonly advantage: Float64Array;
  readonly mask: Float64Array;
}

/** How far a batch is from the usual one. */
export interface BatchOptions {
  readonly rows?: number;
  readonly columns?: number;
  /** Standard deviation of the log-ratio; 0 is on-policy. */
  readonly drift?: number;
  /** One advantage for each token instead of one for each sequence. */
  readonly tokenAdvantages?: boolean;
}

/** A batch of random tokens; the first sequence is as long as can be. */
export function tokenBatch(seed: number, options: BatchOptions = {}): TokenBatch {
  const { rows = 4, columns = 7, drift = 0.3, tokenAdvantages = false } = options;
  const rng = makeRng(seed, "token-batch");
  const size = rows * columns;
  const lengths = Array.from({ length: rows }, (_, row) =>
    row === 0 ? columns : 1 + rng.below(columns),
  );
  const mask = Float64Array.from({ length: size }, (_, at) =>
    at % columns < lengths[Math.floor(at / columns)]! ? 1 : 0,
  );
  const perSequence = Array.from({ length: rows }, () => rng.normal());
  const logProb = mask.map((valid) => valid * Math.log(0.02 + 0.98 * rng.uniform()));
  return {
    rows,
    columns,
    mask,
    logProb,
    oldLogProb: logProb.map((value, at) => value - mask[at]! * drift * rng.normal()),
    advantage: mask.map(
      (valid, at) =>
        valid * (tokenAdvantages ? rng.normal() : perSequence[Math.floor(at / columns)]!),
    ),
  };
}

/** One quantity of a batch as a matrix. */
export const matrixOf = ({ rows, columns }: TokenBatch, values: Float64Array): Matrix =>
  makeMatrix(rows, columns, values);

/** Random weights, 0 outside the mask. */
export function randomWeights(seed: number, { mask }: TokenBatch): Float64Array {
  const rng = makeRng(seed, "weights");
  return mask.map((valid) => valid * (0.1 + rng.uniform()));
}

/** Token losses of a batch, their weighted sum, and its derivative with respect to log π. */
export interface WeightedLoss {
  readonly loss: number;
  readonly gradient: Float64Array;
  readonly tokenLoss: Float64Array;
  /** What else the function returned. */
  readonly others: Readonly<Record<string, Float64Array>>;
}

/** Extra tensors of a batch, [B T] each, by name. */
type Extra = Readonly<Record<string, Float64Array>>;

/**
 * Computes Σ weight · token loss in float64.
 *
 * @param lossOf - token losses [B, T] and other tensors, from the batch's tensors and the extra ones.
 */
export async function weightedLoss(
  batch: TokenBatch,
  weights: Float64Array,
  lossOf: (
    tokens: TokenTensors,
    extra: Readonly<Record<string, tf.Tensor2D>>,
  ) => { readonly tokenLoss: tf.Tensor2D; readonly [name: string]: tf.Tensor },
  extra: Extra = {},
): Promise<WeightedLoss> {
  const { rows, columns, logProb, oldLogProb, advantage, mask } = batch;
  const feeds: Record<string, Float64Array> = {
    logProb,
    oldLogProb,
    advantage,
    mask,
    weights,
    ...extra,
  };
  const spec = { shape: [rows, columns] };
  const specs = Object.fromEntries(Object.keys(feeds).map((name) => [name, spec]));
  const results: Record<string, Float64Array> = await evaluateInFloat64(
    (inputs) => {
      const given = inputs as Readonly<Record<string, tf.Tensor2D>>;
      const tokensWith = (logProbs: tf.Tensor2D): TokenTensors => ({
        logProb: logProbs,
        oldLogProb: given["oldLogProb"]!,
        advantage: given["advantage"]!,
        mask: given["mask"]!,
      });
      const total = (logProbs: tf.Tensor): tf.Scalar =>
        tf.sum(
          tf.mul(lossOf(tokensWith(logProbs as tf.Tensor2D), given).tokenLoss, given["weights"]!),
        );
      const { value, grad } = tf.valueAndGrad(total)(given["logProb"]!);
      return { ...lossOf(tokensWith(given["logProb"]!), given), loss: value, gradient: grad };
    },
    specs,
    feeds,
  );
  const { loss, gradient, tokenLoss, ...others } = results;
  return { loss: loss![0]!, gradient: gradient!, tokenLoss: tokenLoss!, others };
}

/** Derivatives of a function of many numbers by central differences. */
export function differences(
  f: (x: Float64Array) => number,
  x: Float64Array,
  step = 1e-6,
): Float64Array {
  return x.map((_, at) => {
    const moved = (by: number): number => f(x.map((value, k) => (k === at ? value + by : value)));
    return (moved(step) - moved(-step)) / (2 * step);
  });
}

/** Largest distance between two arrays of one length. */
export function apart(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let largest = one.length === other.length ? 0 : Number.POSITIVE_INFINITY;
  for (let at = 0; at < one.length; at += 1)
    largest = Math.max(largest, Math.abs(one[at]! - other[at]!));
  return largest;
}
