/** What verl's names and settings are in our configuration; computes nothing. */
import { closestName } from "../../base/closest-name.ts";
import { DataError } from "../../base/errors.ts";
import type { AdvantageConfig } from "../../config/advantage-config.ts";
import type { PolicyLossConfig } from "../intervention/policy-loss.ts";
import type { Aggregation } from "../loss/aggregation.ts";
import type { AdvantageCase, LossCase } from "./case-file.ts";

/** verl's settings of a loss, by its names, null or absent where verl's default holds. */
const SETTINGS = [
  "clip_ratio",
  "clip_ratio_low",
  "clip_ratio_high",
  "clip_ratio_c",
  "clip_cov_ratio",
  "clip_cov_lb",
  "clip_cov_ub",
  "kl_cov_ratio",
  "ppo_kl_coef",
  "tau_pos",
  "tau_neg",
] as const;

type Settings = { readonly [S in (typeof SETTINGS)[number]]?: number | null };

/** The bounds of the ratio: one setting for both sides, or one for each. */
function bounds(settings: Settings): { readonly clipLow: number; readonly clipHigh: number } {
  const both = settings.clip_ratio ?? 0.2;
  return {
    clipLow: settings.clip_ratio_low ?? both,
    clipHigh: settings.clip_ratio_high ?? both,
  };
}

const NONE = { kind: "none" } as const;

/** The losses we offer, by verl's `loss_mode`. */
const LOSS_MODES: Readonly<Record<string, (settings: Settings) => PolicyLossConfig>> = {
  vanilla: (settings) => ({
    loss: { kind: "ppo-clip", ...bounds(settings), dualClip: settings.clip_ratio_c ?? 3 },
    intervention: NONE,
  }),
  clip_cov: (settings) => ({
    loss: { kind: "ppo-clip", ...bounds(settings), dualClip: null },
    intervention: {
      kind: "clip-cov",
      share: settings.clip_cov_ratio ?? 2e-4,
      low: settings.clip_cov_lb ?? 1,
      high: settings.clip_cov_ub ?? 5,
      scope: "mini",
    },
  }),
  kl_cov: ({ kl_cov_ratio, ppo_kl_coef }) => ({
    loss: { kind: "policy-gradient" },
    intervention: {
      kind: "kl-cov",
      share: kl_cov_ratio ?? 2e-4,
      // verl's configuration says 0.1 where nothing is set, its function 1 where null is.
      coefficient: ppo_kl_coef === undefined ? 0.1 : (ppo_kl_coef ?? 1),
      scope: "mini",
    },
  }),
  cispo: (settings) => ({ loss: { kind: "cispo", ...bounds(settings) }, intervention: NONE }),
  gspo: (settings) => ({ loss: { kind: "gspo", ...bounds(settings) }, intervention: NONE }),
  gpg: () => ({ loss: { kind: "gpg" }, intervention: NONE }),
  geo_mean: (settings) => ({ loss: { kind: "gmpo", ...bounds(settings) }, intervention: NONE }),
  sapo: ({ tau_pos, tau_neg }) => ({
    loss: {
      kind: "sapo",
      temperaturePositive: tau_pos ?? 1,
      temperatureNegative: tau_neg ?? 1.05,
    },
    intervention: NONE,
  }),
};

const AGGREGATIONS = [
  "token-mean",
  "seq-mean-token-sum",
  "seq-mean-token-mean",
  "seq-mean-token-sum-norm",
] as const satisfies readonly Aggregation[];

const grpo = ({ norm_adv_by_std_in_grpo }: AdvantageCase): AdvantageConfig => ({
  kind: "grpo",
  normalizeByStd: norm_adv_by_std_in_grpo ?? true,
  stdOver: "group",
});
const rloo = (): AdvantageConfig => ({ kind: "rloo" });

