/** Choices of a few out of many; knows nothing of what they are chosen for. */
import type { ChoiceOrder } from "./intervention.ts";

/** How many of `count` tokens a share is: rounded down, but one at least. */
export function shareOf(share: number, count: number): number {
  return Math.max(Math.floor(share * count), 1);
}

/** Marks some places of `length`. */
function marked(length: number, places: Iterable<number>): Uint8Array {
  const marks = new Uint8Array(length);
  for (const place of places) marks[place] = 1;
  return marks;
}

/**
 * Chooses among candidates, each set of `count` being as likely as any other; all of them if there are no more.
 *
 * @param isCandidate - of a place in 0 … `length` − 1.
 * @param order - stream of the draws, or `first` for the first candidates.
 * @returns [length], 1 for a chosen place.
 */
export function chooseAmong(
  length: number,
  isCandidate: (place: number) => boolean,
  count: number,
  order: ChoiceOrder,
): Uint8Array {
  const candidates = Array.from({ length }, (_, place) => place).filter(isCandidate);
  const taken = Math.min(count, candidates.length);
  if (order !== "first") {
    // Fisher and Yates, as far as is needed.
    for (let at = 0; at < taken; at += 1) {
      const other = at + order.below(candidates.length - at);
      [candidates[at], candidates[other]] = [candidates[other]!, candidates[at]!];
    }
  }
  return marked(length, candidates.slice(0, taken));
}

/**
 * Chooses the largest values, the earlier one of equals; all if there are no more than `count`.
 *
 * @returns [values.length], 1 for a chosen place.
 */
export function chooseLargest(values: Float64Array, count: number): Uint8Array {
  const places = Array.from(values, (_, place) => place);
  places.sort((one, other) => values[other]! - values[one]!);
  return marked(values.length, places.slice(0, count));
}
