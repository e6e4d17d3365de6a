/** STARE: surprising tokens count more, or less, while entropy is below its target. */
import type { OptionsOf } from "../../config/intervention-config.ts";
import { chooseLargest, shareOf } from "./choose-tokens.ts";
import type { Control, ControlState, WeighedTokens } from "./intervention.ts";

/**
 * The factor W on surprising tokens of positive advantage while entropy is below `target`, 0 for none otherwise. With a
 * `rate`, W ← clip(W + rate · sgn(target − H), 1, `largest`) each step; it starts at `factor`.
 *
 * **Details** target 0.2 here, 0.3 in the paper, whose adaptive variant has a rate of 0.01.
 *
 * @see arXiv:2606.19236, sections 4.3 and 4.4; hp-luo/STARE
 */
export function controlStare(
  state: ControlState,
  entropy: number,
  { target, factor, rate, largest }: OptionsOf<"stare">,
): Control {
  const before = state["factor"] ?? factor;
  const moved = before + rate * Math.sign(target - entropy);
  const now = rate === 0 ? before : Math.min(Math.max(moved, 1), largest);
  return { state: { factor: now }, coefficient: entropy < target ? now : 0 };
}

/** Marks the share of highest surprisal among the tokens of one sign of advantage. */
function surprising({ logProb, advantage }: WeighedTokens, sign: 1 | -1, share: number): number[] {
  const places = [...advantage.keys()].filter((at) => sign * advantage[at]! > 0);
  const surprisal = Float64Array.from(places, (at) => -logProb[at]!);
  const marks = chooseLargest(surprisal, shareOf(share, places.length));
  return places.filter((_, k) => marks[k] === 1);
}

/**
 * W at the max(⌊share n⁺⌋, 1) tokens of highest surprisal −log π among the n⁺ of positive advantage, `negative` at those
 * among the ones of negative advantage, 1 elsewhere; 1 everywhere while the gate is shut.
 *
 * **Details** share 0.1, W 1.1, negative 1, or 0.9 for the variant C2. The schedule moves W alone. Deviation: tokens are
 * chosen over the configured scope, in the code over a micro-batch.
 *
 * @param coefficient - W, or 0 for a gate that is shut.
 * @see arXiv:2606.19236, section 4.2
 */
export function weighSurprising(
  tokens: WeighedTokens,
  { share, negative }: OptionsOf<"stare">,
  coefficient: number,
): Float64Array {
  const weights = new Float64Array(tokens.logProb.length).fill(1);
  if (coefficient === 0) return weights;
  for (const at of surprising(tokens, 1, share)) weights[at] = coefficient;
  for (const at of surprising(tokens, -1, share)) weights[at] = negative;
  return weights;
}
