/** A fit as the JSON document that scripts read (`entlaw fit --json`); field names are a promise. */
import { toSnakeCase } from "../../base/snake-case.ts";
import type { SolvedFit } from "../fit/result.ts";
import type { EntropyLawFinding } from "./entropy-law.ts";
import type { LawFitFinding } from "./law-fit.ts";

/** One element of `fits`. */
export function fitToJson(finding: EntropyLawFinding | LawFitFinding): unknown {
  const { fit, choices } = finding;
  const common = {
    log: finding.log,
    law: fit.law,
    method: fit.method,
    n: fit.n,
    status: fit.status,
    ...(fit.status === "degenerate" ? nothingFitted(fit.reason, fit.explanation) : numbersOf(fit)),
    options: {
      entropy: choices.entropyColumn,
      reward: choices.rewardColumn,
      x: choices.xColumn ?? null,
      smooth: choices.smooth,
      window: choices.window ?? null,
      bootstrap: choices.bootstrap,
      ...(choices.fixed && { fixed: new Map(Object.entries(choices.fixed)) }),
    },
  };
  if (finding.question === "law-fit") {
    return toSnakeCase({ ...common, verdict: null, warnings: finding.warnings });
  }
  return toSnakeCase({
    ...common,
    ceilingBand: finding.ceilingBand ?? null,
    verdict: finding.verdict,
    crossChecks: finding.crossChecks.map(({ label, fit: other }) => ({
      label,
      status: other.status,
      ...(other.status === "degenerate"
        ? {}
        : { parameters: byName(other), ceiling: other.ceiling }),
    })),
    warnings: finding.warnings,
  });
}

// Parameter names such as `C_mid` and `A` are data: in a Map their case is kept.
const byName = (fit: SolvedFit): Map<string, unknown> => new Map(Object.entries(fit.parameters));

function numbersOf(fit: SolvedFit): Record<string, unknown> {
  return {
    parameters: byName(fit),
    covariance: fit.covariance,
    ceiling: fit.ceiling ?? null,
    ...fit.goodness,
  };
}

function nothingFitted(reason: string, explanation: string): Record<string, unknown> {
  const numbers = { r2: null, rmse: null, aic: null, aicc: null, bic: null, durbinWatson: null };
  return { reason, explanation, parameters: {}, ceiling: null, ...numbers };
}
