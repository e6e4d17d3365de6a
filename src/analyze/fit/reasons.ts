/** Sentences with numbers a reader can check beside any verdict, so that none of them promises what a `no` denies; decides nothing. */
import type { CeilingBand } from "./ceiling-band.ts";
import type { CleanSeries } from "./clean-series.ts";
import { informationCriteria } from "./criteria.ts";
import type { NeighbourFit } from "./fit-by-neighbours.ts";
import type { Forecast } from "./forecast.ts";
import { fitLine } from "./line.ts";
import { localMean } from "./local-mean.ts";
import { variance } from "./moments.ts";
import { short, shortRange } from "./short-number.ts";
import { trendR2 } from "./trend-fit.ts";

const SMOOTHING_WINDOW = 11;

/** Range of smoothed entropy, and how far below it spent entropy lies. */
function entropyRangeReason(entropy: Float64Array): string {
  const smooth = localMean(entropy, SMOOTHING_WINDOW).toSorted();
  const [low, high] = [smooth.at(0) ?? 0, smooth.at(-1) ?? 0];
  return `entropy covers ${shortRange([low, high])} nats (${SMOOTHING_WINDOW}-step means); H = 0 lies ${short(low)} nats below what was seen`;
}

function signWords([low, high]: readonly [number, number]): string {
  if (low > 0) return "reward rises as entropy falls, the sign of the law";
  if (high < 0) return "reward falls as entropy falls, against the sign of the law";
  return "the sign of the slope is not known";
}

function slopeReason({ parameters }: NeighbourFit): string {
  const a = parameters["a"]!;
  return `a = ${short(a.value)} (95 % ${shortRange(a.ci95)}): ${signWords(a.ci95)}`;
}

function explainedReason({ goodness, line }: NeighbourFit, reward: Float64Array): string {
  const share = trendR2(line.residuals, reward, line.noise.bounds);
  const trend =
    share === undefined
      ? "the reward has no trend above its noise"
      : `R2 of the trend = ${short(share)}`;
  return `R2 of single steps = ${short(goodness.r2)}, ${trend}`;
}

/** How much worse `rival` is than the law by AICc, in words. */
function against(name: string, excess: number): string {
  return excess >= 0
    ? `better than ${name} by ${short(excess)}`
    : `worse than ${name} by ${short(-excess)}`;
}

/**
 * AICc of the law beside a constant's, a line's in H and a line's in log step, each at its own least squares.
 *
 * The law pays for the noise in entropy and a curve in step does not, so losing to log step decides nothing.
 */
function criteriaReason(entropy: Float64Array, reward: Float64Array): string | undefined {
  const n = reward.length;
  const row = Float64Array.from(reward, (_, i) => Math.log1p(i));
  const [law, line, clock] = [entropy.map(Math.exp), entropy, row].map((x) => fitLine(x, reward));
  if (!law?.rss || !line?.rss || !clock?.rss) return undefined; // a perfect fit has no criterion
  const score = (rss: number, parameters: number): number =>
    informationCriteria(n, rss, parameters).aicc;
  const ours = score(law.rss, 2);
  const gains = [
    against("a constant", score(variance(reward) * n, 1) - ours),
    against("a line in H", score(line.rss, 2) - ours),
    against("a line in log step", score(clock.rss, 2) - ours),
  ];
  return `AICc of the law, all by least squares: ${gains.join(", ")}`;
}

function memoryReason({ goodness, phi }: NeighbourFit): string {
  return `residuals: Durbin–Watson ${short(goodness.durbinWatson)} (2 is white), memory of block means ${short(phi)}; the intervals allow for it`;
}

function prefixReason({ fittedRows, score }: Forecast): string | undefined {
  if (score === undefined) return undefined;
  const { rmse, baselineRmse, logLineRmse } = score;
  const misses = `fitted on the first ${fittedRows} steps, the law misses the rest by ${short(rmse)} (a constant ${short(baselineRmse)}, a line in log step ${short(logLineRmse)})`;
  if (rmse >= baselineRmse) return `${misses}: does not beat the constant`;
  return `${misses}: ${rmse < logLineRmse ? "beats both" : "beats the constant only"}`;
}

function boundReason({ ceiling }: NeighbourFit, reward: Float64Array): string | undefined {
  const isShare = reward.every((value) => value >= 0 && value <= 1);
  return isShare && ceiling !== undefined && ceiling.value > 1
    ? `the ceiling ${short(ceiling.value)} is above 1, which a reward in [0, 1] cannot reach: a sign of another form or of too short a run`
    : undefined;
}

function bandReason(band: CeilingBand | undefined): string | undefined {
  if (band === undefined) return undefined;
  const forms = band.forms.map(({ form }) => form).join(", ");
  return band.bounded
    ? `over all forms this run cannot tell apart (${forms}) the reward at H = 0 would be ${shortRange([band.low, band.high])}`
    : `the reward at H = 0 is not bounded by this run: over all forms it cannot tell apart (${forms}) it would be ${shortRange([band.low, band.high])}`;
}

const spacingReason = ({ evenlySpaced }: CleanSeries): string | undefined =>
  evenlySpaced ? undefined : "steps are not evenly spaced; rows are treated as if they were";

/** All reasons, in the order in which a reader would ask. */
export function lawReasons(
  fit: NeighbourFit,
  series: CleanSeries,
  { prefix, band }: { prefix: Forecast; band: CeilingBand | undefined },
): string[] {
  const { entropy, reward } = series;
  return [
    entropyRangeReason(entropy),
    slopeReason(fit),
    explainedReason(fit, reward),
    criteriaReason(entropy, reward),
    memoryReason(fit),
    prefixReason(prefix),
    bandReason(band),
    boundReason(fit, reward),
    spacingReason(series),
  ].filter((reason) => reason !== undefined);
}
