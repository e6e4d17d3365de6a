/** A law other than the entropy law, fitted to one run: numbers without a verdict. */
import { fitLaw } from "../fit/fit-law.ts";
import { laws } from "../fit/laws.ts";
import type { LawFit, LawKind } from "../fit/result.ts";
import { movingMean } from "../fit/smoothing.ts";
import { type FitRequest, fitOptions } from "./choices.ts";
import type { FitChoices } from "./entropy-law.ts";
import { type LawInput, windowOf } from "./law-input.ts";

/** Laws that get no verdict of their own. */
export type OtherLaw = Exclude<LawKind, "entropy">;

/** One law on one log. */
export interface LawFitFinding {
  readonly question: "law-fit";
  readonly log: string;
  readonly choices: FitChoices;
  readonly fit: LawFit;
  readonly warnings: readonly string[];
}

/**
 * Fits a law by least squares, closed-form where it is linear.
 *
 * @throws ConfigError if the law cannot be fitted by the method asked for.
 */
export function findLawFit(input: LawInput, law: OtherLaw, request: FitRequest): LawFitFinding {
  const { smooth = 1, window, bootstrap = 0 } = request;
  const used = windowOf(input, window);
  const ofEntropy = laws[law].x === "entropy";
  const means = (values: Float64Array): Float64Array =>
    movingMean(values, Math.min(smooth, Math.max(values.length, 1)));
  const method = request.method ?? (laws[law].isLinear ? "ols" : "lm");
  const x = means(ofEntropy ? used.entropy : used.progress);
  const fit = fitLaw(law, x, means(used.reward), { ...fitOptions({ ...request, method }), method });
  return {
    question: "law-fit",
    log: input.log,
    choices: {
      entropyColumn: input.entropyColumn,
      rewardColumn: input.rewardColumn,
      xColumn: ofEntropy ? undefined : (input.progressColumn ?? "step + 1"),
      smooth,
      window,
      bootstrap,
      fixed: request.fixed,
    },
    fit,
    warnings: fit.status === "degenerate" ? [] : fit.warnings,
  };
}
