/** How far numbers are from those that were expected; knows nothing of what they are. */

/** A quantity of a case: what was expected, what was found, and where to look. */
export interface Comparison {
  readonly quantity: string;
  readonly expected: ArrayLike<number>;
  readonly found: ArrayLike<number>;
  /** Places that count, 1 or 0; all of them if left out. */
  readonly where?: ArrayLike<number>;
}

/** The largest errors over some quantities. */
export interface LargestErrors {
  /** Largest |found − expected|; infinite where a number that is found is not finite. */
  readonly maxAbsError: number;
  /** Largest |found − expected| / max(1e-3, |expected|). */
  readonly maxRelError: number;
  /** Where the relative error is largest. */
  readonly quantity: string;
  readonly expected: number;
  readonly found: number;
}

/** Numbers below this are compared as if they were this large: rounding leaves no relative error of a difference near 0. */
const SMALLEST = 1e-3;

/** The largest errors over all places of all quantities. */
export function largestErrors(comparisons: readonly Comparison[]): LargestErrors {
  let largest: LargestErrors = {
    maxAbsError: 0,
    maxRelError: -1, // below any error, so that the first place is taken
    quantity: "",
    expected: Number.NaN,
    found: Number.NaN,
  };
  for (const { quantity, expected, found, where } of comparisons) {
    for (let at = 0; at < expected.length; at += 1) {
      if (where?.[at] === 0) continue;
      const [wanted, got] = [expected[at] ?? Number.NaN, found[at] ?? Number.NaN];
      const difference = Math.abs(got - wanted);
      const error = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
      const relative = error / Math.max(SMALLEST, Math.abs(wanted));
      const maxAbsError = Math.max(largest.maxAbsError, error);
      largest =
        relative > largest.maxRelError
          ? { maxAbsError, maxRelError: relative, quantity, expected: wanted, found: got }
          : { ...largest, maxAbsError };
    }
  }
  return largest.maxRelError < 0 ? { ...largest, maxRelError: 0 } : largest;
}
