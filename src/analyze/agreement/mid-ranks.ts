/** Ranks with ties shared, of values that each occur any number of times; knows nothing of what is ranked. */

/** Ranks of one series under changing counts, sorted once. */
export interface MidRanks {
  /**
   * Writes the rank of each value among all that occur: from 1 on, equal ones sharing the mean of theirs.
   *
   * @param counts - how often each value occurs [n].
   * @param ranks - [n], overwritten; meaningless where the count is 0.
   * @returns how many different values occur.
   */
  fill(counts: ArrayLike<number>, ranks: Float64Array): number;
}

/**
 * Sorts a series for ranking.
 *
 * @param values - [n], without NaN.
 */
export function midRanks(values: Float64Array): MidRanks {
  const order = Uint32Array.from(values.keys()).toSorted((a, b) => values[a]! - values[b]!);
  /** Places in `order` at which another value begins, and the end. */
  const starts = [...order.keys()].filter(
    (i) => i === 0 || values[order[i]!] !== values[order[i - 1]!],
  );
  starts.push(order.length);
  return {
    fill(counts, ranks) {
      let below = 0;
      let different = 0;
      for (let tie = 0; tie + 1 < starts.length; tie += 1) {
        let equal = 0;
        for (let i = starts[tie]!; i < starts[tie + 1]!; i += 1) equal += counts[order[i]!]!;
        if (equal > 0) different += 1;
        const rank = below + (equal + 1) / 2;
        for (let i = starts[tie]!; i < starts[tie + 1]!; i += 1) ranks[order[i]!] = rank;
        below += equal;
      }
      return different;
    },
  };
}
