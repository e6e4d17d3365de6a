/** Holm's correction for many comparisons; knows nothing of what was tested. */

/**
 * Adjusted p values: reject those below a level, and the chance of any false rejection stays below it.
 *
 * @param p - [m]; undefined where there was no test, which then does not count.
 * @returns [m], in the same order.
 * @see Holm (1979), Scandinavian Journal of Statistics 6.
 */
export function holm(p: ReadonlyArray<number | undefined>): Array<number | undefined> {
  const tested = p
    .flatMap((value, index) => (value === undefined ? [] : [{ value, index }]))
    .toSorted((one, other) => one.value - other.value);
  const adjusted: Array<number | undefined> = p.map(() => undefined);
  let largest = 0;
  for (const [rank, { value, index }] of tested.entries()) {
    largest = Math.max(largest, Math.min(1, (tested.length - rank) * value));
    adjusted[index] = largest;
  }
  return adjusted;
}
