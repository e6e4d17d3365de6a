/** Numbers as a sentence quotes them; knows no units. */

/** Below this an exponent is easier to read than zeros. */
const SMALLEST_PLAIN = 1e-4;

/** Three significant digits, without trailing zeros. */
export function short(value: number): string {
  const rounded = Number(value.toPrecision(3));
  const isTiny = rounded !== 0 && Math.abs(rounded) < SMALLEST_PLAIN;
  return isTiny ? rounded.toExponential() : String(rounded);
}

/** `low to high`, three significant digits each. */
export function shortRange([low, high]: readonly [number, number]): string {
  return `${short(low)} to ${short(high)}`;
}
