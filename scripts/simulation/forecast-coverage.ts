/** How often the 90 % band of a forecast holds what happens, and whether the forecast beats its baselines. */
import { makeRng } from "../../src/base/random.ts";
import { forecastReward } from "../../src/analyze/fit/forecast.ts";
import type { World } from "./worlds.ts";

/** Means over the runs whose forecast was not refused. */
export interface ForecastResult {
  /** Share of the runs that were not refused. */
  readonly accepted: number;
  /** Mean share of later steps inside the band. */
  readonly coverage: number;
  /** Share of the accepted runs with a smaller error than each baseline. */
  readonly beatsConstant: number;
  readonly beatsLogLine: number;
}

/** One cell of the table. */
export interface ForecastCell {
  readonly world: World;
  readonly n: number;
  /** Share of the run that is fitted. */
  readonly prefix: number;
  readonly replicates: number;
  readonly seed: number;
}

/** Simulates one cell. */
export function forecastCoverage(cell: ForecastCell): ForecastResult {
  const root = makeRng(cell.seed, `forecast ${cell.world.name} ${cell.n}`);
  const sums = { accepted: 0, coverage: 0, constant: 0, logLine: 0 };
  for (let k = 0; k < cell.replicates; k += 1) {
    const { entropy, reward } = cell.world.make(cell.n, root.stream(String(k)));
    const fittedRows = Math.floor(cell.prefix * cell.n);
    const { status, score } = forecastReward(entropy, reward, { fittedRows });
    if (status !== "predicted" || score === undefined) continue;
    sums.accepted += 1;
    sums.coverage += score.bandCoverage;
    sums.constant += score.rmse < score.baselineRmse ? 1 : 0;
    sums.logLine += score.rmse < score.logLineRmse ? 1 : 0;
  }
  const mean = (sum: number): number => sum / sums.accepted; // NaN where none was accepted
  return {
    accepted: sums.accepted / cell.replicates,
    coverage: mean(sums.coverage),
    beatsConstant: mean(sums.constant),
    beatsLogLine: mean(sums.logLine),
  };
}
