/** A fast path for the numbers that fill a log, `-12.345`; knows no exponents and no names for what is not finite. */

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
/** So many digits stay below 2^53, and 10 to that power is exact: one division then rounds as `Number` does. */
const MAX_DIGITS = 15;
const POWERS_OF_TEN = Array.from({ length: MAX_DIGITS + 1 }, (_, i) => 10 ** i);

/**
 * Parses `text` from `start` to `end` without cutting it out.
 *
 * @returns undefined if that is not a plain decimal of at most 15 digits, whatever else it may be.
 */
export function plainDecimal(text: string, start: number, end: number): number | undefined {
  const negative = text.charCodeAt(start) === MINUS;
  let mantissa = 0;
  let digits = 0;
  let pointAt = -1;
  for (let i = negative ? start + 1 : start; i < end; i += 1) {
    const code = text.charCodeAt(i);
    const digit = code - ZERO;
    if (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      digits += 1;
    } else if (code === POINT && pointAt < 0) pointAt = i;
    else return undefined;
  }
  if (digits === 0 || digits > MAX_DIGITS) return undefined;
  const value = pointAt < 0 ? mantissa : mantissa / POWERS_OF_TEN[end - pointAt - 1]!;
  return negative ? -value : value;
}
