/** Polarity reweighting, PAPO-style: tokens that expand entropy against those that contract it. */
import type { OptionsOf } from "../../config/intervention-config.ts";
import type { Control, ControlState, WeighedTokens } from "./intervention.ts";

/**
 * The phase of a step: 1 while entropy is below its reference, so that it should grow, −1 while it is above, 0 where it
 * is the reference, as in the first step of a run without a target.
 *
 * **Details** The reference is `target`, or without one the trend: T ← decay T + (1 − decay) H over the steps before.
 * The rule is ours. The paper takes the empirical entropy trajectory as an online signal of the phase; how is not known.
 */
export function controlPolarity(
  state: ControlState,
  entropy: number,
  { target, decay }: OptionsOf<"polarity-weights">,
): Control {
  const before = state["trend"] ?? entropy;
  const trend = decay * before + (1 - decay) * entropy;
  return { state: { trend }, coefficient: Math.sign((target ?? before) - entropy) };
}

/**
 * 1 + phase · gain · sign(A D): with D the polarity of the sampled token, tokens with A D > 0 expand entropy to first
 * order, those with A D < 0 contract it. Both branches stay.
 *
 * **Details** "-style": the paper's exact weights are not known and there is no public code; gain 0.2 is ours.
 *
 * @param coefficient - the phase.
 * @see arXiv:2605.11775
 */
export function weighByPolarity(
  { advantage, polarity }: WeighedTokens,
  { gain }: OptionsOf<"polarity-weights">,
  coefficient: number,
): Float64Array {
  return advantage.map((value, at) => 1 + coefficient * gain * Math.sign(value * polarity[at]!));
}
