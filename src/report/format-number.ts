/** Numbers as text for people: digits from the standard error, intervals, reasons; knows no page and no terminal. */
import type { Estimate } from "../analyze/fit/result.ts";
import type { Bounded } from "../analyze/fit/level-bootstrap.ts";

/** Significant digits of a number that has no standard error of its own. */
const PLAIN_DIGITS = 4;
/** Significant digits of a standard error. More would be noise: the error of an error from n points is 1/√(2n). */
const ERROR_DIGITS = 2;
/** Beyond these sizes an exponent is easier to read than zeros. */
const SMALLEST_PLAIN = 1e-4;
const LARGEST_PLAIN = 1e7;
/** A tiny standard error does not make all digits interesting. */
const MAX_DECIMALS = 6;

/**
 * A number for people; never "NaN".
 *
 * @param value - undefined and NaN become `not available`.
 * @param se - standard error in the unit of `value`: it decides the last digit shown. Without it, four significant digits.
 */
export function formatNumber(value: number | undefined, se?: number): string {
  if (value === undefined || Number.isNaN(value)) return notAvailable();
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
  const decimals = se === undefined ? undefined : decimalsFor(se);
  const size = Math.abs(value);
  if (
    size >= LARGEST_PLAIN ||
    (size > 0 && size < SMALLEST_PLAIN && (decimals ?? MAX_DECIMALS) >= MAX_DECIMALS)
  ) {
    return value.toExponential(PLAIN_DIGITS - 1);
  }
  const text = decimals === undefined ? plain(value) : value.toFixed(decimals);
  return Number(text) === 0 ? text.replace("-", "") : text;
}

/** R² for people: four decimals, since a share of variance below that is none. */
export function formatR2(r2: number): string {
  return formatNumber(Number(r2.toFixed(PLAIN_DIGITS)));
}

/** `value ± standard error`, such as `0.862 ± 0.012`. */
export function formatWithError(estimate: Estimate | undefined): string {
  if (estimate === undefined) return notAvailable();
  const { value, se } = estimate;
  return Number.isFinite(se)
    ? `${formatNumber(value, se)} ± ${formatNumber(se, se)}`
    : formatNumber(value);
}

/** `[low, high]`, such as `[0.838, 0.886]`; an end that is open is infinite. */
export function formatInterval(
  interval: readonly [number, number] | undefined,
  se?: number,
): string {
  if (interval === undefined || interval.some(Number.isNaN)) return notAvailable();
  const [low, high] = interval.map((end) => formatNumber(end, se));
  return `${Number.isFinite(interval[0]) ? "[" : "("}${low}, ${high}${Number.isFinite(interval[1]) ? "]" : ")"}`;
}

/** Value and 95 % interval, such as `0.862 [0.838, 0.886]`. */
export function formatEstimate(estimate: Estimate | undefined): string {
  if (estimate === undefined) return notAvailable();
  return `${formatNumber(estimate.value, estimate.se)} ${formatInterval(estimate.ci95, estimate.se)}`;
}

/** A quarter of a 95 % interval is about its standard error: it decides the last digit shown. */
const ERRORS_A_WIDTH = 4;

/** Value and interval of a number without a standard error, such as `0.52 [0.48, 0.56]`. */
export function formatBounded(bounded: Bounded | undefined): string {
  if (bounded === undefined) return notAvailable();
  const { value, ci95 } = bounded;
  if (ci95 === undefined) return `${formatNumber(value)} (no interval)`;
  const se = (ci95[1] - ci95[0]) / ERRORS_A_WIDTH;
  return `${formatNumber(value, se)} ${formatInterval(ci95, se)}`;
}

/** A share with its interval in whole per cent, such as `73 [70, 77]`; a dash where there is none. */
export function formatShare(bounded: Bounded | undefined): string {
  if (bounded === undefined) return "-";
  const [value, ...ends] = [bounded.value, ...(bounded.ci95 ?? [])].map((share) =>
    formatNumber(Math.round(100 * share)),
  );
  const isExact = ends.every((end) => end === value);
  return isExact ? String(value) : `${value} [${ends.join(", ")}]`;
}

/** What stands in place of a number that there is none of. */
export function notAvailable(reason?: string): string {
  return reason === undefined ? "not available" : `not available: ${reason}`;
}

function plain(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(PLAIN_DIGITS)));
}

/** Decimals that show a standard error's first two digits; undefined where it has none. */
function decimalsFor(se: number): number | undefined {
  if (!Number.isFinite(se) || se <= 0) return undefined;
  const decimals = ERROR_DIGITS - 1 - Math.floor(Math.log10(se));
  return Math.min(MAX_DECIMALS, Math.max(0, decimals));
}