/** verl's `gae` takes γ and λ as tensors, float32 unless told otherwise, which their product then is as well. */
function gae(given: AdvantageCase): AdvantageConfig {
  const gamma = Math.fround(given.gamma ?? 1);
  const product = Math.fround(gamma * Math.fround(given.lam ?? 1));
  const lambda = gamma === 0 ? 0 : product / gamma;
  return { kind: "gae", gamma, lambda, valueCoefficient: 1, valueClip: null };
}

const DR_GRPO: AdvantageConfig = { kind: "grpo", normalizeByStd: false, stdOver: "group" };

/** The estimators we offer, by verl's `adv_estimator`; GRPO without the standard deviation under the name of its paper. */
const ESTIMATORS: Readonly<Record<string, (given: AdvantageCase) => AdvantageConfig>> = {
  grpo,
  grpo_vectorized: grpo,
  dr_grpo: () => DR_GRPO,
  grpo_passk: ({ norm_adv_by_std_in_grpo }) => ({
    kind: "grpo-pass-k",
    normalizeByStd: norm_adv_by_std_in_grpo ?? true,
  }),
  rloo,
  rloo_vectorized: rloo,
  reinforce_plus_plus: ({ gamma }) => ({ kind: "reinforce-plus-plus", gamma: gamma ?? 1 }),
  reinforce_plus_plus_baseline: () => ({ kind: "reinforce-plus-plus-baseline" }),
  remax: () => ({ kind: "remax" }),
  opo: () => ({ kind: "opo" }),
  gpg: () => ({ kind: "gpg" }),
  gae,
};

/** The row of a table, or an error that lists the table. */
function lookUp<T>(table: Readonly<Record<string, T>>, name: string, what: string): T {
  const row = Object.hasOwn(table, name) ? table[name] : undefined;
  if (row !== undefined) return row;
  throw unknownName(Object.keys(table), name, what);
}

function unknownName(known: readonly string[], name: string, what: string): DataError {
  const near = closestName(name, known);
  return new DataError("unknown-name", `${what} must be one of ${known.join(", ")}, got ${name}`, {
    fix:
      near === undefined
        ? "Take the case out: entlaw has nothing to compare it with."
        : `Did you mean ${near}?`,
  });
}

/** A loss of verl in our words. */
export interface NamedLoss extends PolicyLossConfig {
  readonly aggregation: Aggregation;
}

/**
 * Our configuration of a case's loss.
 *
 * @param called - name of the case, for messages.
 * @throws {@link DataError} for a loss, a setting or an aggregation that is not known, or a choice that was random.
 */
export function lossNamed(given: LossCase, called: string): NamedLoss {
  const configOf = lookUp(LOSS_MODES, given.loss_mode, `${called}: loss_mode`);
  const unknown = Object.keys(given.config).find((key) => !SETTINGS.some((one) => one === key));
  if (unknown !== undefined) throw unknownName(SETTINGS, unknown, `${called}: a key of config`);
  const aggregation = AGGREGATIONS.find((one) => one === given.loss_agg_mode);
  if (aggregation === undefined) {
    throw unknownName(AGGREGATIONS, given.loss_agg_mode, `${called}: loss_agg_mode`);
  }
  const config = configOf(given.config);
  if (config.intervention.kind === "clip-cov" && given.selection !== "row-major") {
    throw new DataError(
      "random-choice",
      `${called}: selection must be "row-major", got ${JSON.stringify(given.selection ?? null)}: a random choice of tokens cannot be compared`,
      { fix: "Export the case with the first candidates in row-major order chosen." },
    );
  }
  return { ...config, aggregation };
}

/**
 * Our configuration of a case's estimator.
 *
 * @param called - name of the case, for messages.
 * @throws {@link DataError} for an estimator that is not known.
 */
export function estimatorNamed(given: AdvantageCase, called: string): AdvantageConfig {
  return lookUp(ESTIMATORS, given.estimator, `${called}: estimator`)(given);
}
