/** Statistics of agreement with intervals that allow for neighbouring points being alike; knows no estimator. */
import { makeRng } from "../../base/random.ts";
import { bootstrapRows, percentileInterval95 } from "../fit/moving-block-bootstrap.ts";
import type { Agreement, AgreementStatistic } from "./agreement-finding.ts";
import { agreementStatistics, countedAgreement } from "./agreement-statistics.ts";

const STATISTICS: readonly AgreementStatistic[] = ["pearson", "spearman", "sign", "slope", "r2"];
/** Fewer points give no interval worth the name. */
const MIN_POINTS = 8;

/** How many resampled series, and which. */
export interface AgreementBootstrap {
  /** 0: no intervals. */
  readonly replicates: number;
  readonly seed: number;
}

/**
 * Computes {@link agreementStatistics} of the points that have both x and y, with 95 % intervals.
 *
 * The intervals are percentiles of a moving-block bootstrap with blocks of ceil(n^(1/3)) points; one seed draws the same
 * blocks for every series of one length. Resampled series in which a statistic does not exist are left out of its own.
 *
 * @param x - predicted [n], NaN where there is none.
 * @param y - measured [n], NaN where there is none.
 */
export function bootstrapAgreement(
  x: Float64Array,
  y: Float64Array,
  { replicates, seed }: AgreementBootstrap,
): Agreement {
  const both = (_: number, i: number): boolean => Number.isFinite(x[i]) && Number.isFinite(y[i]);
  const predicted = x.filter(both);
  const measured = y.filter(both);
  const n = predicted.length;
  const statistics = agreementStatistics(predicted, measured);
  if (n < MIN_POINTS || replicates === 0) return { ...statistics, ci95: {} };
  const plan = { replicates, rng: makeRng(seed, "bootstrap") };
  const statisticsOf = countedAgreement(predicted, measured);
  const counts = new Float64Array(n);
  const draws = bootstrapRows(n, plan, (rows) => {
    counts.fill(0);
    for (const row of rows) counts[row]! += 1;
    const drawn = statisticsOf(counts);
    return STATISTICS.map((name) => drawn[name]);
  });
  const intervals = STATISTICS.flatMap((name, i) => {
    const interval = percentileInterval95(draws[i]!.filter(Number.isFinite));
    return interval === undefined || !Number.isFinite(statistics[name]) ? [] : [[name, interval]];
  });
  return { ...statistics, ci95: Object.fromEntries(intervals) };
}
