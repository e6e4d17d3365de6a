/** "Did you mean …?": the known name that a mistyped one is nearest to; knows nothing of what the names name. */

// Longer names cannot come from a keyboard, and the distance costs the product of the lengths.
const MAX_LENGTH = 256;

/** Levenshtein distance: the fewest insertions, deletions and replacements of one character. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, previous[j]! + 1, current[j - 1]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}

/**
 * The name nearest to `name`, if it is near enough to be what was meant.
 *
 * Near enough: at most a third of the characters differ, letter case aside; or `name` is the
 * last path segment of the known one, as `entropy` of `actor/entropy`.
 */
export function closestName(name: string, known: readonly string[]): string | undefined {
  const wanted = name.toLowerCase().slice(0, MAX_LENGTH);
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const given = candidate.toLowerCase().slice(0, MAX_LENGTH);
    const distance = editDistance(wanted, given);
    const near = distance * 3 <= Math.max(wanted.length, given.length);
    if ((near || given.endsWith(`/${wanted}`)) && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}
