/** What a policy can do on problems it is never trained on; knows nothing of updates. */
import type { Rng } from "../../base/random.ts";
import { answer, drawProblems, type Examiner } from "./sample-batch.ts";
import { mean, pick, tokenPlaces } from "./statistics.ts";

/** How a policy is examined. */
export interface EvaluationRequest {
  readonly prompts: number;
  /** k of avg@k and pass@k. */
  readonly samples: number;
}

/** Results on the held-out problems. */
export interface Evaluation {
  /** Mean reward of sampled responses: avg@k. */
  readonly validation: number;
  /** Share solved by the likeliest response. */
  readonly greedy: number;
  /** Share with at least one right among k responses: pass@k. */
  readonly pass: number;
  /** Mean token entropy of the sampled responses; nats. */
  readonly entropy: number;
}

/** A response counts as right from this reward on. */
const RIGHT = 1;

/**
 * Examines a policy. The problems are those of the seed alone, so that evaluations of a run, and of runs with one seed, see
 * the same ones.
 *
 * @param rng - stream of problems; `tokens` of the samples.
 */
export async function evaluate(
  examiner: Examiner,
  { prompts, samples }: EvaluationRequest,
  streams: { readonly problems: Rng; readonly tokens: Rng },
): Promise<Evaluation> {
  const problems = drawProblems(examiner.task, "held-out", prompts, streams.problems);
  const sampled = await answer(examiner, problems, { samples }, streams.tokens);
  const greedy = await answer(examiner, problems, { samples: 1, greedy: true }, streams.tokens);
  const best = new Float64Array(prompts);
  sampled.rewards.forEach((reward, b) => {
    const prompt = sampled.responses.promptOf[b]!;
    best[prompt] = Math.max(best[prompt]!, reward);
  });
  const places = tokenPlaces(sampled.responses);
  return {
    validation: mean(sampled.rewards),
    greedy: mean(greedy.rewards),
    pass: mean(best.map((reward) => (reward >= RIGHT ? 1 : 0))),
    entropy: mean(pick(places, sampled.responses.entropy)),
  };
}
