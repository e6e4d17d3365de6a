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
import { weighByCovariance } from "./covariance-weights.ts";
import { weighByDiscriminator } from "./discriminator.ts";
import { adjustEntropic, controlEntropic, selectLikely } from "./entropic.ts";
import { shapeByEntropy } from "./entropy-advantage.ts";
import { adjustEntropyBonus } from "./entropy-bonus.ts";
import { weighByEntropyRatio } from "./erc.ts";
import { weighByEntropy } from "./high-entropy.ts";
import { adjustAdaptiveEntropy, controlAdaptiveEntropy } from "./adaptive-entropy.ts";
import { disaLoss, disaProposals } from "./disa.ts";
import { dmpoLoss } from "./dmpo.ts";
import type {
  AdjustmentTensors,
  ChoiceOrder,
  Control,
  ControlState,
  Intervention,
  ProposalPlan,
  ResponseLoss,
  SampledTokens,
  ScopeResponses,
  ScopeTokens,
  WeighedTokens,
} from "./intervention.ts";
import { flowRlLoss } from "./flow-rl.ts";
import { adjustKlCov, selectKlCov } from "./kl-cov.ts";
import { controlPolarity, weighByPolarity } from "./polarity-weights.ts";
import { adjustReferenceKl } from "./reference-kl.ts";
import { weighBySign } from "./sign-weights.ts";
import { controlStare, weighSurprising } from "./stare.ts";
import { weighByChange } from "./steer.ts";

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
  "adaptive-entropy": { control: controlAdaptiveEntropy, adjust: adjustAdaptiveEntropy },
  "sign-weights": { weigh: weighBySign },
  "high-entropy": { weigh: weighByEntropy, isChosen: (factor) => factor > 0 },
  "entropy-advantage": { reshape: shapeByEntropy },
  steer: { weigh: weighByChange },
  stare: { control: controlStare, weigh: weighSurprising },
  "covariance-weights": { weigh: weighByCovariance },
  "polarity-weights": { control: controlPolarity, weigh: weighByPolarity },
  discriminator: { weigh: weighByDiscriminator },
  erc: { weigh: weighByEntropyRatio },
  entropic: { control: controlEntropic, select: selectLikely, adjust: adjustEntropic },
  dmpo: { responseLoss: dmpoLoss },
  flowrl: {
    needsReference: true,
    learnsLogZ: true,
    responseLoss: flowRlLoss,
    replacesTokenLoss: ({ beside }) => !beside,
  },
  disa: {
    needsReference: true,
    proposals: disaProposals,
    responseLoss: disaLoss,
    replacesTokenLoss: ({ beside }) => !beside,
  },
};

/** The row of a configuration: its hooks take the options of the kind that they were found by. */
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

/** Whether {@link adjustLoss} must be given the step's coefficient. */
export function hasController(config: InterventionConfig): boolean {
  return interventions[config.kind].control !== undefined;
}

/** Whether the intervention changes advantages, so that {@link reshapeAdvantages} has to be asked before the updates. */
export function reshapesAdvantages(config: InterventionConfig): boolean {
  return interventions[config.kind].reshape !== undefined;
}

/** Whether the intervention has a loss of whole responses, {@link lossOfResponses}. */
export function hasResponseLoss(config: InterventionConfig): boolean {
  return interventions[config.kind].responseLoss !== undefined;
}

/** Whether the response loss stands in place of the tokens' losses. */
export function replacesTokenLoss(config: InterventionConfig): boolean {
  return rowOf(config).replacesTokenLoss?.(config) ?? false;
}

/** How log Z is estimated and frozen; undefined for interventions that do not. */
export function proposalsOf(config: InterventionConfig): ProposalPlan | undefined {
  return rowOf(config).proposals?.(config);
}

/** Whether the policy must have a head that predicts log Z. */
export function learnsLogZ(config: InterventionConfig): boolean {
  return interventions[config.kind].learnsLogZ ?? false;
}

/** The surrogate that applies: the intervention's own, else the configured one. */
export function surrogateUnder(config: InterventionConfig, loss: LossConfig): LossConfig {
  return interventions[config.kind].surrogate ?? loss;
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
  return rowOf(config).select?.(tokens, config, order) ?? new Uint8Array(tokens.logProb.length);
}

/**
 * The coefficient of a step, and what the controller remembers of it.
 *
 * @param entropy - mean token entropy of the step's responses, nats.
 * @returns undefined for interventions without a controller.
 */
export function controlStep(
  state: ControlState,
  entropy: number,
  config: InterventionConfig,
): Control | undefined {
  return rowOf(config).control?.(state, entropy, config);
}

/** The advantages [N] that the updates of a step see; those given where the intervention leaves them alone. */
export function reshapeAdvantages(
  tokens: SampledTokens,
  config: InterventionConfig,
  coefficient: number,
): Float64Array {
  return rowOf(config).reshape?.(tokens, config, coefficient) ?? tokens.advantage;
}

/** Whether a token with this factor counts as chosen. */
export function isChosen({ kind }: InterventionConfig, factor: number): boolean {
  return interventions[kind].isChosen?.(factor) ?? factor !== 1;
}

/** Factors [n] on the losses of one scope's tokens; undefined for interventions that weigh none. */
export function weighTokens(
  tokens: WeighedTokens,
  config: InterventionConfig,
  coefficient: number,
): Float64Array | undefined {
  return rowOf(config).weigh?.(tokens, config, coefficient);
}

/** The loss of a mini-batch's whole responses; undefined for interventions without one. */
export function lossOfResponses(
  responses: ScopeResponses,
  config: InterventionConfig,
): ResponseLoss | undefined {
  return rowOf(config).responseLoss?.(responses, config);
}

/** Token losses [B, T] with the intervention; differentiable, inside a program. */
export function adjustLoss(
  tokenLoss: tf.Tensor2D,
  tensors: AdjustmentTensors,
  config: InterventionConfig,
): tf.Tensor2D {
  return rowOf(config).adjust?.(tokenLoss, tensors, config) ?? tokenLoss;
}
