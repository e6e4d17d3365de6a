/** Teaches a new policy to imitate a solver until it solves some problems by itself; knows nothing of rewards beyond that. */
import { RunError } from "../../base/errors.ts";
import { makeRng, type Rng } from "../../base/random.ts";
import type { ExperimentConfig } from "../../config/experiment-config.ts";
import { learningRateAt } from "../../engine/op/learning-rate.ts";
import type { Policy } from "../policy/policy.ts";
import type { Responses } from "../rollout/roll-out.ts";
import type { Task } from "../task/task.ts";
import { END, type Tokenizer } from "../task/tokenizer.ts";
import { cutByLength, layOut, layOutTokens } from "../update/lay-out.ts";
import { tokenWeights } from "../update/token-weights.ts";
import { COLUMNS, UpdatePrograms } from "../update/update-programs.ts";
import { answer, drawProblems, type Examiner } from "./sample-batch.ts";
import { mean } from "./statistics.ts";

/** How far a warm start has come. */
export interface WarmStartProgress {
  readonly update: number;
  readonly maxUpdates: number;
  /** Nats a token; of the last update. */
  readonly loss: number;
  /** At the last check. */
  readonly passRate: number;
}

/** What a warm start gave. */
export interface WarmStartResult {
  readonly updates: number;
  readonly passRate: number;
}

/** Problems of a check of the pass rate; its standard error is then below .02. */
const CHECKED = 512;
const RISE = 50;

/** Solver's responses in the form of sampled ones. */
function solvedResponses(task: Task, tokenizer: Tokenizer, count: number, rng: Rng): Responses {
  const problems = drawProblems(task, "train", count, rng.stream("problems"));
  const solver = rng.stream("solver");
  const longest = task.responseLength + 1;
  const answers = problems.map((problem) => [
    ...tokenizer.encode(task.solve(problem, solver)),
    END,
  ]);
  const tokens = new Int32Array(count * longest);
  answers.forEach((one, b) => tokens.set(one, b * longest));
  const zeros = new Float32Array(count * longest);
  return {
    count,
    longest,
    vocabulary: tokenizer.size,
    prompts: problems.map(({ prompt }) => Int32Array.of(END, ...tokenizer.encode(prompt))),
    promptOf: Int32Array.from({ length: count }, (_, b) => b),
    tokens,
    lengths: Int32Array.from(answers, (one) => one.length),
    ended: new Uint8Array(count).fill(1),
    logProb: zeros,
    entropy: zeros,
    polarity: zeros,
    logits: new Float32Array(0),
  };
}

/** Settings under which an update is a step of maximum likelihood: advantage 1, no ratio. */
function likelihoodSettings(
  config: ExperimentConfig,
): ConstructorParameters<typeof UpdatePrograms>[1] {
  const { optimizer, rollout } = config;
  return {
    advantage: { kind: "rloo" },
    loss: { kind: "gpg" },
    intervention: { kind: "none" },
    optimizer: { ...optimizer, beta1: 0.9, beta2: 0.98, weightDecay: 0, gradientClip: 1 },
    rollout: { ...rollout, temperature: 1 },
  };
}

/**
 * Trains a policy on the solver's responses until the wanted share of what it samples is right.
 *
 * **Details** The target decides the entropy that reinforcement learning starts from: a later stop leaves less.
 *
 * @param examiner - its roller runs the policy that is trained.
 * @throws {@link RunError} if the target is not reached within `maxUpdates`, or the loss is not finite.
 */
export async function warmStart(
  examiner: Examiner,
  policy: Policy,
  config: ExperimentConfig,
  onProgress: (progress: WarmStartProgress) => void = () => undefined,
): Promise<WarmStartResult> {
  const { passRate: target, maxUpdates, batch, learningRate, checkEvery, seed } = config.warmStart;
  const programs = new UpdatePrograms(policy, likelihoodSettings(config));
  const root = makeRng(seed, "warm-start");
  let passRate = 0;
  try {
    for (let update = 1; update <= maxUpdates; update++) {
      const rng = root.stream(`update-${update}`);
      const responses = solvedResponses(examiner.task, examiner.tokenizer, batch, rng);
      const loss = await imitate(programs, policy, responses, config.update.microBatch);
      const rate = learningRateAt(update, { kind: "constant", peak: learningRate, warmUp: RISE });
      await programs.apply(rate);
      if (!Number.isFinite(loss)) throw notFinite(update, learningRate);
      if (update % checkEvery !== 0 && update !== maxUpdates) continue;
      passRate = await measurePassRate(examiner, root.stream(`check-${update}`));
      onProgress({ update, maxUpdates, loss, passRate });
      if (passRate >= target) return { updates: update, passRate };
    }
  } finally {
    await programs.dispose();
  }
  throw new RunError(
    "warm-start",
    `the warm start must reach a pass rate of ${target}, got ${passRate.toFixed(3)} after ${maxUpdates} updates`,
    {
      fix: "lower warmStart.passRate, raise warmStart.maxUpdates, or make the task easier or the policy larger",
    },
  );
}

async function imitate(
  programs: UpdatePrograms,
  policy: Policy,
  responses: Responses,
  size: number,
): Promise<number> {
  const all = Array.from({ length: responses.count }, (_, b) => b);
  const weight = tokenWeights(responses, all, "token-mean");
  const ones = new Float32Array(responses.count * responses.longest).fill(1);
  const parts = cutByLength(responses, all, { size, longest: policy.shape.length });
  let loss = 0;
  for (const [k, part] of parts.entries()) {
    const { tokens, targets, mask } = layOutTokens(responses, part);
    const zeros = new Float32Array(mask.length);
    const columns = Object.fromEntries(COLUMNS.map((name) => [name, zeros]));
    const found = await programs.accumulate(part, {
      ...columns,
      tokens,
      targets,
      mask,
      weight: layOut(responses, part, weight),
      advantage: layOut(responses, part, ones),
      onPolicy: 1,
      first: k === 0 ? 1 : 0,
    });
    loss += found["loss"]![0]!;
  }
  return loss;
}

async function measurePassRate(examiner: Examiner, rng: Rng): Promise<number> {
  const problems = drawProblems(examiner.task, "validation", CHECKED, rng.stream("problems"));
  const { rewards } = await answer(examiner, problems, { samples: 1 }, rng.stream("tokens"));
  return mean(rewards);
}

function notFinite(update: number, learningRate: number): RunError {
  return new RunError(
    "loss-not-finite",
    `the loss of the warm start must be finite, got NaN or an infinity at update ${update}`,
    { fix: `lower warmStart.learningRate, which is ${learningRate}` },
  );
}
