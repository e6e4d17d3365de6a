/** How losses of tokens become one number, as weights: the loss is Σ weight · token loss; knows no loss. */
import type { Matrix } from "../../base/matrix.ts";
import type { ExperimentConfig } from "../../config/experiment-config.ts";

/** The choices of the configuration. */
export type Aggregation = ExperimentConfig["aggregation"];

/** Those, and the one that GMPO brings: as `seq-mean-token-mean`, but sequences without a token count too. */
export type AggregationRule = Aggregation | "row-mean-token-mean";

/** What the weights depend on. */
interface Counts {
  /** Sequences, with and without valid tokens. */
  readonly rows: number;
  /** Sequences with a valid token. */
  readonly sequences: number;
  /** Longest possible response: the matrix's columns. */
  readonly columns: number;
  readonly tokens: number;
}

/** Weight of a token of a sequence with `length` valid ones. */
const rules: { readonly [R in AggregationRule]: (counts: Counts, length: number) => number } = {
  "token-mean": ({ tokens }) => 1 / tokens,
  "seq-mean-token-sum": ({ sequences }) => 1 / sequences,
  "seq-mean-token-mean": ({ sequences }, length) => 1 / (sequences * length),
  "seq-mean-token-sum-norm": ({ sequences, columns }) => 1 / (sequences * columns),
  "row-mean-token-mean": ({ rows }, length) => 1 / (rows * length),
};

/**
 * Weights of the tokens of a mini-batch.
 *
 * **Details** Given the whole mini-batch's mask, the weights of its micro-batches are rows of the result, and their
 * losses and gradients add up to the mini-batch's, wherever it is cut.
 *
 * **Gotchas** `seq-mean-token-sum-norm` divides by the matrix's width: it must be the same for all mini-batches, so do
 * not cut padding off first.
 *
 * @param mask - [B, T], 1 for a valid token.
 * @returns [B T], 0 outside the mask.
 */
export function aggregationWeights(rule: AggregationRule, mask: Matrix): Float64Array {
  const { rows, columns, values } = mask;
  const lengths = Array.from({ length: rows }, (_, row) =>
    values.subarray(row * columns, (row + 1) * columns).reduce((sum, valid) => sum + valid, 0),
  );
  const counts = {
    rows,
    columns,
    sequences: lengths.filter((length) => length > 0).length,
    tokens: lengths.reduce((sum, length) => sum + length, 0),
  };
  return values.map((valid, at) =>
    valid === 0 ? 0 : valid * rules[rule](counts, lengths[Math.floor(at / columns)]!),
  );
}
