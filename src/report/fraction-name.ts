/** Shares of a run as readers call them: 1/12, 1/3, all; knows no run. */

const LARGEST_DIVISOR = 24;

/** `1/3` for a share that is one over a whole number, `all` for 1, else per cent. */
export function fractionName(share: number): string {
  if (share === 1) return "all";
  const divisor = Math.round(1 / share);
  return divisor <= LARGEST_DIVISOR && Math.abs(share * divisor - 1) < 1e-9 // rounding of a quotient
    ? `1/${divisor}`
    : `${Number((100 * share).toPrecision(3))} %`;
}
