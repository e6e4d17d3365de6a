/** The weight of each token of a mini-batch in its loss; knows no loss. */
import { type AggregationRule, aggregationWeights } from "../loss/aggregation.ts";
import type { Responses } from "../rollout/roll-out.ts";

/**
 * Weights of the tokens of some sequences, at their places among all of the step's.
 *
 * @returns [B, R], 0 for other sequences and beyond responses.
 */
export function tokenWeights(
  { count, longest, lengths, promptOf }: Responses,
  sequences: readonly number[],
  rule: AggregationRule,
): Float64Array {
  const mask = new Float64Array(sequences.length * longest);
  sequences.forEach((b, row) => mask.fill(1, row * longest, row * longest + lengths[b]!));
  const weights = aggregationWeights(
    rule,
    { rows: sequences.length, columns: longest, values: mask },
    Int32Array.from(sequences, (b) => promptOf[b]!),
  );
  const all = new Float64Array(count * longest);
  sequences.forEach((b, row) => {
    all.set(weights.subarray(row * longest, (row + 1) * longest), b * longest);
  });
  return all;
}
