/** Poses problems, lets the policy answer and checks the answers: one step's experience; knows no advantage. */
import { RunError } from "../../base/errors.ts";
import type { Rng } from "../../base/random.ts";
import type { ExperimentConfig } from "../../config/experiment-config.ts";
import { type Responses, rollOut, type RolloutRequest } from "../rollout/roll-out.ts";
import type { Roller } from "../rollout/roller.ts";
import type { Problem, Split, Task } from "../task/task.ts";
import type { Tokenizer } from "../task/tokenizer.ts";
import type { Experience } from "./experience.ts";
import { joinResponses, takeGroups } from "./join-responses.ts";
import type { PassHistory } from "./pass-history.ts";

/** What a policy is asked with. */
export interface Examiner {
  readonly task: Task;
  readonly tokenizer: Tokenizer;
  readonly roller: Roller;
  /** What problems have earned, where those that are solved are retired. */
  readonly passHistory?: PassHistory | undefined;
}

/** Text of a response, without its end token. */
export function responseText(
  { tokens, lengths, longest }: Responses,
  b: number,
  tokenizer: Tokenizer,
): string {
  return tokenizer.decode(tokens.subarray(b * longest, b * longest + lengths[b]!));
}

/** Draws problems of a split. */
export function drawProblems(task: Task, split: Split, count: number, rng: Rng): Problem[] {
  return Array.from({ length: count }, () => task.sample(rng, split));
}

/** Draws for one place of a step after which all problems are taken to be retired. */
const MOST_DRAWS = 1000;

/** Draws training problems that are not retired. */
function drawOpenProblems({ task, passHistory }: Examiner, count: number, rng: Rng): Problem[] {
  if (passHistory === undefined) return drawProblems(task, "train", count, rng);
  return Array.from({ length: count }, () => {
    for (let draw = 0; draw < MOST_DRAWS; draw++) {
      const problem = task.sample(rng, "train");
      if (!passHistory.isRetired(problem.key)) return problem;
    }
    throw new RunError(
      "problems-retired",
      `some problems must be left that are not retired, got ${MOST_DRAWS} draws of retired ones, ${passHistory.retired} of them different`,
      { fix: "make the task harder or raise rollout.retireAt: this one is learnt" },
    );
  });
}

/** Adds what a round has earned to the history. */
function recordRound(history: PassHistory, { problems, responses, rewards }: Experience): void {
  const earned = problems.map((): number[] => []);
  for (const [b, reward] of rewards.entries()) earned[responses.promptOf[b]!]!.push(reward);
  for (const [p, { key }] of problems.entries()) history.record(key, earned[p]!);
}

/** Lets the policy answer given problems. */
export async function answer(
  { task, tokenizer, roller }: Examiner,
  problems: readonly Problem[],
  { samples, greedy = false }: Pick<RolloutRequest, "samples" | "greedy">,
  rng: Rng,
): Promise<Experience> {
  const prompts = problems.map(({ prompt }) => tokenizer.encode(prompt));
  const longest = task.responseLength + 1; // the end token
  const responses = await rollOut(roller, { prompts, samples, longest, greedy }, rng);
  const verdicts = Array.from({ length: responses.count }, (_, b) =>
    task.check(problems[responses.promptOf[b]!]!, responseText(responses, b, tokenizer)),
  );
  const rewards = Float64Array.from(verdicts, ({ reward }) => reward);
  return { problems, responses, verdicts, rewards };
}

/** Whether all responses to a prompt earn the same, for each prompt. */
export function equalGroups({ responses, rewards }: Experience): boolean[] {
  const lowest = new Float64Array(responses.prompts.length).fill(Infinity);
  const highest = new Float64Array(responses.prompts.length).fill(-Infinity);
  rewards.forEach((reward, b) => {
    const group = responses.promptOf[b]!;
    lowest[group] = Math.min(lowest[group]!, reward);
    highest[group] = Math.max(highest[group]!, reward);
  });
  return Array.from(lowest, (low, group) => low === highest[group]);
}

/** A step's experience, and what dynamic sampling cost. */
export interface StepExperience extends Experience {
  /** Share of the groups that were sampled whose responses all earned the same. */
  readonly zeroVarianceShare: number;
  /** Mean reward over all that was sampled, also what was then left out. */
  readonly sampledReward: number;
  /** Rounds of sampling; 1 without dynamic sampling. */
  readonly rounds: number;
  /** Problems that are drawn no more; null where none ever is. */
  readonly retiredProblems: number | null;
}

/**
 * One step's experience.
 *
 * **Details** With dynamic sampling, groups whose responses all earn the same are left out and more are sampled, until
 * there are enough or the rounds are used up; then some of those left out fill the batch, so that its size stays. With
 * `zeroVariance: drop` they do not, and the batch is smaller; if no group differs, all stay. Where solved problems are
 * retired, problems are drawn again until one is not, and what this step's earn counts from the next step on.
 *
 * **Gotchas** Dropped groups are in no column of the log but the reward's and the share of zero variance: the entropy is
 * that of the groups that are left. Where problems are retired the reward is that of the problems that are left.
 *
 * @see arXiv:2503.14476, section 3.2; dropping and retiring arXiv:2510.13786
 * @throws {@link RunError} if all problems are retired.
 */
export async function sampleStep(
  examiner: Examiner,
  { prompts, samples, dynamicSampling, zeroVariance }: ExperimentConfig["rollout"],
  rng: Rng,
): Promise<StepExperience> {
  const rounds: Experience[] = [];
  const most = dynamicSampling.enabled ? dynamicSampling.maxRounds : 1;
  let useful = 0;
  while (rounds.length < most && (rounds.length === 0 || useful < prompts)) {
    const stream = rng.stream(`round-${rounds.length + 1}`);
    const problems = drawOpenProblems(examiner, prompts, stream.stream("problems"));
    const found = await answer(examiner, problems, { samples }, stream.stream("tokens"));
    rounds.push(found);
    useful += equalGroups(found).filter((equal) => !equal).length;
  }
  const { passHistory } = examiner;
  if (passHistory !== undefined) for (const round of rounds) recordRound(passHistory, round);
  const all = joinResponses(rounds);
  const equal = equalGroups(all);
  const zeroVarianceShare = equal.filter(Boolean).length / equal.length;
  const sampledReward = all.rewards.reduce((sum, reward) => sum + reward, 0) / all.rewards.length;
  const order = equal.map((_, group) => group);
  const drops = zeroVariance === "drop" && zeroVarianceShare < 1;
  const chosen = [
    ...order.filter((group) => !equal[group]),
    ...order.filter((group) => equal[group] && !drops),
  ]
    .slice(0, prompts)
    .toSorted((a, b) => a - b);
  const kept = chosen.length === order.length ? all : takeGroups(all, chosen);
  const retiredProblems = passHistory?.retired ?? null;
  return { ...kept, zeroVarianceShare, sampledReward, rounds: rounds.length, retiredProblems };
}
