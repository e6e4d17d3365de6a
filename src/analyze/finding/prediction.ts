/** Had we stopped at this prefix, how well would the law have told the rest of the run? */
import { ConfigError, DataError } from "../../base/errors.ts";
import type { Table } from "../../log/table.ts";
import { cleanSeries } from "../fit/clean-series.ts";
import { fitLaw } from "../fit/fit-law.ts";
import { FORECAST_WINDOW, forecastReward } from "../fit/forecast.ts";
import { fitPrefix } from "../fit/prefix-fit.ts";
import { prefixRows } from "../fit/prefix.ts";
import type { Estimate } from "../fit/result.ts";
import { type RunSeries, smoothRun } from "../fit/smoothing.ts";
import type { FrameLike } from "../frame/data-frame.ts";
import { type FitRequest, methodOf } from "./choices.ts";
import { type ColumnChoice, type LawInput, inputOfTable, windowOf } from "./law-input.ts";

export interface PredictionFinding {
  readonly question: "prediction";
  readonly log: string;
  /** Number of points the law was fitted on, and number predicted. */
  readonly fitted: number;
  readonly predicted: number;
  /** Last step of the prefix. */
  readonly lastFittedStep: number;
  /** "refused" when the prefix does not identify the law; `reasons` then say why and the numbers are still given where finite. */
  readonly status: "predicted" | "refused" | "degenerate";
  readonly reasons: readonly string[];
  /** Centred means over this many steps were compared, so that the errors are not those of single batches; 1 means single steps. */
  readonly meansOver: number;
  /** Root mean squared error over the predicted steps, of the law and of the two baselines; undefined where degenerate. */
  readonly rmse: number | undefined;
  /** Baseline: mean reward of the last tenth of the prefix. */
  readonly baselineRmse: number | undefined;
  /** Second baseline: a line in log(1 + row), fitted on the prefix. */
  readonly logLineRmse: number | undefined;
  /** Observed minus predicted reward at the last step. */
  readonly finalError: number | undefined;
  readonly ceiling: Estimate | undefined;
  readonly beatsBaseline: boolean | undefined;
  /** Share of the predicted points inside the 90 % band. */
  readonly bandCoverage: number | undefined;
  readonly series: {
    readonly step: Float64Array;
    readonly reward: Float64Array;
    readonly entropy: Float64Array;
  };
  /** Prediction for the steps after the prefix with its 90 % band. */
  readonly forecast:
    | {
        readonly step: Float64Array;
        readonly observed: Float64Array;
        readonly mean: Float64Array;
        readonly low: Float64Array;
        readonly high: Float64Array;
        readonly baseline: number;
      }
    | undefined;
}

/** What least squares cannot give, and how to get it. */
const NO_BAND = "plain least squares gives no band; leave out the method and the smoothing for one";

/** Options of a prediction. */
export interface PredictionRequest extends FitRequest {
  /** Rows of the prefix: a whole number of steps, or a share in (0, 1) of them. */
  readonly fitOn: number;
}

/**
 * Fits a prefix of a run and predicts the rest from its entropy, beside two baselines.
 *
 * @throws DataError if a column is not there or there are fewer than two steps; ConfigError if the prefix leaves nothing
 *   to predict or the method makes no forecast.
 * @see arXiv:2505.22617, Fig. 5, which predicts from the first 36 steps.
 */
export function predictEntropyLaw(
  data: Table | FrameLike,
  options: ColumnChoice & PredictionRequest,
): PredictionFinding {
  return findPrediction(inputOfTable(data, options), options);
}

/** {@link predictEntropyLaw} on series already taken from a log. */
export function findPrediction(input: LawInput, request: PredictionRequest): PredictionFinding {
  const method = methodOf(request);
  const used = windowOf(input, request.window);
  const clean = cleanSeries(used.step, used.entropy, used.reward);
  if (clean.step.length < 2) {
    throw new DataError(
      "too-few-steps",
      `a prediction must have at least 2 steps of ${input.log}, one to fit and one to predict, got ${clean.step.length}`,
      { fix: "wait for more steps, or give a wider window" },
    );
  }
  if (method === "iv") return byProtocol(input.log, clean, request.fitOn);
  if (method === "ols") {
    return byLeastSquares(input.log, clean, request);
  }
  throw new ConfigError(
    "prediction-method",
    `a prediction must be made by iv or ols, got ${method}`,
    { fix: "leave out --method, or name one of the two" },
  );
}

/** The default: instrument, band over rival forms, refusals. */
function byProtocol(log: string, series: RunSeries, fitOn: number): PredictionFinding {
  const { step, entropy, reward } = series;
  const fitted = prefixRows(step.length, fitOn);
  const { status, reasons, ceiling, curve, score } = forecastReward(entropy, reward, {
    fittedRows: fitted,
  });
  return {
    question: "prediction",
    log,
    fitted,
    predicted: step.length - fitted,
    lastFittedStep: step[fitted - 1]!,
    status,
    reasons,
    meansOver: FORECAST_WINDOW,
    rmse: score?.rmse,
    baselineRmse: score?.baselineRmse,
    logLineRmse: score?.logLineRmse,
    finalError: score?.finalError,
    ceiling,
    beatsBaseline: score && score.rmse < score.baselineRmse,
    bandCoverage: score?.bandCoverage,
    series: { step, entropy, reward },
    forecast: curve && {
      step: step.slice(fitted),
      observed: curve.observed,
      mean: curve.mean,
      low: curve.low,
      high: curve.high,
      baseline: curve.baseline,
    },
  };
}

/** Plain least squares on the points as they are: the paper's way, without a band. */
function byLeastSquares(
  log: string,
  series: RunSeries,
  { fitOn, smooth = 1 }: PredictionRequest,
): PredictionFinding {
  const { step, entropy, reward } = smoothRun(series, smooth);
  const x = entropy.map(Math.exp);
  const logRow = step.map((_, row) => Math.log1p(row));
  const fitted = prefixRows(step.length, fitOn);
  const prefix = fitPrefix(x, reward, fitted);
  const law = fitLaw("entropy", entropy.slice(0, fitted), reward.slice(0, fitted), {
    method: "ols",
  });
  const isFitted = prefix !== undefined && law.status !== "degenerate";
  return {
    question: "prediction",
    log,
    fitted,
    predicted: step.length - fitted,
    lastFittedStep: step[fitted - 1]!,
    status: isFitted ? "predicted" : "degenerate",
    reasons: [law.status === "degenerate" ? law.explanation : NO_BAND],
    meansOver: smooth,
    rmse: prefix?.rmse,
    baselineRmse: prefix?.baselineRmse,
    logLineRmse: fitPrefix(logRow, reward, fitted)?.rmse,
    finalError: prefix?.finalError,
    ceiling: law.status === "degenerate" ? undefined : law.ceiling,
    beatsBaseline: prefix && prefix.rmse < prefix.baselineRmse,
    bandCoverage: undefined,
    series: { step, entropy, reward },
    forecast: prefix && {
      step: step.slice(fitted),
      observed: reward.slice(fitted),
      mean: prefix.forecast,
      low: prefix.forecast,
      high: prefix.forecast,
      baseline: prefix.baseline,
    },
  };
}
