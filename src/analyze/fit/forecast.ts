/** What a prefix of a run says about the rest, given the entropy of the rest; knows no verdict and no log. */
import { ConfigError } from "../../base/errors.ts";
import { LAW_FORM } from "./entropy-form.ts";
import { extrapolate } from "./extrapolation.ts";
import { fitByNeighbours, type NeighbourFit } from "./fit-by-neighbours.ts";
import { formLine, formLines, keptForms, type FormLine } from "./form-lines.ts";
import { forecastRefusals } from "./forecast-refusals.ts";
import type { Neighbourhood } from "./instrument.ts";
import { fitLine } from "./line.ts";
import { localMean } from "./local-mean.ts";
import { mean } from "./moments.ts";
import { tailMean } from "./prefix.ts";
import type { DegenerateFit, Estimate } from "./result.ts";
import { tQuantile } from "./student-t.ts";

/** How a forecast is made. */
export interface ForecastOptions {
  /** Rows of the prefix. */
  readonly fittedRows: number;
  /** Odd number of steps over which forecast and observation are averaged; 1 compares single steps. Default 11. */
  readonly window?: number;
}

/** Errors over the later steps, each a root mean square against the observed (smoothed) reward. */
interface ForecastScore {
  readonly rmse: number;
  /** Of the mean reward of the last tenth of the prefix. */
  readonly baselineRmse: number;
  /** Of a line in log(1 + row), fitted on the prefix by least squares. */
  readonly logLineRmse: number;
  /** Observed minus predicted reward at the last step. */
  readonly finalError: number;
  /** Share of the later steps inside the band. */
  readonly bandCoverage: number;
}

/** The later part of the run as the prefix foretells it; every array is [n later]. */
interface ForecastCurve {
  /** What happened, smoothed. */
  readonly observed: Float64Array;
  /** What the law says. */
  readonly mean: Float64Array;
  /** The 90 % band over all forms the prefix cannot tell apart. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** The first baseline, one number for all steps. */
  readonly baseline: number;
  /** The second baseline. */
  readonly logLine: Float64Array;
  /** Steps whose entropy lies further outside that of the prefix than half its span. */
  readonly farSteps: number;
}

/** What a prefix says of the rest. `refused`: numbers are given, but the prefix does not identify the law. */
export interface Forecast {
  readonly status: "predicted" | "refused" | "degenerate";
  /** Why it was refused or is degenerate, and what to be careful about. */
  readonly reasons: readonly string[];
  readonly fittedRows: number;
  /** The law on the prefix. */
  readonly fit: NeighbourFit | DegenerateFit;
  /** Ceiling by the law on the prefix. */
  readonly ceiling: Estimate | undefined;
  /** Undefined where degenerate. */
  readonly curve: ForecastCurve | undefined;
  readonly score: ForecastScore | undefined;
}

/** Steps over which forecast and observation are averaged before they are compared; odd. */
export const FORECAST_WINDOW = 11;
/** Two-sided 90 %. */
const BAND_PROBABILITY = 0.95;
/** The rehearsal may widen a band, up to this factor, and never narrows it. */
const MAX_REHEARSAL_FACTOR = 3;

interface Part {
  readonly entropy: Float64Array;
  readonly reward: Float64Array;
}

const rowsOf = ({ entropy, reward }: Part, from: number, to: number): Part => ({
  entropy: entropy.subarray(from, to),
  reward: reward.subarray(from, to),
});

/** How much worse than promised a form did when the first half of the prefix foretold the second. */
function rehearsalFactor(
  { form }: FormLine,
  prefix: Part,
  neighbourhood: Neighbourhood,
  window: number,
): number {
  const n = prefix.reward.length;
  const half = Math.floor(n / 2);
  const first = rowsOf(prefix, 0, half);
  const second = rowsOf(prefix, half, n);
  const line = formLine(form, first.entropy, first.reward, neighbourhood);
  if (line === undefined) return MAX_REHEARSAL_FACTOR;
  const { mean: expected, variance } = extrapolate(
    { form, line, deltaAic: 0 },
    second.entropy,
    window,
  );
  const observed = localMean(second.reward, window);
  const squares = observed.map((value, i) => (value - expected[i]!) ** 2 / variance[i]!);
  const factor = Math.sqrt(mean(squares));
  return Number.isFinite(factor) ? Math.min(Math.max(factor, 1), MAX_REHEARSAL_FACTOR) : 1;
}

