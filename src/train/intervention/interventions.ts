/**
 * The table of interventions: one row a kind of the configuration. Any of them goes with any surrogate and any
 * aggregation, but KL-Cov, which is defined without a clip and brings its surrogate along.
 *
 * Clip-Cov and KL-Cov follow verl 0.9.1. Deviations: 1. tokens are chosen over the scope that is configured, where verl
 * and the paper's code take a micro-batch; 2. Clip-Cov's draw is seeded; 3. Clip-Cov goes with every surrogate, and a
 * token that a dual clip holds is no candidate either.
 */
import type {
  InterventionConfig,
  InterventionKind,
  OptionsOf,
} from "../../config/intervention-config.ts";
import type { LossConfig } from "../../config/loss-config.ts";
import type { tf } from "../../engine/tfjs.ts";
import { adjustClipCov, selectClipCov } from "./clip-cov.ts";
import { adjustEntropyBonus } from "./entropy-bonus.ts";
import type { AdjustmentTensors, ChoiceOrder, Intervention, ScopeTokens } from "./intervention.ts";
import { adjustKlCov, selectKlCov } from "./kl-cov.ts";
import { adjustReferenceKl } from "./reference-kl.ts";

/** Interventions by kind. */
export const interventions: { readonly [K in InterventionKind]: Intervention<K> } = {
  none: {},
  "clip-cov": { select: selectClipCov, adjust: adjustClipCov },
  "kl-cov": {
    surrogate: { kind: "policy-gradient" },
    select: selectKlCov,
    adjust: adjustKlCov,
  },
  "entropy-bonus": { adjust: adjustEntropyBonus },
  "reference-kl": { needsReference: true, adjust: adjustReferenceKl },
};

function rowOf<K extends InterventionKind>(options: OptionsOf<K>): Intervention<K> {
  return interventions[options.kind as K];
}

/** Whether the intervention chooses tokens, so that {@link selectTokens} has to be asked before each update. */
export function selectsTokens(config: InterventionConfig): boolean {
  return interventions[config.kind].select !== undefined;
}

/** Whether {@link adjustLoss} must be given the log-probabilities of the reference policy. */
export function needsReference(config: InterventionConfig): boolean {
  return interventions[config.kind].needsReference ?? false;
}

/** The surrogate that applies: the intervention's own, else the configured one. */
export function surrogateUnder(config: InterventionConfig, loss: LossConfig): LossConfig {
  return interventions[config.kind].surrogate ?? loss;
}

function select<K extends InterventionKind>(
  tokens: ScopeTokens,
  options: OptionsOf<K>,
  order: ChoiceOrder,
): Uint8Array | undefined {
  return rowOf(options).select?.(tokens, options, order);
}

/**
 * Chooses tokens of one scope.
 *
 * @param order - stream of the draws; the same stream chooses the same tokens.
 * @returns [n], 1 for a chosen token; none by interventions that choose none.
 */
export function selectTokens(
  tokens: ScopeTokens,
  config: InterventionConfig,
  order: ChoiceOrder,
): Uint8Array {
  return select(tokens, config, order) ?? new Uint8Array(tokens.logProb.length);
}

function adjust<K extends InterventionKind>(
  tokenLoss: tf.Tensor2D,
  tensors: AdjustmentTensors,
  options: OptionsOf<K>,
): tf.Tensor2D | undefined {
  return rowOf(options).adjust?.(tokenLoss, tensors, options);
}

/** Token losses [B, T] with the intervention; differentiable, inside a program. */
export function adjustLoss(
  tokenLoss: tf.Tensor2D,
  tensors: AdjustmentTensors,
  config: InterventionConfig,
): tf.Tensor2D {
  return adjust(tokenLoss, tensors, config) ?? tokenLoss;
}
