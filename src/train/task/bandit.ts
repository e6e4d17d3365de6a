/** A bandit: one state, a response is one arm, each arm has its payoff; knows nothing of a policy. */
import type { OptionsOf } from "../../config/task-config.ts";
import { quote } from "./quote.ts";
import type { Problem, Task } from "./task.ts";

const ARMS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const STATE: Problem = { prompt: ":", key: ":" };

/**
 * Makes the bandit, the test bench of the theory: with one state, the first token of a response is a draw from one softmax
 * over the vocabulary, of which all but the arms pay 0; the second is the end token.
 *
 * **Gotchas** There is one problem, so that it is the same in all splits. A right response is one of the best arms, but
 * every arm earns its payoff; `failure` says how far it is from the best.
 */
export function makeBandit({ payoffs }: OptionsOf<"bandit">): Task {
  const arms = ARMS.slice(0, payoffs.length);
  const best = Math.max(...payoffs);
  const bestArms = Array.from(arms).filter((_, arm) => payoffs[arm] === best);
  return {
    kind: "bandit",
    alphabet: `${arms}:`,
    promptLength: STATE.prompt.length,
    responseLength: 1,
    sample: () => STATE,
    solve: (_, rng) => bestArms[rng.below(bestArms.length)] ?? "a",
    check(_, response) {
      const payoff = response.length === 1 ? payoffs[arms.indexOf(response)] : undefined;
      if (payoff === undefined) {
        const failure = `must be one arm from a to ${arms.at(-1)}, got ${quote(response)}`;
        return { reward: 0, parts: { format: 0, answer: 0 }, failure };
      }
      const failure =
        payoff === best ? undefined : `arm ${response} pays ${payoff}, the best pays ${best}`;
      return { reward: payoff, parts: { format: 1, answer: payoff === best ? 1 : 0 }, failure };
    },
  };
}
