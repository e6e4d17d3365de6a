/** How losses of tokens become one number, as weights: the loss is Σ weight · token loss; knows no loss. */
import { ShapeError } from "../../base/errors.ts";
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
  /** Groups with a valid token. */
  readonly groups: number;
}

/** What the weight of a token depends on besides. */
interface RowCounts {
  /** Valid tokens of its sequence. */
  readonly length: number;
  /** Valid tokens of all sequences of its group. */
  readonly groupTokens: number;
}

/** Weight of a token. */
const rules: { readonly [R in AggregationRule]: (counts: Counts, row: RowCounts) => number } = {
  "token-mean": ({ tokens }) => 1 / tokens,
  "seq-mean-token-sum": ({ sequences }) => 1 / sequences,
  "seq-mean-token-mean": ({ sequences }, { length }) => 1 / (sequences * length),
  "seq-mean-token-sum-norm": ({ sequences, columns }) => 1 / (sequences * columns),
  "prompt-mean-token-mean": ({ groups }, { groupTokens }) => 1 / (groups * groupTokens),
  "row-mean-token-mean": ({ rows }, { length }) => 1 / (rows * length),
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
 * @param group - [B], which prompt a sequence answers; `prompt-mean-token-mean` needs it.
 * @returns [B T], 0 outside the mask.
 * @throws {@link ShapeError} if the groups are needed and not there for each row.
 * @see for `prompt-mean-token-mean` arXiv:2510.13786
 */
export function aggregationWeights(
  rule: AggregationRule,
  mask: Matrix,
  group?: Int32Array,
): Float64Array {
  const { rows, columns, values } = mask;
  const lengths = Array.from({ length: rows }, (_, row) =>
    values.subarray(row * columns, (row + 1) * columns).reduce((sum, valid) => sum + valid, 0),
  );
  const groupTokens = tokensOfGroups(rule, lengths, group);
  const counts = {
    rows,
    columns,
    sequences: lengths.filter((length) => length > 0).length,
    tokens: lengths.reduce((sum, length) => sum + length, 0),
    groups: [...groupTokens.values()].filter((tokens) => tokens > 0).length,
  };
  return values.map((valid, at) => {
    if (valid === 0) return 0;
    const row = Math.floor(at / columns);
    const own = { length: lengths[row]!, groupTokens: groupTokens.get(group?.[row] ?? row)! };
    return valid * rules[rule](counts, own);
  });
}

/** Valid tokens of each group; where groups do not matter, of each sequence. */
function tokensOfGroups(
  rule: AggregationRule,
  lengths: readonly number[],
  group: Int32Array | undefined,
): ReadonlyMap<number, number> {
  if (rule === "prompt-mean-token-mean" && group?.length !== lengths.length) {
    throw new ShapeError(
      "aggregation-groups",
      `prompt-mean-token-mean must know the prompt of each of the ${lengths.length} sequences, got ${group?.length ?? "none"}`,
    );
  }
  const tokens = new Map<number, number>();
  for (const [row, length] of lengths.entries()) {
    const id = group?.[row] ?? row;
    tokens.set(id, (tokens.get(id) ?? 0) + length);
  }
  return tokens;
}
