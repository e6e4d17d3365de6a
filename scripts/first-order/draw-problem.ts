/** Random states with random advantages, as the first-order table has them; knows no formula. */
import type { BanditProblem, LogitStep } from "../../src/analyze/theory/logit-steps.ts";
import { type SoftmaxState, softmaxState } from "../../src/analyze/theory/softmax-state.ts";
import type { Rng } from "../../src/base/random.ts";

const ACTIONS = [8, 32, 128] as const;
const LOGIT_DEVIATIONS = [0.5, 1, 2, 4] as const;

/**
 * Mean of the advantages, which are normal of variance 1.
 *
 * **Details** Found by trial, since the reference gives none. The expected steps: of 0, .3, .4, .5 and 1, a mean of .4
 * comes nearest to the reference's cells for `pg-uncentred`, the one formula of the four that depends on it. The sampled
 * step: 0 comes nearest at a length of 1. Uniform and binary advantages miss the cells of `npg` and `polarity` at 1.
 */
const ADVANTAGE_MEAN: { readonly [K in LogitStep]: number } = {
  "policy-gradient": 0.4,
  "natural-gradient": 0.4,
  "sampled-token": 0,
};

const pick = <T>(options: readonly T[], rng: Rng): T => options[rng.below(options.length)]!;

function sample({ p }: SoftmaxState, rng: Rng): number {
  let left = rng.uniform();
  const found = p.findIndex((pk) => (left -= pk) < 0);
  return found < 0 ? p.length - 1 : found; // rounding of the sum
}

/** A state of 8, 32 or 128 actions with normal logits, advantages, and an action sampled from the policy. */
export function drawProblem(step: LogitStep, rng: Rng): BanditProblem {
  const size = pick(ACTIONS, rng);
  const deviation = pick(LOGIT_DEVIATIONS, rng);
  const normals = (): Float64Array => Float64Array.from({ length: size }, () => rng.normal());
  const state = softmaxState(normals().map((value) => deviation * value));
  const advantage = normals().map((value) => ADVANTAGE_MEAN[step] + value);
  return { state, advantage, action: sample(state, rng) };
}
