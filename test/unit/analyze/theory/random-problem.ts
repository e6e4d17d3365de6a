/** Random bandit problems of tests; knows no formula. */
import type { BanditProblem } from "../../../../src/analyze/theory/logit-steps.ts";
import { softmaxState } from "../../../../src/analyze/theory/softmax-state.ts";
import type { Rng } from "../../../../src/base/random.ts";

/** Numbers of actions that laws are tried on. */
export const ACTION_COUNTS = [2, 8, 32, 128] as const;

/** A state with normal logits of a standard deviation in [.5, 4], advantages of mean 1, and one of its actions. */
export function randomProblem(actions: number, rng: Rng): BanditProblem {
  const deviation = 0.5 + 3.5 * rng.uniform();
  const draws = (scale: number, centre: number): Float64Array =>
    Float64Array.from({ length: actions }, () => centre + scale * rng.normal());
  const state = softmaxState(draws(deviation, 0));
  let left = rng.uniform();
  const found = state.p.findIndex((p) => (left -= p) < 0);
  return { state, advantage: draws(1, 1), action: Math.max(found, 0) };
}
