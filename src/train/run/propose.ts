/** Log Z of each prompt of a step, from responses of the frozen reference policy; knows no update. */
import type { Rng } from "../../base/random.ts";
import { proposalsOf } from "../intervention/interventions.ts";
import { type LogPartition, logPartition } from "../intervention/log-partition.ts";
import type { Problem } from "../task/task.ts";
import { partsOfStep } from "../update/step-batch.ts";
import type { Lab } from "./lab.ts";
import { answer } from "./sample-batch.ts";
import { pick, tokenPlaces } from "./statistics.ts";

/**
 * One estimate a problem, [P]; undefined where the intervention wants none.
 *
 * **Details** Since the reference policy never changes, neither the proposals nor the estimates depend on what has been
 * learnt so far: they are a function of the seed and the step alone.
 *
 * @param rng - of the proposals' tokens.
 */
export async function propose(
  lab: Lab,
  problems: readonly Problem[],
  rng: Rng,
): Promise<readonly LogPartition[] | undefined> {
  const { config, reference, proposer } = lab;
  const plan = proposalsOf(config.intervention);
  if (plan === undefined || reference === undefined || proposer === undefined) return undefined;
  const { samples, logWeight } = plan;
  const { responses, rewards } = await answer(
    { ...lab, roller: proposer },
    problems,
    { samples },
    rng,
  );
  const parts = partsOfStep(responses, config.update.microBatch, lab.policy.shape.length);
  const { logProb } = await reference.score(responses, parts);
  const places = tokenPlaces(responses);
  const logRatio = new Float64Array(responses.count);
  const atReference = pick(places, logProb);
  pick(places, responses.logProb).forEach((logQ, n) => {
    logRatio[places.sequence[n]!]! += atReference[n]! - logQ;
  });
  const logWeights = Array.from(rewards, (reward, b) =>
    logWeight({ reward, logRatio: logRatio[b]!, length: responses.lengths[b]! }),
  );
  return problems.map((_, p) => logPartition(logWeights.slice(p * samples, (p + 1) * samples)));
}