/** Envelope of the forms' bands. */
function band(
  forms: readonly FormLine[],
  prefix: Part,
  later: Part,
  options: { neighbourhood: Neighbourhood; window: number },
): { low: Float64Array; high: Float64Array } {
  const low = new Float64Array(later.reward.length).fill(Infinity);
  const high = new Float64Array(later.reward.length).fill(-Infinity);
  for (const fitted of forms) {
    const { mean: expected, variance } = extrapolate(fitted, later.entropy, options.window);
    const factor = rehearsalFactor(fitted, prefix, options.neighbourhood, options.window);
    const reach = tQuantile(BAND_PROBABILITY, fitted.line.noise.dof) * factor;
    for (const [i, centre] of expected.entries()) {
      const half = reach * Math.sqrt(variance[i]!);
      low[i] = Math.min(low[i]!, centre - half);
      high[i] = Math.max(high[i]!, centre + half);
    }
  }
  return { low, high };
}

/** The line in log(1 + row) of the prefix, at the later rows. */
function logLine(reward: Float64Array, from: number, to: number): Float64Array {
  const fitted = fitLine(
    Float64Array.from(reward, (_, i) => Math.log1p(i)),
    reward,
  );
  return Float64Array.from({ length: to - from }, (_, i) =>
    fitted === undefined ? mean(reward) : fitted.intercept + fitted.slope * Math.log1p(from + i),
  );
}

/** Later steps whose regressor lies further outside the prefix than half its span. */
function countFar(fitted: Float64Array, later: Float64Array, window: number): number {
  const seen = localMean(fitted, window).toSorted();
  const [low, high] = [seen.at(0) ?? 0, seen.at(-1) ?? 0];
  const margin = (high - low) / 2;
  return localMean(later, window).filter((x) => x < low - margin || x > high + margin).length;
}

function scoreOf({ observed, mean: expected, low, high, ...rivals }: ForecastCurve): ForecastScore {
  const rmse = (predicted: (i: number) => number): number =>
    Math.sqrt(mean(observed.map((value, i) => (value - predicted(i)) ** 2)));
  const inside = observed.filter((value, i) => value >= low[i]! && value <= high[i]!).length;
  return {
    rmse: rmse((i) => expected[i]!),
    baselineRmse: rmse(() => rivals.baseline),
    logLineRmse: rmse((i) => rivals.logLine[i]!),
    finalError: observed.at(-1)! - expected.at(-1)!,
    bandCoverage: inside / observed.length,
  };
}

/**
 * Fits the law on a prefix and says what it expects of the rest, GIVEN the entropy the rest turned out to have: it
 * asks whether the relation lasts, not whether entropy can be foreseen.
 *
 * @param entropy - [n], nats, finite, in order of step.
 * @param reward - [n].
 * @throws {@link ConfigError} if the prefix leaves nothing to predict or the window is not an odd number ≥ 1.
 */
export function forecastReward(
  entropy: Float64Array,
  reward: Float64Array,
  { fittedRows, window = FORECAST_WINDOW }: ForecastOptions,
): Forecast {
  const n = reward.length;
  if (!(fittedRows >= 1 && fittedRows < n)) {
    throw new ConfigError(
      "prefix-rows",
      `a prefix must have 1 to ${n - 1} steps, got ${fittedRows}`,
    );
  }
  if (!(window >= 1 && window % 2 === 1)) {
    throw new ConfigError(
      "window-odd",
      `a centred window must be odd and at least 1, got ${window}`,
    );
  }
  const prefix = rowsOf({ entropy, reward }, 0, fittedRows);
  const later = rowsOf({ entropy, reward }, fittedRows, n);
  const fit = fitByNeighbours(prefix.entropy, prefix.reward);
  if (fit.status === "degenerate") {
    const reasons = [fit.explanation];
    return {
      status: "degenerate",
      reasons,
      fittedRows,
      fit,
      ceiling: undefined,
      curve: undefined,
      score: undefined,
    };
  }
  const { neighbourhood } = fit;
  const forms = keptForms(formLines(prefix.entropy, prefix.reward, neighbourhood));
  const law: FormLine = { form: LAW_FORM, line: fit.line, deltaAic: 0 };
  const curve: ForecastCurve = {
    observed: localMean(later.reward, window),
    mean: extrapolate(law, later.entropy, window).mean,
    ...band(forms, prefix, later, { neighbourhood, window }),
    baseline: tailMean(prefix.reward),
    logLine: logLine(prefix.reward, fittedRows, n),
    farSteps: countFar(prefix.entropy.map(Math.exp), later.entropy.map(Math.exp), window),
  };
  const reasons = forecastRefusals(fit, prefix.entropy, prefix.reward);
  const cautions =
    curve.farSteps > 0
      ? [
          `${curve.farSteps} of ${n - fittedRows} later steps have an entropy far from any in the prefix`,
        ]
      : [];
  return {
    status: reasons.length === 0 ? "predicted" : "refused",
    reasons: [...reasons, ...cautions],
    fittedRows,
    fit,
    ceiling: fit.ceiling,
    curve,
    score: scoreOf(curve),
  };
}
