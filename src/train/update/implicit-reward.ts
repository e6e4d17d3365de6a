/** PRIME's implicit process reward: a second policy whose log-ratio to the reference is a reward of each token. */
import type { OptionsOf } from "../../config/advantage-config.ts";
import type { ExperimentConfig } from "../../config/experiment-config.ts";
import type { Policy } from "../policy/policy.ts";
import type { Responses } from "../rollout/roll-out.ts";
import { ForwardPrograms } from "./forward-programs.ts";
import { cutByLength, layOut, layOutTokens, nothing, type Part } from "./lay-out.ts";
import { miniBatches } from "./take-updates.ts";
import { COLUMNS, UpdatePrograms } from "./update-programs.ts";

/** What the reward model learns from; [B, R] row-major, 0 beyond a response. */
export interface Labelled {
  readonly responses: Responses;
  /** [B], in [0, 1]. */
  readonly rewards: Float64Array;
  /** [B, R]. */
  readonly referenceLogProb: Float32Array;
}

/** How well the reward model knew the outcomes of a step before it learnt from them. */
export interface RewardFit {
  /** Mean over responses of the cross-entropy of their outcomes, nats. */
  readonly crossEntropy: number;
  /**
   * Share of the pairs of responses to one prompt with different rewards in which the better one has the larger sum of
   * process rewards; null without such pairs.
   */
  readonly accuracy: number | null;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
/** log(1 + eˣ), for any size of x. */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Share of the pairs within a group that scores order as rewards do; equal scores count half. */
function pairAccuracy(
  group: Int32Array,
  rewards: Float64Array,
  scores: Float64Array,
): number | null {
  let [pairs, right] = [0, 0];
  for (let a = 0; a < group.length; a++) {
    for (let b = a + 1; b < group.length; b++) {
      if (group[a] !== group[b] || rewards[a] === rewards[b]) continue;
      pairs += 1;
      const order = (scores[a]! - scores[b]!) * (rewards[a]! - rewards[b]!);
      right += order > 0 ? 1 : order === 0 ? 0.5 : 0;
    }
  }
  return pairs === 0 ? null : right / pairs;
}

/**
 * The reward model with its programs.
 *
 * **Details** r_φ(y_t) = β (log π_φ − log π_ref). It learns by the cross-entropy of each outcome and σ(Σ_t r_φ(y_t)), whose
 * derivative by log π_φ of every token is β (σ − outcome): a policy gradient on policy with advantage β (outcome − σ).
 *
 * **Gotchas** With outcomes outside [0, 1] the cross-entropy has no minimum.
 *
 * @see arXiv:2502.01456
 */
export class ImplicitReward {
  readonly policy: Policy;
  readonly programs: UpdatePrograms;
  private readonly forward: ForwardPrograms;
  private readonly config: ExperimentConfig;
  private readonly options: OptionsOf<"prime">;

  /** @param policy - without a value head; learns in place. */
  constructor(policy: Policy, config: ExperimentConfig, options: OptionsOf<"prime">) {
    this.policy = policy;
    this.config = config;
    this.options = options;
    this.forward = new ForwardPrograms(policy, config.rollout.temperature);
    this.programs = new UpdatePrograms(policy, {
      ...config,
      advantage: { kind: "rloo" },
      loss: { kind: "policy-gradient" },
      intervention: { kind: "none" },
    });
  }

  /** Process rewards of a step's tokens as it was before it learns from their outcomes, [B, R]. */
  async step(
    batch: Labelled,
    parts: readonly Part[],
  ): Promise<{ readonly rewards: Float64Array; readonly fit: RewardFit }> {
    const rewards = await this.reward(batch, parts);
    await this.learn(batch);
    return { rewards, fit: this.fit(batch, rewards) };
  }

  /** Process rewards of the tokens of some parts, [B, R]. */
  async reward(
    { responses, referenceLogProb }: Labelled,
    parts: readonly Part[],
  ): Promise<Float64Array> {
    const { logProb } = await this.forward.score(responses, parts);
    return Float64Array.from(logProb, (value, at) =>
      at % responses.longest < responses.lengths[Math.floor(at / responses.longest)]!
        ? this.options.beta * (value - referenceLogProb[at]!)
        : 0,
    );
  }

  /** How well some process rewards tell the outcomes. */
  fit({ responses, rewards }: Labelled, processRewards: Float64Array): RewardFit {
    const scores = sums(responses, processRewards);
    const losses = scores.map((score, b) => softplus(score) - rewards[b]! * score);
    return {
      crossEntropy: losses.reduce((sum, loss) => sum + loss, 0) / losses.length,
      accuracy: pairAccuracy(responses.promptOf, rewards, scores),
    };
  }

  /**
   * One pass over a step's responses, in the mini-batches of the policy's updates.
   *
   * @returns the norms of the gradients before clipping.
   */
  async learn(batch: Labelled): Promise<number[]> {
    const { responses, rewards } = batch;
    const { update } = this.config;
    const norms: number[] = [];
    for (const sequences of miniBatches(responses.count, update.miniBatches, 1)) {
      const parts = cutByLength(responses, sequences, {
        size: Math.min(update.microBatch, sequences.length),
        longest: this.policy.shape.length,
      });
      const scores = sums(responses, await this.reward(batch, parts));
      const advantage = scores.map(
        (score, b) => this.options.beta * (rewards[b]! - sigmoid(score)),
      );
      for (const [k, part] of parts.entries())
        await this.programs.accumulate(part, {
          ...this.feeds(responses, part, advantage, 1 / sequences.length),
          first: k === 0 ? 1 : 0,
        });
      norms.push(await this.programs.apply(this.options.modelLearningRate));
    }
    return norms;
  }

  /** Frees the programs; the policy stays. */
  async dispose(): Promise<void> {
    await this.forward.dispose();
    await this.programs.dispose();
  }

  private feeds(responses: Responses, part: Part, advantage: Float64Array, weight: number) {
    const spread = (value: (b: number) => number): Float32Array =>
      layOut(
        responses,
        part,
        nothing(responses).map((_, at) => value(Math.floor(at / responses.longest))),
      );
    const none = spread(() => 0);
    return {
      ...Object.fromEntries(COLUMNS.map((name) => [name, none])),
      ...layOutTokens(responses, part),
      advantage: spread((b) => advantage[b]!),
      weight: spread(() => weight),
      onPolicy: 1,
    };
  }
}

/** Sum over each response's tokens, [B]. */
function sums({ count, longest }: Responses, values: Float64Array): Float64Array {
  return Float64Array.from({ length: count }, (_, b) =>
    values.subarray(b * longest, (b + 1) * longest).reduce((sum, value) => sum + value, 0),
  );
}
