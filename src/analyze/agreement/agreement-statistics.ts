/** How well a prediction agrees with what was measured, by five numbers that belong together; knows no estimator. */
import type { AgreementStatistics } from "./agreement-finding.ts";
import { midRanks } from "./mid-ranks.ts";

/**
 * Computes all of them, since no one tells enough: a wrong form can correlate well and predict nothing.
 *
 * The step size behind x is unknown, so the line goes through the origin, and r2 is that line's: it can be negative and
 * is not the square of `pearson`.
 *
 * @param x - predicted [n], finite.
 * @param y - measured [n], finite.
 * @returns NaN for what does not exist: a correlation where x or y is constant, slope and r2 where x is 0
 * throughout, r2 where y is constant.
 */
export function agreementStatistics(x: Float64Array, y: Float64Array): AgreementStatistics {
  return countedAgreement(x, y)(new Float64Array(x.length).fill(1));
}

/**
 * Prepares {@link agreementStatistics} of points that each occur any number of times, as in a resampled series.
 *
 * @returns a function of the counts [n].
 */
export function countedAgreement(
  x: Float64Array,
  y: Float64Array,
): (counts: Float64Array) => AgreementStatistics {
  const [orderX, orderY] = [midRanks(x), midRanks(y)];
  const ranksX = new Float64Array(x.length);
  const ranksY = new Float64Array(x.length);
  return (counts) => {
    const differentX = orderX.fill(counts, ranksX);
    const differentY = orderY.fill(counts, ranksY);
    // What rounding leaves of the spread of equal values is none.
    const varies = differentX > 1 && differentY > 1;
    const { r2, ...line } = throughOrigin(x, y, counts);
    return {
      n: total(counts),
      pearson: varies ? correlation(x, y, counts) : Number.NaN,
      spearman: varies ? correlation(ranksX, ranksY, counts) : Number.NaN,
      ...line,
      r2: differentY > 1 ? r2 : Number.NaN,
    };
  };
}

function correlation(x: Float64Array, y: Float64Array, counts: Float64Array): number {
  const meanX = countedMean(x, counts);
  const meanY = countedMean(y, counts);
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < x.length; i += 1) {
    const dx = x[i]! - meanX;
    const dy = y[i]! - meanY;
    xx += counts[i]! * dx * dx;
    yy += counts[i]! * dy * dy;
    xy += counts[i]! * dx * dy;
  }
  return Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)));
}

function throughOrigin(
  x: Float64Array,
  y: Float64Array,
  counts: Float64Array,
): Pick<AgreementStatistics, "sign" | "slope" | "r2"> {
  let [xx, xy, signs] = [0, 0, 0];
  for (let i = 0; i < x.length; i += 1) {
    xx += counts[i]! * x[i]! * x[i]!;
    xy += counts[i]! * x[i]! * y[i]!;
    if (Math.sign(x[i]!) === Math.sign(y[i]!)) signs += counts[i]!;
  }
  const slope = xy / xx;
  const meanY = countedMean(y, counts);
  let [unexplained, spread] = [0, 0];
  for (let i = 0; i < x.length; i += 1) {
    unexplained += counts[i]! * (y[i]! - slope * x[i]!) ** 2;
    spread += counts[i]! * (y[i]! - meanY) ** 2;
  }
  return { sign: signs / total(counts), slope, r2: 1 - unexplained / spread };
}

const total = (counts: Float64Array): number => counts.reduce((sum, count) => sum + count, 0);

function countedMean(values: Float64Array, counts: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += counts[i]! * values[i]!;
  return sum / total(counts);
}
